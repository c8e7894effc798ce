"""Vietnamese names: how they are spelled and sorted, typed (keystrokes), mistyped (slips) and found (search).

A tone belongs to its word and has no place of its own here, so that hoà and hòa are one spelling.
"""

from service.domain.names.search import FEW, Rank, Search, search
from service.domain.names.spelling import folded, order, spelled, words

__all__ = ["FEW", "Rank", "Search", "folded", "order", "search", "spelled", "words"]
