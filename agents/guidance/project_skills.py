"""Skills that a project brings along. They count, as its instructions do, once a person agreed to them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from agents.guidance.instruction_files import InstructionFile, repository_root
from agents.guidance.shown_skill import shown_skill
from agents.guidance.skill_folder import BadSkill, skill_folders, skill_in
from agents.permissions.path_rules import PathRefused
from agents.permissions.visible import visible
from agents.workspace.workspace import Workspace

# Sources: agentskills.io, "Where skills live"; the documentation of each program.
PLACES = (
    ".agents/skills",
    ".claude/skills",
    ".codex/skills",
    ".github/skills",
    ".gemini/skills",
    ".cursor/skills",
    ".opencode/skill",
    ".opencode/skills",
)
MOST = 60


def project_skills(folder: Path) -> tuple[InstructionFile, ...]:
    """Those of the repository's root and of the folder, as files of instructions whose text is all that the skill
    holds, and whose `skill` is its name. Of two of the same name the one nearer to the folder. Never raises for what
    lies there."""
    folder = Path(os.path.realpath(folder))
    root = repository_root(folder)
    found: dict[str, InstructionFile] = {}
    for above in dict.fromkeys((root, folder)):
        for place in PLACES:
            inside = _inside(root, above / place)
            for each in skill_folders(inside)[:MOST] if inside else ():
                file = _read(each, folder, root)
                found[file.skill] = file
                if len(found) == MOST:
                    return tuple(found.values())
    return tuple(found.values())


def _inside(root: Path, place: Path) -> Path | None:
    """The real place of a folder, which links do not lead out of the repository."""
    with contextlib.suppress(OSError, PathRefused):
        workspace = Workspace(root)
        return root / workspace.real(place.relative_to(root).as_posix())
    return None


def _read(place: Path, folder: Path, root: Path) -> InstructionFile:
    name = visible(Path(os.path.relpath(place, folder)).as_posix())
    if not Path(os.path.realpath(place)).is_relative_to(root):
        return InstructionFile(str(place), name, trouble="outside", skill=place.name)
    try:
        skill = skill_in(place)
        text = shown_skill(place)
    except BadSkill as bad:
        return InstructionFile(str(place), name, trouble="bad_skill", skill=place.name, why=visible(str(bad)))
    return InstructionFile(str(place), name, text, len(text.encode()), skill=skill.name)
