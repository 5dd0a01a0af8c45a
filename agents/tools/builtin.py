"""The tools that come with Coterie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.tools.delete_file import delete_file
from agents.tools.edit_file import edit_file
from agents.tools.list_files import list_files
from agents.tools.move_file import move_file
from agents.tools.read_file import read_file
from agents.tools.write_file import write_file

if TYPE_CHECKING:
    from agents.sandbox.sandbox import Sandbox
    from agents.tools.tool import Tool


def builtin_tools(sandbox: Sandbox | None = None) -> tuple[Tool, ...]:
    """All of them, always in the same order. Those that execute something are there when there is a sandbox."""
    return (list_files, read_file, write_file, edit_file, move_file, delete_file)
