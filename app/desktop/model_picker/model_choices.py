"""Which models can be chosen, as plain values: those of the library, the starter, and files opened before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from app.desktop.base.fuzzy import fuzzy_score
from app.services.connections.remote_server_file import ModelServer
from app.services.library.model_names import STARTER_NAME
from app.services.library.names import STARTER
from app.store.records import LibraryModel, LibraryState, ToolCheck
from engine.remote.names import read_name

ChoiceKind = Literal["library", "starter", "file", "near", "elsewhere"]


class ModelChoice(msgspec.Struct, frozen=True):
    """A model to choose. `use` is what `Models.use` takes; `path` tells it from the others. What is
    not known is "" or 0. `words` are found by a search besides what is shown. `tools`: how well it uses
    them, None when it was not checked. A "near" one is a server's that runs on this computer; for one
    "elsewhere" text leaves it, and `place` is what its user calls the server."""

    kind: ChoiceKind
    use: str
    name: str
    path: str
    quantisation: str = ""
    bytes: int = 0
    state: LibraryState = "ready"
    words: str = ""
    place: str = ""
    tools: ToolCheck | None = None
    sees: bool = False
    hears: bool = False

    @property
    def usable(self) -> bool:
        return self.state == "ready"


class OpenedFile(msgspec.Struct, frozen=True):
    """A model file that was opened before. `there`: it still is where it was."""

    path: str
    bytes: int = 0
    there: bool = True


def look_at_files(paths: Iterable[str]) -> tuple[OpenedFile, ...]:
    """Which of these files are still there, and how large. Reads the disk."""
    found = []
    for path in paths:
        try:
            found.append(OpenedFile(path, Path(path).stat().st_size))
        except (OSError, ValueError):
            found.append(OpenedFile(path, there=False))
    return tuple(found)


def model_choices(
    library: Sequence[LibraryModel],
    files: Sequence[OpenedFile],
    starter: OpenedFile | None = None,
    servers: Sequence[ModelServer] = (),
    used: Sequence[str] = (),
) -> tuple[ModelChoice, ...]:
    """The models of the library, the last used first, then the starter, then files opened before; each file once.
    Behind them those of servers: on this computer, then elsewhere.

    `starter` is the file of the starter model, None where that is not installed. `used` are names of models elsewhere
    that were used before, whether or not their server is set up.
    """
    listed = sorted(library, key=lambda model: (-model.used, -model.added, model.name))
    choices = [_of_library(model) for model in listed if model.trashed is None]
    known = {file.path for model in listed for file in model.files} | {STARTER}
    if starter is not None:
        choices.append(ModelChoice("starter", STARTER, STARTER_NAME, starter.path, "", starter.bytes))
        known.add(starter.path)
    choices += [_of_file(file) for file in files if file.path not in known]
    return (*choices, *_of_servers(servers, used))


def _of_servers(servers: Sequence[ModelServer], used: Sequence[str]) -> list[ModelChoice]:
    titles = {server.url: server.title for server in servers}
    seeing = {(server.url, model) for server in servers for model in server.seeing}
    names = dict.fromkeys([*(name for server in servers for name in server.names), *used])
    found = [remote for name in names if (remote := read_name(name)) is not None]
    found.sort(key=lambda remote: remote.leaves)  # stable: else in the order of the servers
    return [
        ModelChoice(
            "elsewhere" if remote.leaves else "near",
            remote.text,
            remote.model,
            remote.text,
            words=f"{remote.host} {titles.get(remote.url, '')}",
            place=titles.get(remote.url, ""),
            sees=(remote.url, remote.model) in seeing,
        )
        for remote in found
    ]


def with_checks(choices: Iterable[ModelChoice], checks: Mapping[str, ToolCheck]) -> tuple[ModelChoice, ...]:
    """The choices, each with the check at its path."""
    return tuple(msgspec.structs.replace(choice, tools=checks.get(choice.path)) for choice in choices)


def _of_library(model: LibraryModel) -> ModelChoice:
    return ModelChoice(
        "library",
        model.path,
        model.name,
        model.path,
        model.quantisation or model.variant,
        model.bytes,
        model.state,
        f"{model.id} {model.architecture}",
        sees=model.sees,
        hears=model.hears,
    )


def _of_file(file: OpenedFile) -> ModelChoice:
    state: LibraryState = "ready" if file.there else "missing"
    return ModelChoice("file", file.path, Path(file.path).stem, file.path, "", file.bytes, state)


def found_choices(query: str, choices: Sequence[ModelChoice]) -> tuple[ModelChoice, ...]:
    """Those that a few typed letters mean, the best first; all in their order for an empty query."""
    if not query.strip():
        return tuple(choices)
    scored = [
        (score, choice)
        for choice in choices
        if (score := fuzzy_score(query, f"{choice.name} {choice.quantisation} {choice.words}")) is not None
    ]
    scored.sort(key=lambda pair: -pair[0])  # stable: what is equally good keeps its place
    return tuple(sorted((choice for _, choice in scored), key=_group))


def _group(choice: ModelChoice) -> int:
    """Groups stay together in what is found, too."""
    return {"near": 1, "elsewhere": 2}.get(choice.kind, 0)
