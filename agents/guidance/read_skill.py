"""The tool `read_skill`: instructions for a kind of task, read when a task needs them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from agents.api import Outcome, Tool, ToolContext
from agents.guidance.skill_folder import BadSkill, Skill, file_of, skill_files, skill_text
from agents.permissions.path_rules import PathRefused
from agents.permissions.values import Effects, ToolFacts
from agents.tools.files.text_file import read_text
from agents.tools.function_tool import os_trouble

READ_SKILL = "read_skill"
_MOST_NAMES, _MOST_FILES = 40, 60


class ReadSkill:
    """Reads `skills`, which the person has, or agreed to: what they say is the person's own word."""

    name = READ_SKILL
    description = (
        "Read a skill: instructions for a kind of task. Without a name it lists the skills; with a path it reads a "
        "file that belongs to the skill."
    )
    parameters: dict[str, Any] = {  # noqa: RUF012
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "The skill's name.", "default": ""},
            "path": {"type": "string", "description": "A file of the skill.", "default": ""},
        },
        "additionalProperties": False,
    }
    facts = ToolFacts(read_only=True, destructive=False, timeout_s=20.0)
    server = ""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self.skills = {skill.name: skill for skill in skills}

    def effects(self, arguments: dict[str, Any], context: ToolContext) -> Effects:
        return Effects("read")

    def run(self, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        name, path = str(arguments.get("name", "")).strip(), str(arguments.get("path", "")).strip()
        if not name:
            return Outcome("\n".join(self._lines(list(self.skills))), summary=str(len(self.skills)))
        skill = self.skills.get(name.lstrip("/").casefold())
        if skill is None:
            return self._unknown(name)
        try:
            return _file(skill, path) if path else _whole(skill, executes=context.sandbox is not None)
        except BadSkill as bad:
            return Outcome(f"The skill {skill.name} can't be read: {bad}.", "error")
        except PathRefused as refused:
            return Outcome(str(refused), "error")
        except OSError as error:
            return Outcome(os_trouble(error), "error")

    def _unknown(self, name: str) -> Outcome:
        near = difflib.get_close_matches(name, self.skills, 8, 0.3) or list(self.skills)[:8]
        return Outcome(
            "\n".join((f"There is no skill {name[:64]!r}. Near are:", *self._lines(near))), "error"
        )

    def _lines(self, names: Sequence[str]) -> list[str]:
        lines = [f"{name}: {self.skills[name].description}" for name in names[:_MOST_NAMES]]
        more = len(names) - len(lines)
        return lines + ([f"[and {more} more; ask for one by its name]"] if more > 0 else [])


def skills_of(tools: Iterable[Tool]) -> tuple[Skill, ...]:
    """The skills that one of the tools reads."""
    return tuple(skill for tool in tools if isinstance(tool, ReadSkill) for skill in tool.skills.values())


def _whole(skill: Skill, *, executes: bool) -> Outcome:
    text = skill_text(skill.folder)
    files = [file.path for file in skill_files(skill.folder) if file.path != "SKILL.md"]
    parts = [text.body]
    if files:
        more = f"\n[and {len(files) - _MOST_FILES} more]" if len(files) > _MOST_FILES else ""
        parts.append("Files of this skill, for read_skill:\n" + "\n".join(files[:_MOST_FILES]) + more)
        if executes:
            parts.append(f"Commands find them in {skill.folder}, where nothing can be changed.")
    return Outcome("\n\n".join(parts), summary=skill.name)


def _file(skill: Skill, path: str) -> Outcome:
    text = read_text(file_of(skill.folder, path))
    if text is None:
        return Outcome(f"{path} is not a text. Use it in a command, in the folder {skill.folder}.", "error")
    return Outcome(text.text, summary=path)
