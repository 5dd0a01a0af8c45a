"""The models to begin with: a short list that we keep, with why one would want each."""

from __future__ import annotations

import importlib.resources
import tomllib

import msgspec

from engine.errors import ErrorInfo
from engine.hub.values import Verdict


class CatalogueEntry(msgspec.Struct, frozen=True):
    """A model worth having. `variant` of `repo` is recommended: `bytes` are its size, all its files together.
    `active_parameters` is what a token uses; `experts` is 0 for a dense model. `why` is one sentence."""

    repo: str
    variant: str
    name: str
    why_en: str
    why_ko: str
    parameters: int
    active_parameters: int
    bytes: int
    experts: int = 0
    experts_used: int = 0
    tags: tuple[str, ...] = ()


class CataloguePick(msgspec.Struct, frozen=True):
    """An entry that suits this machine. The verdict is by size; `tps` is what its active parameters let expect,
    in tokens per second, 0.0 where that cannot be told. `sentence` says it in words."""

    entry: CatalogueEntry
    verdict: Verdict
    tps: float
    sentence: ErrorInfo


class _Catalogue(msgspec.Struct, frozen=True):
    model: tuple[CatalogueEntry, ...] = ()


def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """resources/catalogue.toml: an array `model` of tables with the fields of `CatalogueEntry`.

    It is part of the product: a mistake in it raises msgspec.ValidationError or tomllib.TOMLDecodeError.
    """
    source = importlib.resources.files("resources") / "catalogue.toml"
    if not source.is_file():
        return ()
    return msgspec.convert(tomllib.loads(source.read_text("utf-8")), _Catalogue).model
