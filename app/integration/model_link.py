"""Links to models, as pages of the hub offer them: `coterie://open_from_hf?model=OWNER/REPO&file=FILE.gguf`.

The form is that of other programs on the hub (github.com/huggingface/huggingface.js, `local-apps.ts`). A link is a
stranger's text: what is not exactly of this form is refused, and one that is names a page and nothing to do there.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec

from engine.errors import UserError

SCHEME = "coterie"
LONGEST = 4096  # characters: 1024 of a file's name, each of three bytes, would be nine when they are escaped
_LINK = re.compile(rf"(?i:{SCHEME})://open_from_hf/?\?(?P<query>[^#]*)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class ModelLink(msgspec.Struct, frozen=True):
    """A repository "OWNER/NAME", and the path in it of the file that is meant, "" for none."""

    repo: str
    file: str = ""


def is_link(text: str) -> bool:
    """Whether this is a link of ours by its scheme, whatever it says."""
    return text[: len(SCHEME) + 1].lower() == f"{SCHEME}:"


def parse_link(text: str) -> ModelLink:
    """The model that a link names. Raises UserError `desktop.unknown_link` for every other text."""
    found = _parsed(text)
    if found is None:
        raise UserError("desktop.unknown_link")
    return found


def _parsed(text: str) -> ModelLink | None:
    from engine.hub.names import is_plain_path, is_repo  # what the first paint needs imports this module

    match = _LINK.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    given: dict[str, str] = {}
    for pair in match["query"].split("&"):
        name, _, escaped = pair.partition("=")
        value = _unescaped(escaped)
        if value is None or name in given or name not in ("model", "file"):
            return None
        given[name] = value
    repo, file = given.get("model", ""), given.get("file", "")
    named = "file" not in given or (is_plain_path(file) and file.lower().endswith(".gguf"))
    return ModelLink(repo, file) if is_repo(repo) and named else None


def _unescaped(text: str) -> str | None:
    """The text that is meant; None where an escape is broken or the bytes are no UTF-8. A plus is a plus."""
    if _BAD_ESCAPE.search(text):
        return None
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None
