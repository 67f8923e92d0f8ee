"""What a template is, and how its filled-in workbook is read back."""
