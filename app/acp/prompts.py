"""What a person says in an editor, as text for a run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from acp.schema import (
    EmbeddedResourceContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

from app.services.runs.export import fenced
from engine.errors import UserError


def text_of(blocks: Sequence[Any], root: Path) -> str:
    """The text with the files that it names; the contents that the editor sends with it stand at the end.

    Raises UserError `acp.only_text` for pictures and the like.
    """
    said: list[str] = []
    contents: list[str] = []
    for block in blocks:
        if isinstance(block, TextContentBlock):
            said.append(block.text)
        elif isinstance(block, ResourceContentBlock):
            said.append(place_of(block.uri, root))
        elif isinstance(block, EmbeddedResourceContentBlock) and isinstance(
            block.resource, TextResourceContents
        ):
            place = place_of(block.resource.uri, root)
            said.append(place)
            contents.append(f"{place}:\n{fenced(block.resource.text)}")
        else:
            raise UserError("acp.only_text")
    return "\n\n".join(["".join(said), *contents])


def place_of(uri: str, root: Path) -> str:
    """A file of the workspace as a tool names it, anything else as it is."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    if parts.scheme not in ("file", "zed") or not parts.path:
        return uri
    path = Path(unquote(parts.path))
    lines = f" ({parts.fragment})" if parts.fragment else ""
    return f"{path.relative_to(root) if path.is_relative_to(root) else path}{lines}"
