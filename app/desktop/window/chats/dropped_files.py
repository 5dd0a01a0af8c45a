"""Which of the files that are dragged over the list may hold chats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl

ENDINGS = (".json", ".jsonl", ".zip")


def chat_paths(urls: Sequence[QUrl]) -> list[str]:
    """The paths of those that may, and of folders, by their names alone."""
    paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
    return [path for path in paths if path.lower().endswith(ENDINGS) or not Path(path).suffix]
