"""Editions: figures as they were published. What one says (content), how that is found in the ledger (figures), what is
other than in the one before (changes), how it is sealed (seal), made and proved again (verification), and printed
(table)."""
