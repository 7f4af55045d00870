"""How a fault of ours stands in the log: by its kind and place, never by its text."""

import traceback
from pathlib import Path


def in_log(error: Exception) -> str:
    """Return "ValueError at shown.py:41": a fault's own text may hold content."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
