"""Recommended variant of a repository on this machine. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from engine.errors import ErrorInfo
from engine.hub.quantizations import nominal_bits, quantization_in
from engine.hub.values import JudgedVariant, Verdict

# Tokens per second as fast as people read: 240 words a minute are 5 of English and up to 10 of Korean.
COMFORTABLE_TPS = 10.0
# Six-bit K quants with all their additions have less, eight-bit ones more.
MOST_BITS = 7.0
# Below, models make more mistakes than one would think of their size.
LEAST_BITS = 4.0


def best(judged: Sequence[JudgedVariant]) -> tuple[JudgedVariant, ...]:
    """Mark the recommended variant, and name one that fits for those that do not.

    Only what fits without being read from the disk again and again is considered; when nothing does, nothing is
    marked. Among these it is the most precise one of at most six-bit K quants that still answers as fast as people
    read, 15 tokens per second: faster than that nobody gains much, and above six bits (`MOST_BITS`) no
    measure of quality tells a model from its original, while it takes a third more memory and time. When none
    answers so fast, it is the fastest, for then each token is waited for; but of less than four bits
    (`LEAST_BITS`) only when nothing else fits, because speed does not make up for what is lost there.

    Where only sizes are known, lying wholly on devices stands for being fast, and being small for the rest.
    """
    chosen = _best(judged)
    smaller = _most_precise([one for one in judged if _runs(one)] or [one for one in judged if _fits(one)])
    return tuple(
        msgspec.structs.replace(
            one, best=one is chosen, verdict=_hinted(one.verdict, smaller.variant.name if smaller else "")
        )
        for one in judged
    )


def bits_per_weight(judged: JudgedVariant) -> float:
    """Bits per weight: counted, else by the name; 0.0 if unknown."""
    weights = sum(file.bytes for file in judged.variant.files)
    if judged.facts and judged.facts.parameters and weights:
        return 8 * weights / judged.facts.parameters
    return nominal_bits(quantization_in(judged.variant.files[0].path) or judged.variant.name)


def _best(judged: Sequence[JudgedVariant]) -> JudgedVariant | None:
    runs = [one for one in judged if _runs(one)]
    known = [one for one in runs if one.verdict and one.verdict.source == "header"]
    if known:
        fast = [one for one in known if _tps(one) >= COMFORTABLE_TPS and bits_per_weight(one) <= MOST_BITS]
        return _most_precise(fast) or max(_precise_enough(known), key=_tps)
    fast = [
        one
        for one in runs
        if one.verdict and one.verdict.fit == "device" and bits_per_weight(one) <= MOST_BITS
    ]
    return _most_precise(fast) or min(_precise_enough(runs), key=lambda one: one.variant.bytes, default=None)


def _precise_enough(judged: Sequence[JudgedVariant]) -> Sequence[JudgedVariant]:
    """Variants of at least four bits; all if there is none."""
    return [one for one in judged if bits_per_weight(one) >= LEAST_BITS] or judged


def _most_precise(judged: Sequence[JudgedVariant]) -> JudgedVariant | None:
    return max(judged, key=lambda one: (bits_per_weight(one), _tps(one)), default=None)


def _runs(judged: JudgedVariant) -> bool:
    return judged.verdict is not None and judged.verdict.fit in ("device", "divided", "ram")


def _fits(judged: JudgedVariant) -> bool:
    return judged.verdict is not None and judged.verdict.fits


def _tps(judged: JudgedVariant) -> float:
    return judged.verdict.decode_tps if judged.verdict else 0.0


def _hinted(verdict: Verdict | None, name: str) -> Verdict | None:
    if verdict is None or not name:
        return verdict
    params = {**verdict.sentence.params, "variant": name}
    match verdict.sentence.code:
        case "verdict.no":
            sentence = ErrorInfo("verdict.no_but", params)
        case "verdict.probably_no":
            sentence = ErrorInfo("verdict.probably_no_but", params)
        case _:
            return verdict
    return msgspec.structs.replace(verdict, sentence=sentence)
