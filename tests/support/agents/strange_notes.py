"""A note of which nobody knows who led the run that kept it, as one of an earlier version."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def strange_note(home: Path, workspace: Path, text: str, name: str = "n") -> None:
    """Leave it for the runs that work in `workspace`, before they keep any."""
    named = hashlib.sha256(os.path.realpath(workspace).encode()).hexdigest()[:16]
    folder = home / "notes" / named / "notes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text)
