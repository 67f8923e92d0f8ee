"""Makers of the generated documentation; not part of the installed package."""
