"""Project instructions and skills of a folder: which of them count, because the person agreed to the very text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from agents.events import Followed, Nested
from agents.guidance.instruction_files import InstructionFile, instruction_files
from agents.guidance.project_skills import project_skills
from agents.tools.files.diff import unified_diff
from app.services.guidance.agreements import Agreement, Agreements
from app.services.guidance.skills import Skills

State = Literal["agreed", "new", "changed", "unusable"]


class Instruction(msgspec.Struct, frozen=True):
    """A file of instructions. "changed": the person agreed to another text, and `diff` is the unified diff from that
    one; "unusable": it has no text that could count."""

    file: InstructionFile
    state: State
    diff: str = ""


class Found(msgspec.Struct, frozen=True):
    """The instructions that lie in a folder's repository, the most general first."""

    all: tuple[Instruction, ...] = ()

    @property
    def follows(self) -> tuple[Followed, ...]:
        return tuple(
            Followed(each.file.name, each.file.text)
            for each in self.all
            if each.state == "agreed" and not each.file.skill and not each.file.below
        )

    @property
    def nested(self) -> tuple[Nested, ...]:
        """Those of deeper folders, which count where work goes there."""
        return tuple(
            Nested(each.file.below, each.file.name, each.file.text)
            for each in self.all
            if each.state == "agreed" and each.file.below
        )

    @property
    def skills(self) -> tuple[InstructionFile, ...]:
        """The project's skills that the person agreed to."""
        return tuple(each.file for each in self.all if each.state == "agreed" and each.file.skill)

    @property
    def open(self) -> tuple[Instruction, ...]:
        """What a person has not agreed to, and can."""
        return tuple(each for each in self.all if each.state in ("new", "changed"))

    @property
    def unfollowed(self) -> tuple[str, ...]:
        return tuple(each.file.name for each in self.all if each.state != "agreed")


class Instructions:
    """All methods read the disk."""

    def __init__(self, home: Path, skills: Skills) -> None:
        self._skills = skills
        self._agreements = Agreements(home / "agreements" / "instructions")

    def at(self, folder: str) -> Found:
        """What lies there now; nothing for a folder that is none."""
        if not folder:
            return Found()
        try:
            files = (*instruction_files(Path(folder)), *project_skills(Path(folder)))
        except (OSError, ValueError):  # the folder itself cannot be looked at, which its run tells
            return Found()
        return Found(tuple(map(self._judged, files)))

    def agree(self, instructions: Iterable[Instruction]) -> None:
        """Take these texts for the person's own words from now on. Raises UserError `guidance.not_saved`, and of
        skills as `Skills.keep_copy`."""
        for each in instructions:
            if each.state != "unusable":
                if each.file.skill:
                    self._skills.keep_copy(each.file)
                self._agreements.put(each.file.place, each.file.digest, each.file.text)

    def agreed(self) -> tuple[Agreement, ...]:
        """All that the person agreed to, wherever it lies and whether it is there still, the latest first."""
        return self._agreements.all()

    def take_back(self, place: str) -> None:
        """As `withdraw`, of what lies at a place that `agreed` tells."""
        self._agreements.remove(place)

    def withdraw(self, instructions: Iterable[Instruction]) -> None:
        """Raises UserError `guidance.not_saved`."""
        for each in instructions:
            self._agreements.remove(each.file.place)

    def _judged(self, file: InstructionFile) -> Instruction:
        if file.trouble:
            return Instruction(file, "unusable")
        agreement = self._agreements.of(file.place)
        if agreement is None:
            return Instruction(file, "new")
        if agreement.digest == file.digest:
            if file.skill and not self._skills.has_copy(file):
                return Instruction(file, "new")
            return Instruction(file, "agreed")
        return Instruction(file, "changed", unified_diff(file.name, agreement.text, file.text))
