"""Long attachments are gone through part by part: notes on each, one question at the end, stopped at any part."""

from __future__ import annotations

import msgspec
import pytest

from app.services.chat.attachments.part_by_part import Asked
from app.services.chat.events import PartsEnded, PartsRead
from app.services.models.events import AnswerFinished
from app.store.records import Attachment, Message
from engine.api import GenerateRequest
from engine.errors import ErrorInfo, UserError
from tests.app.services.chat.attachments.conftest import CONTEXT, House
from tests.support.documents.made import pdf
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process

PAGES = [f"{'The committee met about other matters. ' * 40} Rule {n}." for n in range(1, 13)]


@pytest.fixture
def long(house: House) -> Attachment:
    house.load()
    return msgspec.structs.replace(house.attach("rules.pdf", pdf(*PAGES)), state="searched", by_parts=True)


def notes(request: GenerateRequest) -> tuple[str, ...]:
    """Those of a part name the rules that stand in it."""
    said = request.messages[-1].content
    if "This is part" not in said:
        return ("All ", "“Rule 3” [1].")
    return ("Rules: ", ", ".join(str(n) for n in range(1, 13) if f"Rule {n}." in said))


def asked(house: House, *attachments: Attachment) -> Asked:
    return Asked(house.id, "Which rules are there?", 0, attachments)


def answered(house: House) -> tuple[Message, Message]:
    answer = house.told.next(AnswerFinished).message
    return house.services.conversations.messages([answer.parent or 0])[0], answer


def test_every_part_is_noted_and_the_question_is_asked_of_the_notes(house: House, long: Attachment) -> None:
    house.engine.answer = notes
    house.services.part_by_part.begin(asked(house, long))
    question, answer = answered(house)
    *parts, last = house.engine.requests
    assert len(parts) == len(question.sources) > 2
    assert all(
        len(each.messages) == 1 and "Which rules are there?" in each.messages[0].content for each in parts
    )
    assert all(len(each.messages[0].content) < CONTEXT * 4 // 2 for each in parts)
    told = " ".join(source.text for source in question.sources)
    assert [n for n in range(1, 13) if f"{n}" in told.replace(",", "").split()] == list(range(1, 13))
    said = last.messages[-1].content
    assert "noted part by part" in said and "[1] rules.pdf, page 1–" in said and "committee" not in said
    assert question.sources[-1].label.endswith("–12") and question.sources[-1].label.startswith("page ")
    (kept,) = question.attachments
    count = len(parts)
    assert kept.reason == ErrorInfo(
        "attachment.part_by_part", {"name": "rules.pdf", "parts": count, "of": count}
    )
    progress = [(e.part, e.of) for e in house.told.seen if isinstance(e, PartsRead)]
    assert progress == [(n, count) for n in range(1, count + 1)]
    # The notes are no quotation: what counts is the file.
    (cited,) = house.services.citations.of(answer)
    assert (cited.quote, cited.found, cited.label) == ("Rule 3", True, "page 3")


def test_stopped_it_asks_with_the_notes_so_far(house: House, long: Attachment) -> None:
    def stopping(request: GenerateRequest) -> tuple[str, ...]:
        if "This is part 3" in request.messages[-1].content:
            house.services.part_by_part.stop(house.id)
        return notes(request)

    house.engine.answer = stopping
    house.services.part_by_part.begin(asked(house, long))
    question, _ = answered(house)
    assert len(question.sources) == 2
    assert question.attachments[0].reason and question.attachments[0].reason.params["parts"] == 2
    assert question.attachments[0].reason.params["of"] > 3


def test_stopped_before_the_first_note_nothing_is_asked(house: House, long: Attachment) -> None:
    def stopping(request: GenerateRequest) -> tuple[str, ...]:
        house.services.part_by_part.stop(house.id)
        return notes(request)

    house.engine.answer = stopping
    house.services.part_by_part.begin(asked(house, long))
    assert house.told.next(PartsEnded) == PartsEnded(house.id, "Which rules are there?", False)
    assert house.services.conversations.path(house.id) == []


def test_one_question_at_a_time_and_what_is_too_long_is_said(house: House, long: Attachment) -> None:
    house.engine.hold.set()
    house.services.part_by_part.begin(asked(house, long))
    with pytest.raises(UserError) as told:
        house.services.part_by_part.begin(asked(house, long))
    assert told.value.code == "chat.busy"
    house.services.part_by_part.stop(house.id)
    house.engine.hold.clear()
    house.told.next(PartsEnded)
    endless = house.attach("all.txt", "\n\n".join(PAGES * 12).encode())
    house.services.part_by_part.begin(
        asked(house, msgspec.structs.replace(endless, state="searched", by_parts=True))
    )
    ended = house.told.next(PartsEnded)
    assert ended.error == ErrorInfo("attachment.too_many_parts", {"name": "all.txt"}) and not ended.sent


def test_another_wording_is_searched(house: House, long: Attachment) -> None:
    house.engine.answer = notes
    house.services.part_by_part.begin(asked(house, long))
    question, _ = answered(house)
    house.told.finished(house.services.asking.edit(question.id, "What does rule 5 say?").id)
    assert "Rule 5." in house.asked()[-1] and "noted part by part" not in house.asked()[-1]


def test_a_question_that_is_not_asked_because_the_program_ends_is_in_the_draft(
    house: House, long: Attachment
) -> None:
    house.engine.hold.set()
    house.services.conversations.set_draft(house.id, "and another one")
    house.services.part_by_part.begin(asked(house, long))
    wait_until(lambda: bool(house.engine.requests))
    house.services.part_by_part.close()
    assert house.services.conversations.get(house.id).draft == "Which rules are there?\nand another one"
    house.engine.hold.clear()
