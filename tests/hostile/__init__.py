"""Workbooks made to kill, hang or deceive a reader, each with the verdict it must get."""
