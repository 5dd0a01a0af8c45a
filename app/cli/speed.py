"""Speed line under an answer."""

from __future__ import annotations

from app.format import format_duration, format_tokens_per_second
from app.language import Language
from app.messages import localized, localized_error
from app.services.models.cache_miss import reread_of
from app.store.records import Message


def speed_line(message: Message, language: Language = "en") -> str:
    """Such as "38 tok/s · first token 0.4 s · 1,204 tokens reused"; only measured values.

    Why much was read again stands last, as a sentence.
    """
    usage, timings = message.usage, message.timings
    parts = []
    if timings and timings.decode_tps:
        parts.append(format_tokens_per_second(timings.decode_tps, language))
    if timings and timings.ttft_s:
        parts.append(localized("cli.speed.first", language, time=format_duration(timings.ttft_s, language)))
    if usage and usage.cached_tokens:
        parts.append(localized("cli.speed.reused", language, count=usage.cached_tokens))
    if (recomputed := reread_of(usage)) is not None:
        parts.append(localized_error(recomputed, language))
    return " · ".join(parts)
