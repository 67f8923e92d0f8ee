"""What stands between the bytes of a file and its values: the gate, and the raw workbook."""
