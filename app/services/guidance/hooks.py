"""The person's hooks, in hooks.toml of the data folder. Nothing in a workspace adds one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from agents.hooks import LEAST_SECONDS, LONGEST_COMMAND, MOST_SECONDS, USUAL_SECONDS, Hook, HookTime
from app.services.settings.toml_file import TomlFile
from engine.errors import UserError

MOST = 50


class PersonHook(msgspec.Struct, frozen=True):
    """A hook for runs in `folder` and what lies below it, "": in all folders."""

    when: HookTime
    command: str
    folder: str = ""
    seconds: int = USUAL_SECONDS


class Hooks:
    """All methods read or write the disk; any thread, any process. Entries of the file that cannot be used are passed
    over, and kept."""

    def __init__(self, home: Path) -> None:
        self._file = TomlFile(home / "hooks.toml")

    def all(self) -> tuple[PersonHook, ...]:
        """In the order in which they run."""
        return tuple(hook for hook in map(_read, self._entries(self._file.load()[0])) if hook is not None)

    def of_folder(self, folder: str) -> tuple[Hook, ...]:
        """Those for a run in a folder."""
        real = Path(os.path.realpath(folder)) if folder else None
        return tuple(
            Hook(hook.when, hook.command, hook.seconds)
            for hook in self.all()
            if not hook.folder or (real is not None and real.is_relative_to(os.path.realpath(hook.folder)))
        )

    def add(self, hook: PersonHook) -> None:
        """Raises UserError `hook.bad_command`, `hook.bad_folder`, `hook.too_many`, `hook.twice`,
        `settings.not_saved`."""
        checked = _checked(hook)
        known = self.all()
        if checked in known:
            raise UserError("hook.twice", command=checked.command[:100])
        if len(known) >= MOST:
            raise UserError("hook.too_many", most=MOST)
        with self._file.saving():
            document = self._file.read_or_set_aside()
            document["hook"] = [*self._entries(document), _document(checked)]
            self._file.write(document)

    def remove(self, hook: PersonHook) -> None:
        """Raises UserError `hook.missing`, `settings.not_saved`."""
        with self._file.saving():
            document = self._file.read_or_set_aside()
            entries = self._entries(document)
            kept = [entry for entry in entries if _read(entry) != hook]
            if len(kept) == len(entries):
                raise UserError("hook.missing")
            document["hook"] = kept
            self._file.write(document)

    @staticmethod
    def _entries(document: dict[str, Any]) -> Sequence[Any]:
        found = document.get("hook")
        return found if isinstance(found, list) else []


def _read(entry: Any) -> PersonHook | None:
    try:
        return _checked(msgspec.convert(entry, PersonHook), there=False)
    except (msgspec.ValidationError, UserError):
        return None


def _checked(hook: PersonHook, *, there: bool = True) -> PersonHook:
    """With `there` the folder has to be."""
    command = hook.command.strip()
    if not command or len(command) > LONGEST_COMMAND or "\0" in command:
        raise UserError("hook.bad_command", most=LONGEST_COMMAND)
    folder = hook.folder.strip()
    if folder:
        place = Path(folder).expanduser()
        if not place.is_absolute() or (there and not place.is_dir()):
            raise UserError("hook.bad_folder", path=folder[:300])
        folder = str(place)
    seconds = min(MOST_SECONDS, max(LEAST_SECONDS, hook.seconds))
    return PersonHook(hook.when, command, folder, seconds)


def _document(hook: PersonHook) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(hook)
    return {name: value for name, value in document.items() if value not in ("", USUAL_SECONDS)}
