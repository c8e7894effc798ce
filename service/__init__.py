"""The information service of a province's child-protection programme."""

__version__ = "0.1.0"
