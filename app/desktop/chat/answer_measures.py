"""What was measured of an answer, line by line: for who wants to know more than stands under it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.format import (
    format_count,
    format_duration,
    format_energy,
    format_joules,
    format_percent,
    format_speed,
)
from app.services.models.cache_miss import reread_of
from app.services.placement.trials import TOGETHER
from app.store.records import Message
from engine.values import Timings, Usage

# A shorter wait is the reading and cutting up of the prompt, and no queue.
NOTICED_S = 0.5


def measure_lines(message: Message) -> list[str]:
    """Only what was measured, in the order in which it happened."""
    usage, timings = message.usage or Usage(), message.timings or Timings()
    translate, number = QCoreApplication.translate, format_count
    lines = []
    if timings.queue_s >= NOTICED_S:
        words = translate("Measures", "Waited {time} in the queue")
        lines.append(words.format(time=format_duration(timings.queue_s, languages.current)))
    if timings.prefill_s > 0:
        words = translate("Measures", "Read {count} of {total} tokens in {time}")
        read, total = usage.prompt_tokens - usage.cached_tokens, usage.prompt_tokens
        lines.append(
            words.format(
                count=number(read),
                total=number(total),
                time=format_duration(timings.prefill_s, languages.current),
            )
        )
    if (recomputed := reread_of(usage)) is not None:
        lines.append(languages.tell(recomputed))
    if timings.decode_s > 0:
        words = translate("Measures", "Wrote {count} tokens in {time}, {share} of it outside llama.cpp")
        share = format_percent(timings.python_s / timings.decode_s, 1)
        count, time = number(usage.completion_tokens), format_duration(timings.decode_s, languages.current)
        lines.append(words.format(count=count, time=time, share=share))
    if usage.joules is not None:
        lines.append(_energy(usage.joules, usage))
    if usage.drafted_tokens:
        words = translate("Measures", "Predicted: {accepted} of {drafted} tokens correct")
        lines.append(
            words.format(accepted=number(usage.accepted_tokens), drafted=number(usage.drafted_tokens))
        )
    if timings.batch >= TOGETHER:
        words = translate("Measures", "Written together with others: {count} answers at a time on average")
        lines.append(words.format(count=format_speed(timings.batch)))
    return lines


def _energy(joules: float, usage: Usage) -> str:
    translate, read = QCoreApplication.translate, usage.prompt_tokens - usage.cached_tokens
    told = translate("Measures", "Energy: {energy}").format(energy=format_energy(joules))
    if usage.prompt_joules is None or read <= 0 or usage.completion_tokens <= 0:
        return told
    words = translate("Measures", "{energy} ({read} for each token read, {written} for each token written)")
    return words.format(
        energy=told,
        read=format_joules(usage.prompt_joules / read),
        written=format_joules((joules - usage.prompt_joules) / usage.completion_tokens),
    )
