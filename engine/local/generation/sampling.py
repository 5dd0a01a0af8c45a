"""Sampling parameters: merges request, model and defaults, and builds the sampler chain."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence

from engine.errors import UserError
from engine.local.native import SamplerChain
from engine.values import LOGIT_BIAS_BOUNDS, SAMPLING_BOUNDS, Sampling

# llama.cpp's own defaults (common/common.h, struct common_params_sampling) except for the seed.
DEFAULTS = Sampling(
    temperature=0.8,
    top_k=40,
    top_p=0.95,
    min_p=0.05,
    repeat_penalty=1.0,
    presence_penalty=0.0,
    frequency_penalty=0.0,
)
PENALTY_WINDOW = 64
# Tokens of one answer, each with what is added to its logit.
LogitBias = Sequence[tuple[int, float]]


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


def check_bias(bias: LogitBias, size: int) -> None:
    """Raises UserError `engine.bad_bias` (token, bias, last, low, high) for a token that is none of a vocabulary of
    `size`, or a bias out of bounds."""
    low, high = LOGIT_BIAS_BOUNDS
    for token, value in bias:
        if not 0 <= token < size or not low <= value <= high:
            raise UserError("engine.bad_bias", token=token, bias=value, last=size - 1, low=low, high=high)


def resolve(asked: Sampling, model: Sampling) -> Sampling:
    """Each value from the request, else from the model, else from `DEFAULTS`; the seed drawn when not given."""
    values = {}
    for name in SAMPLING_BOUNDS.keys() - {"seed"}:
        choices = (getattr(source, name) for source in (asked, model, DEFAULTS))
        values[name] = next(value for value in choices if value is not None)
    seed = asked.seed if asked.seed is not None else secrets.randbelow(2**32)
    return Sampling(**values, seed=seed)


def build_chain(
    sampling: Sampling, vocab: int, bias: LogitBias = (), before: Sequence[int] = (), most: int = 0
) -> SamplerChain:
    """The chain for resolved values: bias, penalties, top-k, top-p, min-p, temperature, draw; greedy at 0.

    `before` are the tokens of the prompt, the last of which the repeat penalty looks at; `most` those that the answer
    may have.
    """
    assert sampling.temperature is not None and sampling.seed is not None
    chain = SamplerChain()
    if bias:
        chain.bias(vocab, tuple(dict(bias).items()))
    if sampling.repeat_penalty is not None and sampling.repeat_penalty != 1.0:
        chain.repeat_penalty(vocab, PENALTY_WINDOW, sampling.repeat_penalty, before[-PENALTY_WINDOW:])
    if sampling.presence_penalty or sampling.frequency_penalty:
        chain.count_penalties(
            vocab, most, sampling.presence_penalty or 0.0, sampling.frequency_penalty or 0.0
        )
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
