"""The built-in tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.tools.background import background
from agents.tools.calculator import calculator
from agents.tools.date_time import date_time
from agents.tools.delegate import apply_changes, delegate
from agents.tools.executing import python, shell
from agents.tools.fetch_page import fetch_page
from agents.tools.files.apply_patch import apply_patch
from agents.tools.files.delete_file import delete_file
from agents.tools.files.edit_file import edit_file
from agents.tools.files.find_files import find_files
from agents.tools.files.list_files import list_files
from agents.tools.files.move_file import move_file
from agents.tools.files.read_file import read_file
from agents.tools.files.search_text import search_text
from agents.tools.files.write_file import write_file
from agents.tools.notes import read_notes, write_note
from agents.tools.read_document import read_document
from agents.tools.search_documents import search_documents
from agents.tools.update_plan import update_plan

if TYPE_CHECKING:
    from agents.api import Sandbox, Tool


def builtin_tools(sandbox: Sandbox | None = None) -> tuple[Tool, ...]:
    """All built-in tools, always in the same order. Those that execute code need a sandbox."""
    executing: tuple[Tool, ...] = (shell, python, background) if sandbox is not None else ()
    return (
        list_files,
        read_file,
        find_files,
        search_text,
        write_file,
        edit_file,
        apply_patch,
        move_file,
        delete_file,
        *executing,
        read_document,
        search_documents,
        fetch_page,
        calculator,
        date_time,
        write_note,
        read_notes,
        update_plan,
        delegate,
        apply_changes,
    )
