"""Computing in Python: formulas over columns, and independent textbook implementations."""
