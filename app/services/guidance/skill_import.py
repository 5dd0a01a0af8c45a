"""Skills from elsewhere: those of other programs, of a folder, and of a ZIP file. Shown first, then copied."""

from __future__ import annotations

import contextlib
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from agents.guidance.shown_skill import shown_skill
from agents.guidance.skill_folder import MOST_BYTES, MOST_FILES, BadSkill, Skill, skill_folders, skill_in
from agents.guidance.skill_text import FILE
from app.services.guidance.skills import Skills
from engine.errors import UserError

# Where other programs keep a person's skills, below the home. Sources as for those of projects.
PLACES = (
    ".agents/skills",
    ".claude/skills",
    ".codex/skills",
    ".config/agents/skills",
    ".config/opencode/skill",
    ".config/opencode/skills",
    ".cursor/skills",
    ".gemini/skills",
)
_MOST_FOUND, _MOST_OFFERED = 500, 100
# In a ZIP file with many skills.
_MOST_ENTRIES, _MOST_UNPACKED = 20 * MOST_FILES, 8 * MOST_BYTES


def other_programs(home: Path | None = None) -> tuple[Skill, ...]:
    """What other programs have in the person's home, each name once; those that cannot be used are left out."""
    with contextlib.suppress(RuntimeError):
        home = home or Path.home()
        return _usable(folder for place in PLACES for folder in skill_folders(home / place))
    return ()


@contextlib.contextmanager
def skills_at(path: Path) -> Iterator[tuple[Skill, ...]]:
    """The skills in a folder, which may be one itself, or in a ZIP file; what was unpacked is gone afterwards.

    Raises UserError `skill.none_there`, `skill.bad_zip`, `skill.bad` where there is one alone, and it cannot be used.
    """
    if path.is_file():
        unpacked = Path(tempfile.mkdtemp(prefix="coterie-skills-"))
        try:
            _unpack(path, unpacked)
            yield _found(unpacked, path)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    else:
        yield _found(path, path)


def _found(folder: Path, named: Path) -> tuple[Skill, ...]:
    places = (folder, *(folder / place for place in ("skills", *PLACES)))
    folders = (
        [folder] if (folder / FILE).is_file() else [each for place in places for each in skill_folders(place)]
    )
    with contextlib.suppress(OSError):
        if not folders:  # in a ZIP file usually all lies in one folder
            for inner in sorted(each for each in folder.iterdir() if each.is_dir()):
                folders += [*skill_folders(inner), *skill_folders(inner / "skills")]
    if not folders:
        raise UserError("skill.none_there", path=str(named))
    if len(folders) == 1:
        try:
            return (skill_in(folders[0]),)
        except BadSkill as bad:
            raise UserError("skill.bad", name=folders[0].name, detail=str(bad)) from bad
    return _usable(iter(folders))


def _usable(folders: Iterator[Path]) -> tuple[Skill, ...]:
    found: dict[str, Skill] = {}
    for folder in folders:
        with contextlib.suppress(BadSkill):
            skill = skill_in(folder)
            found.setdefault(skill.name, skill)
        if len(found) == _MOST_FOUND:
            break
    return tuple(found.values())


def _unpack(path: Path, folder: Path) -> None:
    """Plain files alone, below `folder`, and not more than fits. Raises UserError `skill.bad_zip`."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES:
                raise UserError("skill.bad_zip", path=str(path), detail=f"> {_MOST_ENTRIES:,} files")
            left = _MOST_UNPACKED
            for entry in entries:
                left -= _extract(archive, entry, folder, left)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise UserError("skill.bad_zip", path=str(path), detail=str(error)[:200]) from error
    except Exception as error:  # zlib and others have errors of their own
        if isinstance(error, UserError):
            raise
        raise UserError("skill.bad_zip", path=str(path), detail=type(error).__name__) from error


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, left: int) -> int:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    unsafe = name.is_absolute() or ".." in name.parts or ":" in entry.filename
    if entry.is_dir() or unsafe or kind not in (0, stat.S_IFREG):
        return 0
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source:
        data = source.read(left + 1)
    if len(data) > left:
        raise ValueError(f"> {_MOST_UNPACKED // 1024**2} MiB")
    target.write_bytes(data)
    target.chmod(0o755 if (entry.external_attr >> 16) & 0o100 else 0o644)
    return len(data)


class Offered(msgspec.Struct, frozen=True):
    """A skill that could be added: where it was found, and all that it holds, to be shown."""

    name: str
    description: str
    source: str
    text: str


def offered(path: Path | None = None) -> tuple[Offered, ...]:
    """What is at a path, as `skills_at` finds it, or with None what other programs have. Raises as `skills_at`."""
    if path is None:
        return tuple(_offers(other_programs()))
    with skills_at(path) as found:
        return tuple(_offers(found, str(path)))


def _offers(skills: tuple[Skill, ...], source: str = "") -> Iterator[Offered]:
    for skill in skills[:_MOST_OFFERED]:
        with contextlib.suppress(BadSkill):
            text = shown_skill(skill.folder)
            yield Offered(skill.name, skill.description, source or str(skill.folder), text)


def add_offered(skills: Skills, chosen: Iterable[Offered]) -> tuple[Skill, ...]:
    """Copy these as they were shown. Raises UserError `skill.changed` for one that is another by now, and as
    `skills_at` and `Skills.add` do; those before it are added."""
    added = []
    for each in chosen:
        with skills_at(Path(each.source)) as found:
            folder = next((skill.folder for skill in found if skill.name == each.name), None)
            try:
                same = folder is not None and shown_skill(folder) == each.text
            except BadSkill:
                same = False
            if folder is None or not same:
                raise UserError("skill.changed", name=each.name)
            added.append(skills.add(folder))
    return tuple(added)
