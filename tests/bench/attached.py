"""The first word after 20 pages were attached, with the starter model: as they are read, and of the next question."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from app.services.models.events import AnswerFinished, TextDelta
from app.services.services import Services, open_services
from app.store.records import Attachment, ChatOptions, Message
from engine.values import Sampling
from tests.support.documents.made import pdf
from tests.support.listening import Listening

PAGES, CONTEXT, ROUNDS = 20, 8192, 3
PATIENCE_S = 600.0
_LINE = "On day {day} of page {page} the harbor counted {ships} ships and {crates} crates of apples. "


def document(round: int) -> bytes:
    """A PDF of about 150 tokens a page; each round has its own, so that none has been read before."""
    lines = 6
    return pdf(
        *(
            "".join(
                _LINE.format(
                    day=round * lines + day, page=page, ships=page * day + round, crates=7 * page + day
                )
                for day in range(1, lines + 1)
            )
            for page in range(1, PAGES + 1)
        )
    )


def measure() -> dict[str, float]:
    """Medians of the rounds, in seconds and tokens; `told_s` is what was predicted at the chip."""
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as home:
        services = open_services(Path(home))
        try:
            services.settings.change(context=CONTEXT, titles_by_model=False)
            told = Listening(services)
            services.models.use("starter", remember=False)
            told.model("ready")
            for number in range(ROUNDS + 1):
                found = _round(services, told, number)
                if number:
                    rounds.append(found)
        finally:
            services.close()
    return {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}


def _round(services: Services, told: Listening, number: int) -> dict[str, float]:
    options = ChatOptions(sampling=Sampling(temperature=0.0), max_tokens=8)
    chat = services.conversations.create(options).id
    started = time.monotonic()
    attached = services.attachments.attach(chat, (f"harbor-{number}.pdf", document(number)))
    read_s = time.monotonic() - started
    weight = services.attachments.weigh(chat, (attached,))
    weigh_s = time.monotonic() - started - read_s
    cold_s, first = _first_word(services, told, chat, "How many ships on day 2?", weight.attachments)
    kept_s, second = _first_word(services, told, chat, "And how many crates?")
    assert first.usage is not None and first.timings is not None and second.usage is not None
    return {
        "read_s": read_s,
        "weigh_s": weigh_s,
        "told_s": weight.seconds,
        "cold_s": cold_s,
        "cold_tokens": first.usage.prompt_tokens - first.usage.cached_tokens,
        "alone_s": (first.usage.prompt_tokens - first.usage.cached_tokens) / first.timings.prefill_tps,
        "kept_s": kept_s,
        "kept_tokens": second.usage.prompt_tokens - second.usage.cached_tokens,
    }


def _first_word(
    services: Services, told: Listening, chat: int, text: str, attachments: tuple[Attachment, ...] = ()
) -> tuple[float, Message]:
    started = time.monotonic()
    answer = services.asking.send(chat, text, attachments=attachments).id
    told.next(TextDelta, lambda event: event.owner.message == answer and bool(event.content), PATIENCE_S)
    first_s = time.monotonic() - started
    ended = told.next(AnswerFinished, lambda event: event.message.id == answer, PATIENCE_S)
    return first_s, ended.message
