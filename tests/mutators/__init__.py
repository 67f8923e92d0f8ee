"""Edits that people and programs make to a workbook, and what the reader must say to each of them."""
