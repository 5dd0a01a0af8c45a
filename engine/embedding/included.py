"""The embedding model that comes along."""

from __future__ import annotations

import sys
from pathlib import Path

# installer/embedding.py puts it there.
_NAME = "multilingual-e5-small-Q4_0.gguf"


def included_model() -> Path | None:
    """The file that set-up made; None where it could not, or where Coterie was installed in another way."""
    path = Path(sys.prefix) / "share" / "coterie" / _NAME
    return path if path.is_file() else None
