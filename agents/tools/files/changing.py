"""Shared parts of the tools that change files: allowed places, and what a call would change."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from agents.permissions.path_rules import PathRefused
from agents.tools.files.text_file import MOST_BYTES, Text, read_text
from agents.tools.function_tool import ToolTrouble
from agents.workspace.folder import Folder
from agents.workspace.workspace import Workspace

_MOST_TOLD = 10_000  # maximum paths beneath a folder that is moved or deleted


@contextlib.contextmanager
def place_to_change(
    workspace: Workspace, text: str, *, make: bool = False, follow: bool = True
) -> Iterator[tuple[Folder, str]]:
    """The open folder and the last name of a path that may be changed.

    Raises PathRefused for Git's own files and for the workspace itself. It is checked twice: before folders
    are made, and at the place that was reached.
    """
    path = workspace.relative(text)
    _check(workspace, workspace.real(path, follow=follow))
    folder, name = workspace.locate(path, follow=follow, make=make)
    with folder:
        _check(workspace, folder.path_of(name))
        yield folder, name


def checked_place(workspace: Workspace, text: str, *, follow: bool = True) -> str:
    """The real path of what may be changed, there or not. Raises PathRefused as `place_to_change`."""
    path = workspace.real(workspace.relative(text), follow=follow)
    _check(workspace, path)
    return path


def _check(workspace: Workspace, path: str) -> None:
    if path == ".":
        raise PathRefused(path, "That is the workspace itself; name something in it.")
    if workspace.protected(path):
        raise PathRefused(path, f"'{path}' belongs to Git and is not changed by file tools.")


def new_folders(workspace: Workspace, path: str) -> tuple[str, ...]:
    """Folders that have to be made before `path` can be written, outermost first."""
    missing: list[str] = []
    above = path.rpartition("/")[0]
    while above and workspace.found(above) is None:
        missing.append(above)
        above = above.rpartition("/")[0]
    return tuple(reversed(missing))


def with_contents(workspace: Workspace, path: str) -> tuple[str, ...]:
    """`path` and, of a folder, everything beneath it, up to some ten thousand."""
    found = workspace.found(path, follow=False)
    paths = [path]
    if found is not None and found.kind == "folder":
        for entry in workspace.walk(path):
            if len(paths) >= _MOST_TOLD:
                break
            paths.append(entry.path)
    return tuple(paths)


def whole_file(folder: Folder, name: str) -> bytes:
    """A file's bytes. Raises ToolTrouble for one that is too large, OSError as `Folder.read` does."""
    with folder.read(name) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ToolTrouble(f"'{folder.path_of(name)}' is larger than {MOST_BYTES // 1024**2} MiB.")
    return content


def text_of(folder: Folder, name: str) -> Text:
    """A file's text. Raises ToolTrouble when it is binary."""
    return text_of_bytes(folder.path_of(name), whole_file(folder, name))


def text_of_bytes(path: str, content: bytes) -> Text:
    """The text of the file `path`. Raises ToolTrouble when it is binary."""
    text = read_text(content)
    if text is None:
        raise ToolTrouble(f"'{path}' is no text file.")
    return text
