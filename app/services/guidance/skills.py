"""Skills: the person's own in the data folder, and those of projects that the person agreed to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from agents.guidance.instruction_files import InstructionFile
from agents.guidance.shown_skill import shown_skill
from agents.guidance.skill_folder import (
    BadSkill,
    Skill,
    file_of,
    skill_files,
    skill_folders,
    skill_in,
    skill_text,
)
from agents.guidance.skill_text import FILE, skill_name
from engine.errors import UserError

_TRASH = ".deleted"


class BadFolder(msgspec.Struct, frozen=True):
    """A folder among the skills that is none, and why."""

    name: str
    why: str


class Skills:
    """In `home`, the data folder. All methods read or write the disk; any thread.

    A project's skill is copied when the person agrees to it, and runs read the copy: what the project's folder holds
    later, or during a run, does not count.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "skills"
        self._copies = home / "agreements" / "skills"
        # What each folder's SKILL.md said when it had this time, size and number: thousands take seconds to read.
        self._known: dict[Path, tuple[tuple[int, int, int], Skill | BadSkill]] = {}

    # --- reading ---

    def own(self) -> tuple[Skill, ...]:
        """The person's own, by name. Those that cannot be used are left out; `refused` names them."""
        found: dict[str, Skill] = {}
        for folder in skill_folders(self.folder):
            with contextlib.suppress(BadSkill):
                skill = self._skill_in(folder)
                found.setdefault(skill.name, skill)
        return tuple(found[name] for name in sorted(found))

    def refused(self) -> tuple[BadFolder, ...]:
        """The folders that `own` leaves out, each with the reason."""
        bad: list[BadFolder] = []
        known: set[str] = set()
        for folder in skill_folders(self.folder):
            try:
                name = self._skill_in(folder).name
            except BadSkill as error:
                bad.append(BadFolder(folder.name, str(error)))
                continue
            if name in known:
                bad.append(BadFolder(folder.name, f"another skill is called {name}"))
            known.add(name)
        return tuple(bad)

    def get(self, name: str) -> Skill:
        """One of the person's own. Raises UserError `skill.missing`."""
        found = next((skill for skill in self.own() if skill.name == name), None)
        if found is None:
            raise UserError("skill.missing", name=name)
        return found

    def body(self, name: str) -> str:
        """The instructions of one. Raises UserError `skill.missing`, `skill.bad`."""
        skill = self.get(name)
        try:
            return skill_text(skill.folder).body
        except BadSkill as bad:
            raise UserError("skill.bad", name=name, detail=str(bad)) from bad

    def for_run(self, agreed: Iterable[InstructionFile]) -> tuple[Skill, ...]:
        """The skills of a run in a folder whose agreed ones are `agreed`; these come first, and before the person's
        own of the same name."""
        found: dict[str, Skill] = {}
        for file in agreed:
            try:
                found.setdefault(file.skill, skill_in(self.place(file)))
            except BadSkill:  # the copy is gone: it is asked about again
                continue
        for skill in self.own():
            found.setdefault(skill.name, skill)
        return tuple(found.values())

    def readable(self, skills: Iterable[Skill]) -> tuple[Path, ...]:
        """The folders that commands need for these skills."""
        own = Path(os.path.realpath(self.folder))
        places = (own if skill.folder.is_relative_to(own) else skill.folder for skill in skills)
        return tuple(dict.fromkeys(places))

    def place(self, file: InstructionFile) -> Path:
        """Where the copy lies: a folder of the skill's name, as relative paths in it may need, in one of its hash."""
        return (
            self._copies
            / hashlib.sha256(file.text.encode()).hexdigest()
            / (skill_name(file.skill) or "skill")
        )

    def has_copy(self, file: InstructionFile) -> bool:
        return (self.place(file) / FILE).is_file()

    # --- changing ---

    def keep_copy(self, file: InstructionFile) -> None:
        """Copy the skill of a project as it was shown. Raises UserError `skill.changed`, `skill.not_saved`."""
        copy = self.place(file)
        if self.has_copy(file) and _is(copy, file.text):
            return
        made = self._copied(Path(file.place), copy.name)
        if not _is(made, file.text):
            shutil.rmtree(made.parent, ignore_errors=True)
            raise UserError("skill.changed", name=file.skill)
        _put(made, copy)

    def add(self, folder: Path) -> Skill:
        """Copy a folder to the person's own skills; where one of the name is there, under another folder's name.

        Raises UserError `skill.bad`, `skill.twice`, `skill.not_saved`.
        """
        try:
            skill = skill_in(folder)
            skill_files(folder)
        except BadSkill as bad:
            raise UserError("skill.bad", name=folder.name, detail=str(bad)) from bad
        if any(each.name == skill.name for each in self.own()):
            raise UserError("skill.twice", name=skill.name)
        stem, number = skill_name(skill.name), 1
        target = self.folder / stem
        while target.exists():
            number += 1
            target = self.folder / f"{stem}-{number}"
        _put(self._copied(folder, target.name), target)
        return skill_in(target)

    def remove(self, name: str) -> None:
        """Delete one of the person's own; `restore` brings the last one of the name back.

        Raises UserError `skill.missing`, `skill.not_saved`.
        """
        skill = self.get(name)
        kept = self.folder / _TRASH / name
        with _saving(self.folder):
            shutil.rmtree(kept, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            skill.folder.rename(kept)

    def restore(self, name: str) -> None:
        """Raises UserError `skill.missing`, `skill.not_saved`."""
        kept = self.folder / _TRASH / name
        if not kept.is_dir():
            raise UserError("skill.missing", name=name)
        with _saving(self.folder):
            kept.rename(self.folder / name)

    # --- inside ---

    def _skill_in(self, folder: Path) -> Skill:
        """As `skill_in`, read anew where the file is another one. Raises BadSkill."""
        try:
            info = (folder / FILE).stat()
        except OSError as error:
            raise BadSkill(f"{FILE}: {error.strerror or error}") from error
        key = (info.st_mtime_ns, info.st_size, info.st_ino)
        known = self._known.get(folder)
        if known is None or known[0] != key:
            try:
                known = (key, skill_in(folder))
            except BadSkill as bad:
                known = (key, bad)
            self._known[folder] = known
        if isinstance(known[1], BadSkill):
            raise BadSkill(str(known[1]))
        return known[1]

    def _copied(self, folder: Path, name: str) -> Path:
        """A copy in a temporary folder beside the skills: files alone, links are left out."""
        with _saving(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder)) / name
        try:
            with _saving(self.folder):
                for file in skill_files(folder):
                    target = made / file.path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(file_of(folder, file.path))
                    target.chmod(0o755 if file.executable else 0o644)
        except BadSkill as bad:
            shutil.rmtree(made.parent, ignore_errors=True)
            raise UserError("skill.bad", name=name, detail=str(bad)) from bad
        except BaseException:
            shutil.rmtree(made.parent, ignore_errors=True)
            raise
        return made


@contextlib.contextmanager
def _saving(folder: Path) -> Iterator[None]:
    """Raise UserError `skill.not_saved` for errors of the disk inside."""
    try:
        yield
    except OSError as error:
        detail = error.strerror or str(error)
        raise UserError("skill.not_saved", folder=str(folder), detail=detail) from error


def _is(folder: Path, text: str) -> bool:
    """Whether a folder holds exactly what was shown."""
    try:
        return shown_skill(folder) == text
    except BadSkill:
        return False


def _put(made: Path, target: Path) -> None:
    """Move a finished copy to its place. Raises UserError `skill.not_saved`."""
    with _saving(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # a copy that is not whole any more
            shutil.rmtree(target)
        made.rename(target)
        made.parent.rmdir()
