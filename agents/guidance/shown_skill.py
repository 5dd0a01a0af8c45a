"""A skill as a person reads it before agreeing to it: all that its folder holds, each file with its hash.

The SHA-256 of this text is that of the folder: nothing in it can change without the text.
"""

from __future__ import annotations

from pathlib import Path

from agents.guidance.skill_folder import SkillFile, skill_files, texts_of
from agents.guidance.skill_text import FILE
from agents.permissions.visible import visible


def shown_skill(folder: Path) -> str:
    """SKILL.md first, then the list of files, then the texts among them. Raises BadSkill."""
    files = skill_files(folder)
    texts = dict(texts_of(folder, tuple(sorted(files, key=lambda file: (file.path != FILE, file.path)))))
    parts = [texts.pop(FILE, "").rstrip()]
    if len(files) > 1:
        parts.append("\n".join(map(_line, files)))
    parts += [f"--- {path} ---\n{text.rstrip()}" for path, text in texts.items()]
    return visible("\n\n".join(parts)) + "\n"


def _line(file: SkillFile) -> str:
    mark = "*" if file.executable else " "
    return f"{file.sha256[:16]} {mark} {file.bytes:>9,}  {file.path}"
