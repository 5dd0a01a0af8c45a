"""What was measured of an answer, line by line: for who wants to know more than stands under it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from app.desktop.base.language import languages
from app.desktop.run_view.reasoning_card import seconds_text
from app.services.models.cache_miss import reread_of
from app.services.placement.trials import TOGETHER
from app.store.records import Message
from engine.values import Timings, Usage

# A shorter wait is the reading and cutting up of the prompt, and no queue.
NOTICED_S = 0.5


def measure_lines(message: Message) -> list[str]:
    """Only what was measured, in the order in which it happened."""
    usage, timings = message.usage or Usage(), message.timings or Timings()
    translate, number = QCoreApplication.translate, QLocale().toString
    lines = []
    if timings.queue_s >= NOTICED_S:
        words = translate("Measures", "Waited {seconds} s for its turn")
        lines.append(words.format(seconds=seconds_text(timings.queue_s)))
    if timings.prefill_s > 0:
        words = translate("Measures", "Read {count} of {total} tokens in {seconds} s")
        read, total = usage.prompt_tokens - usage.cached_tokens, usage.prompt_tokens
        lines.append(
            words.format(count=number(read), total=number(total), seconds=seconds_text(timings.prefill_s))
        )
    if (recomputed := reread_of(usage)) is not None:
        lines.append(languages.tell(recomputed))
    if timings.decode_s > 0:
        words = translate(
            "Measures", "Wrote {count} tokens in {seconds} s, {share} % of it outside llama.cpp"
        )
        share = number(100 * timings.python_s / timings.decode_s, "f", 1)
        count, seconds = number(usage.completion_tokens), seconds_text(timings.decode_s)
        lines.append(words.format(count=count, seconds=seconds, share=share))
    if usage.drafted_tokens:
        words = translate("Measures", "Guessed ahead: {accepted} of {drafted} tokens came true")
        lines.append(
            words.format(accepted=number(usage.accepted_tokens), drafted=number(usage.drafted_tokens))
        )
    if timings.batch >= TOGETHER:
        words = translate("Measures", "Written beside others: {count} answers at a time on average")
        lines.append(words.format(count=number(timings.batch, "f", 1)))
    return lines
