"""The second execution of a formula: its tree evaluated over whole columns."""

from calculators.evaluate.book import Across, Book, Grid
from calculators.evaluate.engine import Result, evaluate, evaluate_copies
from calculators.evaluate.values import ExcelError

__all__ = ["Across", "Book", "ExcelError", "Grid", "Result", "evaluate", "evaluate_copies"]
