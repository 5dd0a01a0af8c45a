"""Recommended models: a short curated list, with a reason for each."""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from app.services.hub.judging import judge
from engine.errors import ErrorInfo
from engine.hub.values import Verdict
from engine.placement.plan import PlacementOptions

if TYPE_CHECKING:
    from app.services.placement.placements import Placements
    from engine.gguf.tensor_index import TensorIndex

# Rough estimate: layers, and elements of the keys (and of the values) of one, less in a small model.
_LAYERS, _CACHE_WIDTH, _SMALL_CACHE_WIDTH, _SMALL = 32, 1024, 512, 3 * 10**9
# The output's share of what each token reads, and as much again for the token embeddings.
_OUTPUT_SHARE = 0.08
# Slower than people read, and still bearable.
BEARABLE_TPS = 5.0
_SMALLER = 0.6
# What a projector takes of memory, of its file.
_VISION_SHARE = 1.2
# Bytes that Q4_K_M takes for a parameter, and the experts of a layer of most mixtures.
_USUAL_BYTES, _USUAL_EXPERTS = 0.61, 128


class CatalogueEntry(msgspec.Struct, frozen=True):
    """A recommended model.

    `variant` of `repo` is recommended: `bytes` are its size, all its files together. `active_parameters` is
    what a token uses; `experts` is 0 for a dense model. `projector`: bytes of the file that comes along and lets it
    see, 0 for none. `why` is one sentence.
    """

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
    licence: str = ""
    tags: tuple[str, ...] = ()
    projector: int = 0

    @property
    def download(self) -> int:
        """The bytes of a download."""
        return self.bytes + self.projector


class CataloguePick(msgspec.Struct, frozen=True):
    """An entry that suits this machine.

    Verdict and `tps`, tokens per second, are of a model of its size with as many active parameters; its own
    header may say otherwise. `sentence` says it in words.
    """

    entry: CatalogueEntry
    verdict: Verdict
    tps: float
    sentence: ErrorInfo


class _Catalogue(msgspec.Struct, frozen=True):
    model: tuple[CatalogueEntry, ...] = ()


@functools.cache
def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """resources/catalogue.toml: an array `model` of tables with the fields of `CatalogueEntry`.

    It is part of the product: a mistake in it raises msgspec.ValidationError or tomllib.TOMLDecodeError.
    """
    source = importlib.resources.files("resources") / "catalogue.toml"
    if not source.is_file():
        return ()
    return msgspec.convert(tomllib.loads(source.read_text("utf-8")), _Catalogue).model


def pick(entries: Sequence[CatalogueEntry], placements: Placements, count: int) -> tuple[CataloguePick, ...]:
    """Up to `count` entries that suit this machine.

    The first is the most capable, by the geometric mean of all and of active parameters, among those that answer as
    fast as people read. Each further one is the most capable of at most 60 percent of its size, so that there is a
    choice between a better answer and a shorter download; then the same of those that are at least bearable. Where
    that gives too few, the most capable of the rest follow, then the fastest. Raises UserError as
    `Placements.machine` does.
    """
    from engine.hub.best import COMFORTABLE_TPS

    judged = [_judged(entry, placements) for entry in entries]
    runs = [one for one in judged if one.verdict.fit in ("device", "divided", "ram")]
    chosen: list[CataloguePick] = []
    for least in (COMFORTABLE_TPS, BEARABLE_TPS):
        left = [one for one in runs if one.tps >= least]
        while len(chosen) < count:
            if chosen:
                left = [one for one in left if one.entry.bytes <= _SMALLER * chosen[-1].entry.bytes]
            if not left:
                break
            chosen.append(max(left, key=_capability))
    rest = sorted((one for one in runs if one not in chosen), key=_capability, reverse=True)
    chosen += [one for one in rest if one.tps >= BEARABLE_TPS][: count - len(chosen)]
    slow = sorted((one for one in runs if one not in chosen), key=lambda one: -one.tps)
    return (*chosen, *slow[: count - len(chosen)])


def _capability(pick: CataloguePick) -> float:
    return float(pick.entry.parameters) * pick.entry.active_parameters


def _judged(entry: CatalogueEntry, placements: Placements) -> CataloguePick:
    from engine.placement.explain import spoken_speed

    found = judged_entry(entry, placements)
    sentence = ErrorInfo("verdict.pick", {"tps": spoken_speed(found.decode_tps)})
    return CataloguePick(entry, found, found.decode_tps, sentence)


def guessed_entry(parameters: int, active: int) -> CatalogueEntry:
    """A model of so many parameters in the quantization that most people take, of which nothing else is known.

    `active` 0, or all of them: dense. How many experts there are changes little: mixtures have about so many.
    """
    mixture = 0 < active < parameters
    return CatalogueEntry(
        repo="",
        variant="",
        name="",
        why_en="",
        why_ko="",
        parameters=parameters,
        active_parameters=active if mixture else parameters,
        bytes=int(parameters * _USUAL_BYTES),
        experts=_USUAL_EXPERTS if mixture else 0,
        experts_used=max(1, round(_USUAL_EXPERTS * active / parameters)) if mixture else 0,
    )


def judged_entry(entry: CatalogueEntry, placements: Placements) -> Verdict:
    """The verdict on a model of this size. Raises UserError as `Placements.machine` does."""
    vision = round(entry.projector * _VISION_SHARE)
    found = judge(placements, guessed_index(entry), PlacementOptions(), vision=vision, steady=True)
    return msgspec.structs.replace(found, source="sizes")


def guessed_index(entry: CatalogueEntry) -> TensorIndex:
    """A synthetic tensor table of this size that reads as much for a token as the active parameters say.

    With D dense and E routed bytes, D + E is the size and D + E * used / experts what a token reads.
    """
    from engine.gguf.tensor_index import CacheLayer, Layer, TensorIndex

    share = entry.experts_used / entry.experts if entry.experts else 1.0
    read = entry.bytes * min(entry.active_parameters / entry.parameters, 1.0)
    routed = min(int((entry.bytes - read) / (1 - share)), entry.bytes) if share < 1 else 0
    dense = entry.bytes - routed
    output = int(dense * _OUTPUT_SHARE)
    width = _SMALL_CACHE_WIDTH if entry.parameters < _SMALL else _CACHE_WIDTH
    layer = Layer(
        0,
        attention=(dense - 2 * output) // _LAYERS,
        experts=dict.fromkeys(("gate", "up", "down"), routed // (3 * _LAYERS)) if routed else {},
    )
    return TensorIndex(
        architecture="guessed",
        layers=tuple(msgspec.structs.replace(layer, number=number) for number in range(_LAYERS)),
        cache=(CacheLayer(k=width, v=width),) * _LAYERS,
        experts=entry.experts if routed else 0,
        experts_used=entry.experts_used if routed else 0,
        shared_experts=0,
        embedding_bytes=output,
        output_bytes=output,
        output_tied=False,
        mtp_bytes=0,
        bytes=entry.bytes,
        parameters=entry.parameters,
        active_parameters=entry.active_parameters,
        trained_context=0,
        embedding_length=4096,
        vocabulary=128_000,
    )
