"""Calls of our own tools as plain words: "Looked at the folder", "Write notes.md"."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.run_view.steps.step_lines import CallLine
from app.desktop.run_view.steps.step_text import call_text, short_arguments


def call_words(line: CallLine) -> str:
    """What was done, or, as long as it is not, what is to be done; a tool that has no words here as it is called."""
    told = _told(line.name) if not line.server else None
    if told is None:
        return call_text(line)
    what = short_arguments(line.arguments)
    there = bool(what) and not (line.name == "list_files" and what in (".", "./"))
    done = line.status == "ok"
    past, present, past_bare, present_bare = told
    template = (past if done else present) if there else (past_bare if done else present_bare)
    return template.format(what=what) if template else call_text(line)


def _told(name: str) -> tuple[str, str, str, str] | None:
    """With what it is about: done, and to be done; the same without. "" where that says nothing."""
    translate = QCoreApplication.translate
    return {
        "list_files": (
            translate("RunSteps", "Looked at the folder {what}"),
            translate("RunSteps", "Look at the folder {what}"),
            translate("RunSteps", "Looked at the folder"),
            translate("RunSteps", "Look at the folder"),
        ),
        "read_file": (
            translate("RunSteps", "Read {what}"),
            translate("RunSteps", "Read the file {what}"),
            "",
            "",
        ),
        "find_files": (
            translate("RunSteps", "Looked for files: {what}"),
            translate("RunSteps", "Look for files: {what}"),
            "",
            "",
        ),
        "search_text": (
            translate("RunSteps", "Searched the files for “{what}”"),
            translate("RunSteps", "Search the files for “{what}”"),
            "",
            "",
        ),
        "write_file": (translate("RunSteps", "Wrote {what}"), translate("RunSteps", "Write {what}"), "", ""),
        "edit_file": (
            translate("RunSteps", "Changed {what}"),
            translate("RunSteps", "Change {what}"),
            "",
            "",
        ),
        "move_file": (translate("RunSteps", "Moved {what}"), translate("RunSteps", "Move {what}"), "", ""),
        "delete_file": (
            translate("RunSteps", "Deleted {what}"),
            translate("RunSteps", "Delete {what}"),
            "",
            "",
        ),
        "shell": (translate("RunSteps", "Ran {what}"), translate("RunSteps", "Run {what}"), "", ""),
        "python": (
            translate("RunSteps", "Ran a program: {what}"),
            translate("RunSteps", "Run a program: {what}"),
            "",
            "",
        ),
        "calculator": (
            translate("RunSteps", "Calculated {what}"),
            translate("RunSteps", "Calculate {what}"),
            "",
            "",
        ),
        "date_time": (
            translate("RunSteps", "Looked at the clock"),
            translate("RunSteps", "Look at the clock"),
            translate("RunSteps", "Looked at the clock"),
            translate("RunSteps", "Look at the clock"),
        ),
        "fetch_page": (
            translate("RunSteps", "Read the page {what}"),
            translate("RunSteps", "Get the page {what}"),
            "",
            "",
        ),
        "read_document": (
            translate("RunSteps", "Read {what}"),
            translate("RunSteps", "Read the document {what}"),
            "",
            "",
        ),
        "search_documents": (
            translate("RunSteps", "Searched the documents for “{what}”"),
            translate("RunSteps", "Search the documents for “{what}”"),
            "",
            "",
        ),
        "read_notes": (
            translate("RunSteps", "Read the notes"),
            translate("RunSteps", "Look at the notes"),
            translate("RunSteps", "Read the notes"),
            translate("RunSteps", "Look at the notes"),
        ),
        "write_note": (
            translate("RunSteps", "Kept a note: {what}"),
            translate("RunSteps", "Keep a note: {what}"),
            "",
            "",
        ),
        "update_plan": (
            translate("RunSteps", "Updated the plan"),
            translate("RunSteps", "Update the plan"),
            translate("RunSteps", "Updated the plan"),
            translate("RunSteps", "Update the plan"),
        ),
    }.get(name)
