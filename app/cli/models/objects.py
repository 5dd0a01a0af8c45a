"""The JSON of `coterie models`: every object has at least id, path, bytes, sha256 and state."""

from __future__ import annotations

from typing import Any

import msgspec

from app.cli.output import error_object
from app.language import Language
from app.messages import localized_error
from app.store.records import Download, LibraryModel
from engine.hub.values import HubModel, JudgedVariant, Repository, Verdict

# On the hub, not downloaded.
REMOTE = "remote"


def model_object(model: LibraryModel) -> dict[str, Any]:
    """A model of the library. `sha256` is that of its first file; a removed one is in the state "trashed"."""
    fields: dict[str, Any] = msgspec.to_builtins(model)
    first = {
        "id": model.id,
        "path": model.path,
        "bytes": model.bytes,
        "sha256": model.files[0].sha256,
        "state": model.state if model.trashed is None else "trashed",
        "sees": model.sees,
        "hears": model.hears,
    }
    return first | {name: value for name, value in fields.items() if name not in first}


def download_object(download: Download) -> dict[str, Any]:
    """A download: its path is empty until it is done."""
    return {
        "id": download.model,
        "path": "",
        "bytes": download.bytes,
        "sha256": download.files[0].sha256 if download.files else "",
        "state": download.state,
        "received": download.received,
        "files": msgspec.to_builtins(download.files),
    }


def found_object(model: HubModel, state: str) -> dict[str, Any]:
    """A repository in search results: its files are not known yet."""
    fields: dict[str, Any] = msgspec.to_builtins(model)
    return {"id": model.repo, "path": "", "bytes": 0, "sha256": "", "state": state} | fields


def repository_object(
    repository: Repository,
    judged: tuple[JudgedVariant, ...],
    states: dict[str, LibraryModel],
    language: Language,
) -> dict[str, Any]:
    model = repository.model
    return found_object(model, REMOTE) | {
        "commit": repository.commit,
        "variants": [variant_object(model.repo, one, states, language) for one in judged],
        "companions": msgspec.to_builtins(repository.companions),
        "left_out": [
            {"name": one.name, "reason": localized_error(one.reason, language)} for one in repository.left_out
        ],
    }


def variant_object(
    repo: str, judged: JudgedVariant, states: dict[str, LibraryModel], language: Language
) -> dict[str, Any]:
    """A variant; `states` are the library's models by id."""
    variant = judged.variant
    here = states.get(f"{repo}:{variant.name}")
    return {
        "id": f"{repo}:{variant.name}",
        "path": here.path if here else "",
        "bytes": variant.bytes,
        "sha256": variant.files[0].sha256,
        "state": here.state if here else REMOTE,
        "name": variant.name,
        "best": judged.best,
        "verdict": verdict_object(judged.verdict, language) if judged.verdict else None,
        "facts": msgspec.to_builtins(judged.facts) if judged.facts else None,
        "error": error_object(judged.error, language) if judged.error else None,
        "files": msgspec.to_builtins(variant.all_files),
    }


def verdict_object(verdict: Verdict, language: Language) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(verdict)
    return fields | {"fits": verdict.fits, "sentence": localized_error(verdict.sentence, language)}
