"""Files that the product ships: icons, themes, translations, style, prompts."""

from __future__ import annotations

from pathlib import Path

# A plain path: importlib.resources costs 2 ms of a start, and Qt wants files anyway.
FOLDER = Path(__file__).parent
