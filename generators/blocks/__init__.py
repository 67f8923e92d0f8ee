"""One module per kind of block: how it is written."""
