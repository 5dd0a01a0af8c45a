"""Settings: one frozen value, stored in settings.toml.

What the file holds and this build does not know, or cannot use, is kept when it is written: another version
may have put it there. A file that is not TOML is set aside, never overwritten.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from app.language import Language, system_language
from app.services.events import EventBus, ServiceEvent
from app.services.settings.toml_file import TomlFile, from_table, to_table
from engine.errors import ErrorInfo, UserError
from engine.values import SAMPLING_BOUNDS, Reasoning, Sampling

RECENT_MODELS = 10
REASONING_WORDS = ("auto", "off", "on", "low", "medium", "high")
LONGEST_CURRENCY = 8
Price = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Settings(msgspec.Struct, frozen=True):
    """Choices of the user. `text_size` is percent; 0 for `max_tokens`, `context` and `threads` is automatic.

    `model` is a path, "starter" or the name of a model elsewhere. `recent_models` holds paths and such names,
    the latest first. `workers` are the addresses "host:port" of machines that lend their memory, in the order
    that names them RPC0, RPC1, and so on.

    `states_limit` is how many bytes on the disk may be taken by what was read of conversations, 0: nothing is
    kept.

    `library_folder` "" is the folder `models` of the data folder. `offline`: nothing is asked of the hub.
    `hub_endpoint`, `hub_proxy` and `hub_certificates` (a PEM file) are for mirrors and company networks; ""
    is the hub itself, the system's proxy and the usual certificates. `welcomed`: the first-run page was left.

    `load_model`: a window loads its model when it starts, or once somebody writes. `unload_after` minutes
    without use it is unloaded, 0: never; with `unload_for_memory` also when memory runs short.

    `server_port`, `server_may_load` and `server_for_devices` are for the local server: where it listens, whether
    programs may load models that are not loaded, and whether other devices reach the one of the window.
    `server_origins` are the pages that may use it, `server_names` further names that it is reached by. `server_on`: a
    person left it switched on, and it listens again at the next start. `server_when_closed`: what closing the
    window does while it is on.

    `commands_read`: files and folders that the commands of every run may read besides its folder. `subagent_model`:
    the model for what runs give to runs of their own, "" for their own.
    `commands_fetch_packages`: commands reach package registries without a question.

    `programs_start_runs`: other programs may have tasks done in a folder, once a person has agreed to it.

    `notify_answers` and `notify_runs`: the system
    tells that one has ended, or that a run waits, while the window is in the background.

    `web_search` names the provider of web search, "" for none; `searxng_url` is the base of one's own server of it.

    `embedding_model` is the path of the model that search by meaning uses, "": the one that comes along.

    `titles_by_model`: the model that answers gives a chat its title. `memory`: chats are given what is kept of
    earlier ones, and models propose what to keep.

    `updates`: whether to look for new versions, "" until a person has said so; `beta_updates`: unfinished ones, too.

    `presets` are sampling values under names of the user's.

    `price_kwh` is what a kilowatt-hour costs here, `token_prices` what a million tokens of a model elsewhere do, by
    its name: "read", "cached" (else as "read") and "written"; in `currency`, a word or sign of the person's. Without
    a price no cost is told.

    `log_levels` are the levels of single loggers, such as "engine.local"; all others log from "info" on.
    """

    theme: Literal["system", "light", "dark"] = "system"
    contrast: Literal["system", "standard", "high"] = "system"
    language: Literal["system", "en", "ko"] = "system"
    text_size: Annotated[int, msgspec.Meta(ge=80, le=200)] = 100
    titles_by_model: bool = True
    notify_answers: bool = True
    notify_runs: bool = True
    memory: bool = False
    system_prompt: str = ""
    reasoning: Reasoning = "auto"
    max_tokens: Count = 0
    context: Count = 0
    threads: Count = 0
    model: str = "starter"
    recent_models: tuple[str, ...] = ()
    embedding_model: str = ""
    workers: tuple[str, ...] = ()
    sampling: Sampling = Sampling()
    presets: dict[str, dict[str, float]] = {}
    library_folder: str = ""
    offline: bool = False
    hub_endpoint: str = ""
    hub_proxy: str = ""
    hub_certificates: str = ""
    downloads_at_once: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2
    welcomed: bool = False
    states_limit: Annotated[int, msgspec.Meta(ge=0, le=2**50)] = 4 * 10**9
    load_model: Literal["start", "writing"] = "writing"
    unload_after: Annotated[int, msgspec.Meta(ge=0, le=10_080)] = 30
    unload_for_memory: bool = True
    server_on: bool = False
    server_port: Annotated[int, msgspec.Meta(ge=1024, le=65_535)] = 2683
    server_may_load: bool = True
    server_for_devices: bool = False
    server_origins: tuple[str, ...] = ()
    server_names: tuple[str, ...] = ()
    server_when_closed: Literal["ask", "keep", "quit"] = "ask"
    programs_start_runs: bool = True
    commands_read: tuple[str, ...] = ()
    subagent_model: str = ""
    commands_fetch_packages: bool = False
    web_search: Literal["", "searxng", "brave", "tavily"] = ""
    searxng_url: str = ""
    price_kwh: Price | None = None
    token_prices: dict[str, dict[str, Price]] = {}
    currency: Annotated[str, msgspec.Meta(max_length=LONGEST_CURRENCY)] = ""
    updates: Literal["", "on", "off"] = ""
    beta_updates: bool = False
    log_levels: dict[str, Literal["debug", "info", "warning", "error"]] = {}


_FIELDS = get_type_hints(Settings, include_extras=True)
_SAMPLING_FIELDS = get_type_hints(Sampling)


class SettingsChanged(ServiceEvent, frozen=True):
    """The settings after a change. Published in order, on the thread that made it."""

    settings: Settings


class SettingsFile:
    """settings.toml, read once at the start. All methods may be called from any thread.

    `problems` tells what of the file could not be used then: `settings.bad_value` for each key that fell back
    to its default, `settings.unreadable` for a file that is not TOML. `events` is where changes are published.
    """

    def __init__(self, path: Path) -> None:
        self.events = EventBus()
        self._file = TomlFile(path)
        self._lock = threading.RLock()
        document, unreadable = self._file.load()
        self._current, bad = from_document(document)
        self.problems = (*unreadable, *bad)

    @property
    def current(self) -> Settings:
        return self._current

    def change(self, **fields: Any) -> Settings:
        """Set fields of `Settings`, write the file and publish `SettingsChanged`, before this returns.

        What another process or an editor wrote meanwhile is read first, and kept. Raises UserError
        `settings.bad_value` or `settings.not_saved`, both without any change; TypeError for an unknown field.
        """
        checked = {name: checked_value(name, value) for name, value in fields.items()}
        with self._lock:
            before = self._current
            with self._file.saving():
                document, base = self._read_again()
                changed = msgspec.structs.replace(base, **checked)
                updated = to_document(document, changed, frozenset(checked))
                if updated != document:
                    self._file.write(updated)
            self._current = changed
            if changed != before:
                self.events.publish(SettingsChanged(changed))
            return changed

    def _read_again(self) -> tuple[dict[str, Any], Settings]:
        """The current file and its settings; without a usable file nothing, and the current settings."""
        try:
            document = self._file.read()
        except FileNotFoundError:
            return {}, self._current
        except (ValueError, RecursionError, OSError):
            self._file.set_aside()
            return {}, self._current
        return document, from_document(document)[0]


def from_document(document: Mapping[str, Any]) -> tuple[Settings, list[ErrorInfo]]:
    """The settings in a TOML document; an invalid value falls back to the default and is reported."""
    table = dict(document)
    given = table.pop("sampling") if isinstance(table.get("sampling"), Mapping) else {}
    sampling, bad_sampling = from_table(Sampling, given, _checked_sampling)
    settings, bad = from_table(Settings, table, checked_value)
    keys = sorted([*bad, *(f"sampling.{name}" for name in bad_sampling)])
    problems = [ErrorInfo("settings.bad_value", {"key": key}) for key in keys]
    return msgspec.structs.replace(settings, sampling=sampling), problems


def to_document(
    document: Mapping[str, Any], settings: Settings, chosen: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The document with these settings, as `to_table` has them; `sampling` is a table of its own."""
    meant = from_document(document)[0]
    same_sampling = msgspec.structs.replace(settings, sampling=meant.sampling)
    updated = to_table(document, same_sampling, meant, chosen - {"sampling"})
    table = updated.get("sampling")
    table = to_table(table if isinstance(table, Mapping) else {}, settings.sampling, meant.sampling)
    if table:
        updated["sampling"] = table
    elif "sampling" in chosen:
        updated.pop("sampling", None)
    return updated


def checked_value(name: str, value: Any) -> Any:
    """The value as the field `name` of `Settings` has it.

    Raises UserError `settings.bad_value` if invalid, TypeError for an unknown field.
    """
    if name not in _FIELDS:
        raise TypeError(f"no setting is called {name}")
    if name == "sampling":
        if not isinstance(value, Sampling):
            raise UserError("settings.bad_value", key=name)
        for part in _SAMPLING_FIELDS:
            _checked_sampling(part, getattr(value, part))
        return value
    try:
        converted = msgspec.convert(value, _FIELDS[name])
        # TOML is UTF-8: a file name that is not cannot be kept in it.
        for text in converted if isinstance(converted, tuple) else (converted,):
            str(text).encode()
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise UserError("settings.bad_value", key=name) from error
    if name == "reasoning" and not _is_reasoning(converted):
        raise UserError("settings.bad_value", key=name)
    if name == "recent_models":
        return tuple(dict.fromkeys(converted))[:RECENT_MODELS]
    if name in ("workers", "server_origins", "server_names", "commands_read"):
        return tuple(dict.fromkeys(converted))
    return converted


def language(settings: Settings, environ: Mapping[str, str] = os.environ) -> Language:
    """The language to use: the chosen one, else that of the system."""
    return system_language(environ) if settings.language == "system" else settings.language


def _is_reasoning(value: Reasoning) -> bool:
    return value >= 0 if isinstance(value, int) else value in REASONING_WORDS


def _checked_sampling(name: str, value: Any) -> Any:
    low, high = SAMPLING_BOUNDS[name]
    try:
        converted = msgspec.convert(value, _SAMPLING_FIELDS[name])
    except msgspec.ValidationError as error:
        raise UserError("settings.bad_value", key=f"sampling.{name}") from error
    if converted is not None and not low <= converted <= high:  # false for NaN too
        raise UserError("settings.bad_value", key=f"sampling.{name}")
    return converted
