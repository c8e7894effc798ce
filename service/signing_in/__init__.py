"""Signing in: keys and tokens, passwords and the delays between attempts, sign-ins and who may make them."""
