"""Our own faults, named without data: the kind of exception and the place in our code."""

from __future__ import annotations

import sys
from pathlib import Path


def incident() -> str:
    """Name the exception being handled; its text is left out, as it may hold cell contents."""
    kind, _, trace = sys.exc_info()
    place = ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{kind.__name__ if kind else ''} {place}".strip()
