"""Models of a library, made up for what is shown of them."""

from __future__ import annotations

from typing import Any

from app.store.records import LibraryFile, LibraryModel

GB = 10**9


def a_library_model(name: str, **fields: Any) -> LibraryModel:
    """A downloaded model in one file; `bytes` is the size of that file."""
    path = fields.pop("path", f"/models/{name}.gguf")
    size = fields.pop("bytes", 4 * GB)
    known = {
        "id": f"owner/{name}:Q4_K_M",
        "name": name,
        "files": (LibraryFile(path, size),),
        "origin": "hub",
        "added": 1.0,
        "managed": True,
        "quantisation": "Q4_K_M",
    }
    return LibraryModel(**(known | fields))
