"""The procedure of a case: its steps, the file that they make, and the clock that runs beside it."""
