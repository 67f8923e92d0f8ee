"""Rules of good practice for a finished workbook, each with a code.

A: what Microsoft's Accessibility Checker looks at. P: what ICAEW's twenty principles for spreadsheets ask
for, as far as a file can show it. U: what makes a workbook pleasant to fill in and to print. Each rule
yields messages for one workbook; test_good_practice.py holds a specimen that every rule catches.
"""

from tests.good_practice import accessibility, principles, usability
from tests.good_practice.book import Workbook

RULES = accessibility.RULES | principles.RULES | usability.RULES


def findings(book: Workbook) -> list[str]:
    """All findings of all rules, each with its code."""
    return [f"{code} {message}" for code, check in RULES.items() for message in check(book)]


__all__ = ["RULES", "Workbook", "findings"]
