"""`coterie skills list`, `show`, `import` and `remove`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.guidance.shown_skill import shown_skill
from agents.guidance.skill_folder import BadSkill, Skill, skill_files
from app import paths
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.run.approving import line_of
from app.services.guidance.skill_import import other_programs, skills_at
from app.services.guidance.skills import Skills
from engine.errors import UserError


def list_skills(output: Output) -> int:
    """One line for each skill; those that cannot be used are told."""
    skills = Skills(paths.home())
    found = skills.own()
    output.object({"skills": [_object(skill) for skill in found]})
    output.table([(skill.name, skill.description) for skill in found])
    if not found:
        output.text(output.localized("cli.skills.none"))
    for bad in skills.refused():
        output.tell(UserError("skill.bad", name=bad.name, detail=bad.why))
    return 0


def show(name: str, output: Output) -> int:
    """All that a skill holds."""
    skill = Skills(paths.home()).get(name)
    text = _shown(skill)
    output.object({**_object(skill), "text": text})
    output.text("\n".join(map(printable, text.splitlines())))
    return 0


def import_skills(path: str, *, yes: bool, output: Output) -> int:
    """Show the skills at a path, ask, and copy them. Without a path list what other programs have."""
    if not path:
        found = other_programs()
        output.object({"skills": [_object(skill) for skill in found]})
        output.table([(str(skill.folder), skill.description) for skill in found])
        if not found:
            output.text(output.localized("cli.skills.none_elsewhere"))
        return 0
    skills = Skills(paths.home())
    added: list[Skill] = []
    failed = 0
    with skills_at(Path(path).expanduser()) as found:
        for skill in found:
            if not yes and not _agreed(skill, output):
                continue
            try:
                added.append(skills.add(skill.folder))
            except UserError as error:
                output.tell(error)
                failed = 1
            else:
                output.text(output.localized("cli.skills.added", name=skill.name))
    output.object({"skills": [_object(skill) for skill in added]})
    return failed


def remove(name: str, output: Output) -> int:
    """Delete one."""
    Skills(paths.home()).remove(name)
    output.object({"removed": name})
    output.text(output.localized("cli.skills.removed", name=name))
    return 0


def _agreed(skill: Skill, output: Output) -> bool:
    """Whether a person who was shown the skill wants it; at the end of input nobody does."""
    output.note("")
    output.note("\n".join(map(printable, _shown(skill).splitlines())))
    answer = line_of(output, output.localized("cli.skills.ask", name=skill.name))
    return answer is not None and answer.strip().casefold()[:1] == "y"


def _shown(skill: Skill) -> str:
    try:
        return shown_skill(skill.folder)
    except BadSkill as bad:
        raise UserError("skill.bad", name=skill.name, detail=str(bad)) from bad


def _object(skill: Skill) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": skill.name,
        "description": skill.description,
        "path": str(skill.folder),
        "license": skill.license,
    }
    try:
        shown["files"] = [file.path for file in skill_files(skill.folder)]
    except BadSkill:
        shown["files"] = []
    return shown
