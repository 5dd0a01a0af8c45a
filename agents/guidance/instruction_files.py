"""Finds and reads the project instructions that count in a folder. Changes nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from agents.guidance.imports import beside, imports_in
from agents.guidance.instruction_names import NAMES
from agents.permissions.path_rules import PathRefused
from agents.permissions.visible import visible
from agents.tools.files.text_file import read_text
from agents.workspace.workspace import Workspace

# Of one file; of it more is left out, and the text says so.
MOST_BYTES = 64 * 1024
MOST_FILES = 40
# In one folder of rules.
_MOST_RULES = 20
# How far imports follow each other.
_MOST_HOPS = 5
_MOST_FOLDERS = 64
# Below the folder: how many folders are looked through, how deep, and for which files.
_MOST_BELOW, _DEEPEST, _MOST_NESTED = 2000, 8, 20
_NESTED = tuple(name for name in NAMES if "/" not in name.path and name.path.endswith(".md"))
_SKIPPED = frozenset(
    {
        "node_modules",
        "venv",
        "__pycache__",
        "dist",
        "build",
        "target",
        "vendor",
        "third_party",
        "site-packages",
    }
)

Trouble = Literal["", "outside", "unreadable", "not_text", "bad_skill"]


class InstructionFile(msgspec.Struct, frozen=True):
    """A file of instructions. `place` is its absolute path, `name` that relative to the folder asked about, which may
    begin with "..". `text` is as a model is given it: invisible characters are written out, and of more than
    `MOST_BYTES` the rest is left out (`cut`). `by` names the file that imports it. With `trouble` there is no text.
    `below` is the folder, relative as `name` is, in which one that lies deeper counts.
    `skill` is the name of the skill that it is, of which `text` is all that it holds and `why` what is wrong with it.
    """

    place: str
    name: str
    text: str = ""
    bytes: int = 0
    cut: bool = False
    by: str = ""
    trouble: Trouble = ""
    skill: str = ""
    why: str = ""
    below: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def instruction_files(folder: Path) -> tuple[InstructionFile, ...]:
    """Those of the repository that `folder` lies in, from its root down to the folder, without a repository the
    folder's own; and those that lie deeper, which count where work goes there. Each text once. Never raises for what
    lies there.

    Nothing outside of the repository is read, whatever links and imports say.
    """
    folder = Path(os.path.realpath(folder))
    root = repository_root(folder)
    reader = _Reader(Workspace(root), folder)
    above = [each for each in (folder, *folder.parents) if each.is_relative_to(root)]
    for each in reversed(above):
        at = each.relative_to(root).as_posix()
        for name in NAMES:
            for path in reader.matching("" if at == "." else at, name.path):
                reader.read(path, imports=name.imports)
    _read_nested(reader, folder, root)
    return tuple(reader.found)


def _read_nested(reader: _Reader, folder: Path, root: Path) -> None:
    """Those of folders below, but for other repositories, hidden folders, and what is installed or built."""
    most = len(reader.found) + _MOST_NESTED
    for below in islice(_folders_below(folder), _MOST_BELOW):
        reader.below = below.relative_to(folder).as_posix()
        for name in _NESTED:
            if len(reader.found) < most:
                reader.read((below / name.path).relative_to(root).as_posix(), imports=name.imports)


def _folders_below(folder: Path) -> Iterator[Path]:
    """The folders nearest to it first."""
    waiting = deque([(folder, 0)])
    while waiting:
        here, depth = waiting.popleft()
        inner: list[str] = []
        with contextlib.suppress(OSError), os.scandir(here) as entries:
            inner = sorted(
                entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name not in _SKIPPED
                and entry.is_dir(follow_symlinks=False)
            )
        for name in inner:
            if not (here / name / ".git").exists():
                yield here / name
                if depth + 1 < _DEEPEST:
                    waiting.append((here / name, depth + 1))


def repository_root(folder: Path) -> Path:
    """The nearest folder above, or the folder itself, that has a `.git`; the folder where there is none, or where
    that is the user's home or holds it."""
    with contextlib.suppress(OSError, RuntimeError):
        home = Path(os.path.realpath(Path.home()))
        for each in (folder, *folder.parents)[:_MOST_FOLDERS]:
            if each == home or each in home.parents:
                break
            if (each / ".git").exists():
                return each
    return folder


class _Reader:
    """Reads below the root of the repository; `found` grows."""

    def __init__(self, repository: Workspace, folder: Path) -> None:
        self._repository, self._folder = repository, folder
        self.found: list[InstructionFile] = []
        self.below = ""
        self._read: set[str] = set()
        self._texts: set[str] = set()

    def matching(self, at: str, pattern: str) -> Iterator[str]:
        """Paths in the folder `at` that fit a name of the table."""
        path = f"{at}/{pattern}" if at else pattern
        above, _, name = path.rpartition("/")
        if "*" not in name:
            yield path
            return
        try:
            with self._repository.folder(above) as rules:
                names = [each for each in rules.names() if fnmatch(each, name)]
        except (OSError, PathRefused):
            return
        for each in names[:_MOST_RULES]:
            yield f"{above}/{each}"

    def read(self, path: str, *, imports: bool, by: str = "", hops: int = 0) -> None:
        if path in self._read or len(self.found) >= MOST_FILES:
            return
        self._read.add(path)
        file = self._file(path, by)
        if file is None or (file.text and file.text in self._texts):
            return
        if file.text.strip() or file.trouble:
            self._texts.add(file.text)
            self.found.append(file)
        if imports and hops < _MOST_HOPS:
            for each in imports_in(file.text):
                if place := beside(path, each):
                    self.read(place, imports=True, by=file.name, hops=hops + 1)

    def _file(self, path: str, by: str) -> InstructionFile | None:
        """The file at a path; None where there is none, or a folder."""
        place = self._repository.root / path
        name = Path(os.path.relpath(place, self._folder)).as_posix()
        file = InstructionFile(str(place), visible(name).replace("\n", " "), by=by, below=self.below)
        if not os.path.lexists(place) or place.is_dir():
            return None
        try:
            with self._repository.read(path) as opened:
                size = os.fstat(opened.fileno()).st_size
                data = opened.read(MOST_BYTES + 1)
        except PathRefused as refused:
            return msgspec.structs.replace(file, trouble="outside" if refused.outside else "unreadable")
        except FileNotFoundError:  # a link to nothing, or gone meanwhile
            return None
        except OSError:
            return msgspec.structs.replace(file, trouble="unreadable")
        cut = len(data) > MOST_BYTES
        read = read_text(_whole_lines(data[:MOST_BYTES]) if cut else data)
        if read is None:
            return msgspec.structs.replace(file, bytes=size, trouble="not_text")
        text = visible(read.text)
        if cut:
            text += f"\n[The rest of this file is left out: it has {size:,} bytes.]\n"
        return msgspec.structs.replace(file, text=text, bytes=size, cut=cut)


def _whole_lines(data: bytes) -> bytes:
    """Without the last line, which is cut, unless it is all there is; never with half a character at the end."""
    end = data.rfind(b"\n")
    if end > 0 and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data[: end + 1]
    even = data[: len(data) // 4 * 4]
    return even.decode("utf-8", "ignore").encode() if b"\0" not in even else even
