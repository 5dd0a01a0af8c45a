"""Sampling parameters: merges request, model and defaults, and builds the sampler chain."""

from __future__ import annotations

import math
import secrets

from engine.errors import UserError
from engine.local.native import SamplerChain
from engine.values import SAMPLING_BOUNDS, Sampling

# llama.cpp's own defaults (common/common.h, struct common_params_sampling) except for the seed.
DEFAULTS = Sampling(temperature=0.8, top_k=40, top_p=0.95, min_p=0.05, repeat_penalty=1.0)
PENALTY_WINDOW = 64


def usable(recommended: Sampling) -> Sampling:
    """The file's recommended values within bounds; files are untrusted."""
    return Sampling(
        **{name: value for name in SAMPLING_BOUNDS if _allowed(name, value := getattr(recommended, name))}
    )


def _allowed(name: str, value: float | None) -> bool:
    low, high = SAMPLING_BOUNDS[name]
    return value is None or (math.isfinite(value) and low <= value <= high)


def check(sampling: Sampling) -> None:
    """Raises UserError `engine.bad_sampling` (name, low, high) for a value outside its bounds."""
    for name, (low, high) in SAMPLING_BOUNDS.items():
        if not _allowed(name, getattr(sampling, name)):
            raise UserError("engine.bad_sampling", name=name, low=low, high=high)


def resolve(asked: Sampling, model: Sampling) -> Sampling:
    """Each value from the request, else from the model, else from `DEFAULTS`; the seed drawn when not given."""
    values = {}
    for name in ("temperature", "top_k", "top_p", "min_p", "repeat_penalty"):
        choices = (getattr(source, name) for source in (asked, model, DEFAULTS))
        values[name] = next(value for value in choices if value is not None)
    seed = asked.seed if asked.seed is not None else secrets.randbelow(2**32)
    return Sampling(**values, seed=seed)


def build_chain(sampling: Sampling, vocab: int) -> SamplerChain:
    """The chain for resolved values: penalties, top-k, top-p, min-p, temperature, draw; greedy at 0."""
    assert sampling.temperature is not None and sampling.seed is not None
    chain = SamplerChain()
    if sampling.repeat_penalty is not None and sampling.repeat_penalty != 1.0:
        chain.penalties(vocab, PENALTY_WINDOW, sampling.repeat_penalty)
    if sampling.temperature <= 0.0:
        chain.greedy(vocab)
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
