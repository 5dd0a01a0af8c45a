"""Calls of our own tools as plain words: "Looked at the folder", "Write notes.md"."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.desktop.run_view.steps.step_lines import CallLine
from app.desktop.run_view.steps.step_text import call_text, short_arguments


class _Words(NamedTuple):
    """Of a call that is done, and of one that is to be done; the same where it is about nothing, "" if that says
    nothing."""

    # Texts; what marks them for translation is declared to return an object.
    done: Any
    wanted: Any
    done_bare: Any = ""
    wanted_bare: Any = ""


_WORDS = {
    "list_files": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the folder {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the folder {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the folder"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the folder"),
    ),
    "read_file": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Read {what}"), QT_TRANSLATE_NOOP("RunSteps", "Read the file {what}")
    ),
    "find_files": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Looked for files: {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Look for files: {what}"),
    ),
    "search_text": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Searched the files for “{what}”"),
        QT_TRANSLATE_NOOP("RunSteps", "Search the files for “{what}”"),
    ),
    "write_file": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Wrote {what}"), QT_TRANSLATE_NOOP("RunSteps", "Write {what}")
    ),
    "edit_file": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Changed {what}"), QT_TRANSLATE_NOOP("RunSteps", "Change {what}")
    ),
    "apply_patch": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Changed {what}"), QT_TRANSLATE_NOOP("RunSteps", "Change {what}")
    ),
    "move_file": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Moved {what}"), QT_TRANSLATE_NOOP("RunSteps", "Move {what}")
    ),
    "delete_file": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Deleted {what}"), QT_TRANSLATE_NOOP("RunSteps", "Delete {what}")
    ),
    "shell": _Words(QT_TRANSLATE_NOOP("RunSteps", "Ran {what}"), QT_TRANSLATE_NOOP("RunSteps", "Run {what}")),
    "python": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Ran a program: {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Run a program: {what}"),
    ),
    "background": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the background commands"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the background commands"),
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the background commands"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the background commands"),
    ),
    "calculator": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Calculated {what}"), QT_TRANSLATE_NOOP("RunSteps", "Calculate {what}")
    ),
    "date_time": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the clock"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the clock"),
        QT_TRANSLATE_NOOP("RunSteps", "Looked at the clock"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the clock"),
    ),
    "fetch_page": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Read the page {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Get the page {what}"),
    ),
    "read_document": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Read {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Read the document {what}"),
    ),
    "search_documents": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Searched the documents for “{what}”"),
        QT_TRANSLATE_NOOP("RunSteps", "Search the documents for “{what}”"),
    ),
    "search_collection": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Searched the collection for “{what}”"),
        QT_TRANSLATE_NOOP("RunSteps", "Search the collection for “{what}”"),
    ),
    "web_search": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Searched the web for “{what}”"),
        QT_TRANSLATE_NOOP("RunSteps", "Search the web for “{what}”"),
    ),
    "read_notes": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Read the notes"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the notes"),
        QT_TRANSLATE_NOOP("RunSteps", "Read the notes"),
        QT_TRANSLATE_NOOP("RunSteps", "Look at the notes"),
    ),
    "write_note": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Kept a note: {what}"),
        QT_TRANSLATE_NOOP("RunSteps", "Keep a note: {what}"),
    ),
    "delegate": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Helper: {what}"), QT_TRANSLATE_NOOP("RunSteps", "Helper: {what}")
    ),
    "apply_changes": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Applied a helper’s changes"),
        QT_TRANSLATE_NOOP("RunSteps", "Apply a helper’s changes"),
    ),
    "update_plan": _Words(
        QT_TRANSLATE_NOOP("RunSteps", "Updated the plan"),
        QT_TRANSLATE_NOOP("RunSteps", "Update the plan"),
        QT_TRANSLATE_NOOP("RunSteps", "Updated the plan"),
        QT_TRANSLATE_NOOP("RunSteps", "Update the plan"),
    ),
}


def call_words(line: CallLine) -> str:
    """What was done, or, as long as it is not, what is to be done; a tool that has no words here as it is called."""
    words = _WORDS.get(line.name) if not line.server else None
    if words is None:
        return call_text(line)
    what = short_arguments(line.arguments)
    done = line.status == "ok"
    if what and not (line.name == "list_files" and what in (".", "./")):
        said = words.done if done else words.wanted
    else:
        said = words.done_bare if done else words.wanted_bare
    return QCoreApplication.translate("RunSteps", said).format(what=what) if said else call_text(line)
