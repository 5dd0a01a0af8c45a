"""A TOML file: read and written whole, atomically; set aside when it is not TOML. Structs as its tables."""

from __future__ import annotations

import contextlib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from engine.errors import ErrorInfo, UserError

T = TypeVar("T", bound=msgspec.Struct)


class TomlFile:
    """The file at `path`, links followed: a link stays a link when its target is replaced."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))

    def read(self) -> dict[str, Any]:
        """The document.

        Raises FileNotFoundError, OSError, and ValueError or RecursionError for an invalid one.
        """
        return tomllib.loads(self.path.read_bytes().decode())

    def load(self) -> tuple[dict[str, Any], tuple[ErrorInfo, ...]]:
        """The document, empty where there is none that can be used, with the problem `settings.unreadable` then."""
        kept = self.path
        try:
            return self.read(), ()
        except FileNotFoundError:
            return {}, ()
        except (ValueError, RecursionError):  # tomllib's error, and that of text that is not UTF-8
            with contextlib.suppress(OSError):  # a read-only folder: nothing will overwrite the file either
                kept = self.set_aside()
        except OSError:
            pass
        return {}, (ErrorInfo("settings.unreadable", {"path": str(self.path), "kept": str(kept)}),)

    def read_or_set_aside(self, otherwise: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
        """The document as it is now: another process or an editor may have written it. Empty where there is no file;
        one that is not TOML is set aside, so that nothing is lost, and counts as `otherwise`.

        Raises OSError.
        """
        try:
            return self.read()
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            self.set_aside()
            return dict(otherwise)

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Raise UserError `settings.not_saved` for errors of the file inside."""
        try:
            yield
        except (OSError, UnicodeEncodeError) as error:
            detail = getattr(error, "strerror", None) or ""
            raise UserError("settings.not_saved", path=str(self.path), detail=detail) from error

    def write(self, document: dict[str, Any]) -> None:
        """Write atomically: a new file, synced, replaces the old one. Raises OSError."""
        # Imported here: reading the settings is part of every start, writing them is not.
        import tomli_w

        from engine.durable_files import write_whole

        write_whole(self.path, tomli_w.dumps(document).encode())

    def set_aside(self) -> Path:
        """Rename the file with ".broken", or the next such name that is free; returns its new path."""
        kept = self.path.with_name(f"{self.path.name}.broken")
        number = 1
        while kept.exists():
            number += 1
            kept = self.path.with_name(f"{self.path.name}.broken-{number}")
        self.path.replace(kept)
        return kept


def from_table(
    record: type[T], table: Mapping[str, Any], checked: Callable[[str, Any], Any]
) -> tuple[T, list[str]]:
    """The struct in a table, and the names of values that `checked` refuses: they have their defaults."""
    values: dict[str, Any] = {}
    bad: list[str] = []
    for name in sorted(set(record.__struct_fields__) & table.keys()):
        try:
            values[name] = checked(name, table[name])
        except (msgspec.ValidationError, UserError):
            bad.append(name)
    return record(**values), bad


def to_table(table: Mapping[str, Any], wanted: T, meant: T, chosen: Set[str] = frozenset()) -> dict[str, Any]:
    """The table with a struct in the place of the `meant` one.

    A key changes only where the values differ, or if it is in `chosen`: what could not be understood and was not
    chosen anew stays. Defaults are left out, so that better ones reach people who never touched them.
    """
    updated, defaults = dict(table), type(wanted)()
    for name in wanted.__struct_fields__:
        value = getattr(wanted, name)
        if name not in chosen and value == getattr(meant, name):
            continue
        if value == getattr(defaults, name):
            updated.pop(name, None)
        else:
            updated[name] = list(value) if isinstance(value, tuple) else value
    return updated
