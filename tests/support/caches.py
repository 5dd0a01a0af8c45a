"""What tests make or fetch once and keep: a folder of the user, outside the repository."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def cache_folder(name: str) -> Path:
    """A folder that outlives the test run, created when missing."""
    folder = Path(platformdirs.user_cache_dir("coterie-tests", appauthor=False)) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
