"""What each of our own tools does, for people who choose among them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.services.runs.values import ToolAtHand


def tool_words(tool: ToolAtHand) -> str:
    """A few words; those that models read for a tool that has none here."""
    translate = QCoreApplication.translate
    known = {
        "list_files": translate("Tools", "list what is in a folder"),
        "read_file": translate("Tools", "read a text file"),
        "find_files": translate("Tools", "find files by their names"),
        "search_text": translate("Tools", "search in files"),
        "write_file": translate("Tools", "write a file"),
        "edit_file": translate("Tools", "change a part of a file"),
        "apply_patch": translate("Tools", "change several files at once"),
        "move_file": translate("Tools", "move or rename a file"),
        "delete_file": translate("Tools", "delete a file, into the run’s trash"),
        "shell": translate("Tools", "run commands, in the sandbox"),
        "python": translate("Tools", "run Python programs, in the sandbox"),
        "background": translate("Tools", "look after commands in the background"),
        "calculator": translate("Tools", "calculate"),
        "date_time": translate("Tools", "tell the date and time"),
        "fetch_page": translate("Tools", "get a web page; always asks"),
        "web_search": translate("Tools", "search the web; asks first"),
        "read_document": translate("Tools", "read PDF and office files"),
        "search_documents": translate("Tools", "search in documents"),
        "write_note": translate("Tools", "keep a note for later runs"),
        "read_notes": translate("Tools", "read the notes"),
        "update_plan": translate("Tools", "keep a plan you can see"),
        "delegate": translate("Tools", "give parts of the task to helpers"),
        "apply_changes": translate("Tools", "apply what helpers changed in their copies"),
    }
    return known.get(tool.name, tool.description.partition("\n")[0])
