"""Signing in: keys and tokens, passwords and the delays between attempts, sign-ins and who may make them."""

from importlib.resources import files

SCRIPTS = [files(__name__).joinpath(name).read_text(encoding="utf-8") for name in ("reach.sql", "sign_in_record.sql")]
