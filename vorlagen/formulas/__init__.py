"""Formulas: text to tree, house functions, tree to cell text."""
