"""From what was asked, what the model recommends and the engine's defaults to one chain of samplers."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable

import msgspec

from engine.api import Sampling
from engine.errors import UserError
from engine.local.native import SamplerChain

# llama.cpp's own defaults (common/common.h, struct common_params_sampling) except for the seed.
DEFAULTS = Sampling(temperature=0.8, top_k=40, top_p=0.95, min_p=0.05, repeat_penalty=1.0)
PENALTY_WINDOW = 64
MAX_SEED = 2**32 - 1

# Keys that a model's makers write into the file (llama.cpp, src/llama-arch.cpp, LLM_KV_GENERAL_SAMPLING_*).
_RECOMMENDED = {
    "temperature": ("general.sampling.temp", float),
    "top_k": ("general.sampling.top_k", int),
    "top_p": ("general.sampling.top_p", float),
    "min_p": ("general.sampling.min_p", float),
    "repeat_penalty": ("general.sampling.penalty_repeat", float),
}
_BOUNDS = {
    "temperature": (0.0, 10.0),
    "top_k": (0, 10_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.01, 10.0),
    "seed": (0, MAX_SEED),
}


def recommended(metadata: Callable[[str], str | None]) -> Sampling:
    """What the file itself recommends; values that are no numbers or out of bounds are left out."""
    found: dict[str, float | int] = {}
    for field, (key, kind) in _RECOMMENDED.items():
        text = metadata(key)
        if text is None:
            continue
        try:
            value = kind(float(text))
        except (ValueError, OverflowError):
            continue
        low, high = _BOUNDS[field]
        if low <= value <= high:
            found[field] = value
    return msgspec.convert(found, Sampling)


def check(sampling: Sampling) -> None:
    """Raises UserError `engine.bad_sampling` (name, low, high) for a value outside its bounds."""
    for field, (low, high) in _BOUNDS.items():
        value = getattr(sampling, field)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            raise UserError("engine.bad_sampling", name=field, low=low, high=high)


def resolve(asked: Sampling, model: Sampling) -> Sampling:
    """Each value from the request, else from the model, else from `DEFAULTS`; the seed drawn when not given."""
    values = {
        name: next(
            (v for s in (asked, model, DEFAULTS) if (v := getattr(s, name)) is not None),
            None,
        )
        for name in _RECOMMENDED
    }
    seed = asked.seed if asked.seed is not None else secrets.randbelow(MAX_SEED)
    return msgspec.convert({**values, "seed": seed}, Sampling)


def build_chain(sampling: Sampling, vocab: int) -> SamplerChain:
    """The chain for resolved values: penalties, top-k, top-p, min-p, temperature, draw; greedy at 0."""
    assert sampling.temperature is not None and sampling.seed is not None
    chain = SamplerChain()
    if sampling.repeat_penalty is not None and sampling.repeat_penalty != 1.0:
        chain.penalties(vocab, PENALTY_WINDOW, sampling.repeat_penalty)
    if sampling.temperature <= 0.0:
        chain.greedy()
        return chain
    if sampling.top_k:
        chain.top_k(sampling.top_k)
    if sampling.top_p is not None and sampling.top_p < 1.0:
        chain.top_p(sampling.top_p)
    if sampling.min_p:
        chain.min_p(sampling.min_p)
    chain.temperature(sampling.temperature)
    chain.draw(sampling.seed)
    return chain
