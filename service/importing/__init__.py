"""Brings back what export writes, or what others have prepared by hand: docs/exchange.md describes the files.

columns   the files and their columns          forms      what may stand in a field
reading   a file as numbered rows              staging    the files as temporary tables
checks/   whether the rows go together         loading    from there into the register, in one transaction
faults    what is wrong, where, in a sentence
"""

from service.importing.loading import Loaded, RefusedError, load

__all__ = ["Loaded", "RefusedError", "load"]
