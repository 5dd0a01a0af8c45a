"""Placement options of each model: kept in wishes.toml, one table for each model's path.

As in the settings, what is not understood falls back alone and stays in the file, and a file that is not TOML
is set aside.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from app.services.settings.settings import Settings
from app.services.settings.toml_file import TomlFile, from_table, to_table
from engine.errors import ErrorInfo
from engine.placement.plan import CacheType, Misses, Mode, PlacementOptions

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Size = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class KeptOptions(msgspec.Struct, frozen=True):
    """The part of `PlacementOptions` that belongs to the model: workers belong to the machine, fallbacks to
    one load.

    `threads` are llama.cpp's, 0: those of the settings.
    """

    context: Count = 0
    prefer: Literal["speed", "context"] = "speed"
    cache_type: CacheType | None = None
    ubatch: Count = 0
    budgets: dict[str, Size] = {}
    mode: Mode | None = None
    threads: Count = 0
    streams: Count = 0
    draft_model: str = ""
    misses: Misses | None = None
    experts_used: Count = 0

    def options(self) -> PlacementOptions:
        return PlacementOptions(**{name: getattr(self, name) for name in _SHARED})


_FIELDS = get_type_hints(KeptOptions, include_extras=True)
_SHARED = _FIELDS.keys() - {"threads"}


def kept_part(options: PlacementOptions, threads: int = 0) -> KeptOptions:
    """The part of these options that is kept with a model."""
    return KeptOptions(threads=threads, **{name: getattr(options, name) for name in _SHARED})


class PlacementOptionsFile:
    """wishes.toml, read once at the start. All methods may be called from any thread.

    `problems` tells what of the file could not be used then (`settings.bad_value`, `settings.unreadable`).
    """

    def __init__(self, path: Path) -> None:
        self._file = TomlFile(path)
        self._lock = threading.Lock()
        self._document, unreadable = self._file.load()
        self.problems = (*unreadable, *_problems(self._document))

    def get(self, path: str) -> KeptOptions:
        """The options kept for a model; the defaults for one that was never set."""
        return _from_table(self._document.get(path))[0]

    def forget(self, path: str) -> None:
        """Reset this model's options to the defaults. Raises UserError `settings.not_saved`."""
        self.keep(path, KeptOptions())

    def move(self, path: str, target: str) -> None:
        """Move a model's options to its new path, also where it is a draft model; existing options there
        stay.

        Raises UserError `settings.not_saved`.
        """
        for model in list(self._document):
            options = _from_table(self._document[model])[0]
            if options.draft_model == path:
                self.keep(model, msgspec.structs.replace(options, draft_model=target))
        kept = self._document.get(path)
        if kept is not None:
            if target not in self._document:
                self.keep(target, _from_table(kept)[0])
            self.forget(path)

    def keep(self, path: str, options: KeptOptions) -> None:
        """Raises UserError `settings.not_saved`, nothing changed."""
        with self._lock, self._file.saving():
            document = self._file.read_or_set_aside(self._document)
            table = document.get(path)
            known = table if isinstance(table, Mapping) else {}
            if kept := to_table(known, options, _from_table(table)[0]):
                document[path] = kept
            else:
                document.pop(path, None)
            if document or self._file.path.exists():
                self._file.write(document)
            self._document = document


def complete(options: PlacementOptions, settings: Settings, context: int | None = None) -> PlacementOptions:
    """The options of a load: the given context, else the model's, else that of the settings, and the workers
    of the settings unless there are others.
    """
    length = options.context or settings.context if context is None else context
    return msgspec.structs.replace(options, context=length, workers=options.workers or settings.workers)


def without_worker_budgets(options: PlacementOptions) -> PlacementOptions:
    """Without budgets of other workers: their devices are named by their order."""
    budgets = {name: size for name, size in options.budgets.items() if not name.startswith("RPC")}
    return msgspec.structs.replace(options, budgets=budgets)


def _from_table(table: Any) -> tuple[KeptOptions, list[str]]:
    """The options in one table, and the names of invalid values, which were left out."""
    if not isinstance(table, Mapping):
        return KeptOptions(), [] if table is None else [""]
    return from_table(KeptOptions, table, lambda name, value: msgspec.convert(value, _FIELDS[name]))


def _problems(document: Mapping[str, Any]) -> tuple[ErrorInfo, ...]:
    return tuple(
        ErrorInfo("settings.bad_value", {"key": f"{path}: {name}" if name else path})
        for path, table in document.items()
        for name in _from_table(table)[1]
    )
