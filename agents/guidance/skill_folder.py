"""Skills as folders on the disk: which there are, what belongs to one. Links out of a folder are not followed."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agents.guidance.skill_text import FILE, SkillText, parsed
from agents.permissions.path_rules import PathRefused
from agents.tools.files.text_file import read_text
from agents.workspace.workspace import Workspace

MOST_TEXT = 256 * 1024
MOST_FILES, MOST_BYTES = 300, 16 * 1024 * 1024
# In one folder of skills; whoever has more sees the first ones by name.
MOST_SKILLS = 2000
_SKIP = frozenset({".git", "node_modules", "__pycache__", ".venv"})


class Skill(msgspec.Struct, frozen=True):
    """A skill in `folder`, a real path. What its head says; the body is read when it is used."""

    name: str
    description: str
    folder: Path
    allowed_tools: str = ""
    license: str = ""


class SkillFile(msgspec.Struct, frozen=True):
    """A file of a skill; `path` is relative to its folder, with "/"."""

    path: str
    bytes: int
    sha256: str
    executable: bool


class BadSkill(ValueError):
    """Why a folder is no skill that can be used, in words for a log and a person: `str()`."""


def skill_in(folder: Path) -> Skill:
    """The skill in a folder. Raises BadSkill."""
    text = skill_text(folder)
    return Skill(
        text.name, text.description, Path(os.path.realpath(folder)), text.allowed_tools, text.license
    )


def skill_text(folder: Path) -> SkillText:
    """Its SKILL.md, read now. Raises BadSkill."""
    try:
        with Workspace(Path(os.path.realpath(folder))).read(FILE) as file:
            data = file.read(MOST_TEXT + 1)
    except PathRefused as refused:
        raise BadSkill(f"{FILE} leads out of its folder") from refused
    except OSError as error:
        raise BadSkill(f"{FILE}: {error.strerror or error}") from error
    if len(data) > MOST_TEXT:
        raise BadSkill(f"{FILE} has more than {MOST_TEXT // 1024} KiB")
    text = read_text(data)
    if text is None:
        raise BadSkill(f"{FILE} is not a text")
    try:
        return parsed(text.text, folder.name)
    except ValueError as error:
        raise BadSkill(f"{FILE}: {error}") from error


def skill_folders(place: Path) -> tuple[Path, ...]:
    """The folders below `place` that have a SKILL.md, by name; nothing where `place` is no folder."""
    found = []
    with contextlib.suppress(OSError):
        with os.scandir(place) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
        for name in names:
            if (place / name / FILE).is_file():
                found.append(place / name)
                if len(found) == MOST_SKILLS:
                    break
    return tuple(found)


def skill_files(folder: Path) -> tuple[SkillFile, ...]:
    """All files of a skill, by path; links are left out. Raises BadSkill for too many, too large, or unreadable."""
    workspace = Workspace(Path(os.path.realpath(folder)))
    found: list[SkillFile] = []
    total = 0
    for entry in workspace.walk(skip=_SKIP):
        if entry.kind != "file" or not _SKIP.isdisjoint(entry.path.split("/")):
            continue
        total += entry.bytes
        if len(found) == MOST_FILES or total > MOST_BYTES:
            raise BadSkill(f"it has more than {MOST_FILES} files or {MOST_BYTES // 1024**2} MiB")
        try:
            data = file_of(folder, entry.path)
        except (OSError, PathRefused) as error:
            raise BadSkill(f"{entry.path} can’t be read") from error
        found.append(
            SkillFile(entry.path, len(data), hashlib.sha256(data).hexdigest(), bool(entry.mode & 0o100))
        )
    return tuple(found)


def file_of(folder: Path, path: str) -> bytes:
    """A file of a skill, whole. Raises OSError, and PathRefused for what leads out of it."""
    workspace = Workspace(Path(os.path.realpath(folder)))
    with workspace.read(workspace.relative(path)) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(f"{path} is larger than {MOST_BYTES // 1024**2} MiB")
    return data


def texts_of(folder: Path, files: tuple[SkillFile, ...]) -> Iterator[tuple[str, str]]:
    """The small texts among the files, each with its path, up to `MOST_TEXT` bytes together."""
    left = MOST_TEXT
    for file in files:
        if file.bytes > left:
            continue
        with contextlib.suppress(OSError, PathRefused):
            text = read_text(file_of(folder, file.path))
            if text is not None:
                left -= file.bytes
                yield file.path, text.text
