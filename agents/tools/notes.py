"""The tools that keep notes about a workspace across runs."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from agents.api import Outcome, ToolContext
from agents.permissions.values import ToolFacts
from agents.tools.function_tool import ToolTrouble, tool
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
        folder.write(title + _SUFFIX, clean_text(text).encode())
    return Outcome(f"Kept the note '{title}'.", summary=title)


@tool(facts=ToolFacts(read_only=True, destructive=False, untrusted=True, timeout_s=10))
def read_notes(context: ToolContext, name: str = "") -> Outcome:
    """Read the notes that were kept about this workspace.

    Args:
        name: The note to read whole. Left out, all notes are listed with their first line.
    """
    if not _place(context).is_dir():  # and is not made for being read
        return Outcome("There are no notes yet.", summary="0", untrusted=True)
    with _notes(context) as folder:
        known = _names(folder)
        if name.strip():
            title = _title(name)
            if title not in known:
                raise ToolTrouble(f"There is no note '{title}'. There are: {', '.join(known) or 'none'}.")
            return Outcome(_text(folder, title), summary=title, untrusted=True)
        lines = [f"{title}: {_first_line(_text(folder, title))}" for title in known]
    text = "\n".join(lines) or "There are no notes yet."
    # Who led the run that wrote them is not known.
    return Outcome(text, summary=str(len(lines)), untrusted=True, own=not lines)


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


def _text(folder: Folder, title: str) -> str:
    with folder.read(title + _SUFFIX) as file:
        return file.read(4 * MOST_LETTERS).decode(errors="replace")


def _first_line(text: str) -> str:
    first = text.strip().split("\n", 1)[0]
    return first if len(first) <= 100 else f"{first[:100]}…"
