"""The tools that keep notes about a workspace across runs."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool
from agents.tools.note_origins import NoteOrigins
from agents.workspace.folder import Folder
from engine.text import clean_text

MOST_NOTES = 100
MOST_LETTERS = 20_000
_NAME = re.compile(r"[\w][\w .,()+-]{0,58}[\w)]|[\w]")
_SUFFIX = ".md"


@tool(facts=ToolFacts(destructive=False, keeps=True, timeout_s=10))
def write_note(context: ToolContext, name: str, text: str) -> Outcome:
    """Keep a note about this workspace for later runs. It takes the place of the note of the same name.

    Args:
        name: A short title.
        text: What to remember; an empty text deletes the note.
    """
    title = _title(name)
    if len(text) > MOST_LETTERS:
        raise ToolTrouble(f"A note has at most {MOST_LETTERS} letters; this one has {len(text)}.")
    with _notes(context) as folder:
        known = _names(folder)
        if not text.strip():
            if title not in known:
                raise ToolTrouble(f"There is no note '{title}'.")
            folder.remove(title + _SUFFIX)
            return Outcome(f"Deleted the note '{title}'.", summary=title)
        if title not in known and len(known) >= MOST_NOTES:
            raise ToolTrouble(f"There are {MOST_NOTES} notes already. Delete one with an empty text.")
        content = clean_text(text).encode()
        _origins(folder).note(title, content, strange=context.tainted)
        folder.write(title + _SUFFIX, content)
    return Outcome(f"Kept the note '{title}'.", summary=title)


@tool(facts=ToolFacts(read_only=True, destructive=False, untrusted=True, timeout_s=10))
def read_notes(context: ToolContext, name: str = "") -> Outcome:
    """Read the notes that were kept about this workspace.

    Args:
        name: The note to read whole. Left out, all notes are listed with their first line.
    """
    if not _place(context).is_dir():  # and is not made for being read
        return Outcome("There are no notes yet.", summary="0", untrusted=True, own=True)
    with _notes(context) as folder:
        known = _names(folder)
        if name.strip():
            title = _title(name)
            if title not in known:
                raise ToolTrouble(f"There is no note '{title}'. There are: {', '.join(known) or 'none'}.")
            content = _content(folder, title)
            own = _origins(folder).is_own(title, content)
            return Outcome(_decoded(content), summary=title, untrusted=True, own=own)
        contents = {title: _content(folder, title) for title in known}
        own = all(_origins(folder).is_own(title, content) for title, content in contents.items())
    lines = [f"{title}: {_first_line(_decoded(content))}" for title, content in contents.items()]
    text = "\n".join(lines) or "There are no notes yet."
    return Outcome(text, summary=str(len(lines)), untrusted=True, own=own)


def _title(name: str) -> str:
    title = unicodedata.normalize("NFC", " ".join(name.split())).removesuffix(_SUFFIX)
    if not _NAME.fullmatch(title):
        raise ToolTrouble("The name of a note is up to 60 letters, digits and spaces.")
    return title


def _place(context: ToolContext) -> Path:
    return context.scratch / "notes"


def _notes(context: ToolContext) -> Folder:
    place = _place(context)
    place.mkdir(parents=True, exist_ok=True)
    return Folder.root(place)


def _names(folder: Folder) -> list[str]:
    return [
        name.removesuffix(_SUFFIX) for name in folder.names() if name.endswith(_SUFFIX) and name[0] != "."
    ]


def _origins(folder: Folder) -> NoteOrigins:
    return NoteOrigins(folder, {title: _content(folder, title) for title in _names(folder)})


def _content(folder: Folder, title: str) -> bytes:
    with folder.read(title + _SUFFIX) as file:
        return file.read(4 * MOST_LETTERS)


def _decoded(content: bytes) -> str:
    return content.decode(errors="replace")


def _first_line(text: str) -> str:
    first = text.strip().split("\n", 1)[0]
    return first if len(first) <= 100 else f"{first[:100]}…"
