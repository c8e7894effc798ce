"""The meaning of the figures: pure functions and frozen values, no I/O, no clock, no framework."""
