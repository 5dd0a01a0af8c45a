"""A folder as set-up leaves it with the plugin of the expert cache, but for the plugin itself."""

from __future__ import annotations

import json
from pathlib import Path

from engine.expert_cache.library import NOTE, interface_hash, plugin_name
from tests.support.models.source_archive import VERSION


def left_by_setup(folder: Path, **other: str) -> Path:
    """Make the folder, with a note that says what `other` says and else what fits; the library is none."""
    note = {"library": VERSION, "interface": interface_hash(), "build": f"{VERSION}-0123456789abcdef"}
    folder.mkdir(exist_ok=True)
    (folder / NOTE).write_text(json.dumps(note | other))
    (folder / plugin_name()).write_bytes(b"\x7fELF")
    return folder
