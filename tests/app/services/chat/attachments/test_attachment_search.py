"""Attachments that do not fit are searched for the question: what is found stays with it."""

from __future__ import annotations

import msgspec
import pytest

from app.store.records import Attachment
from tests.app.services.chat.attachments.conftest import CONTEXT, House
from tests.support.documents.made import pdf

pytestmark = pytest.mark.process

FILLER = "The committee met and talked about other matters for a while. " * 12
PAGES = [f"{FILLER} Rule {n}." for n in range(1, 41)]
PAGES[16] = f"{FILLER}\n\nThe deposit is 1,200 euros.\n\n{FILLER}"
PAGES[29] = f"{FILLER}\n\nThe deposit is paid back within six weeks."


@pytest.fixture
def long(house: House) -> Attachment:
    """A document that does not fit, and is searched."""
    house.load()
    (refused,) = house.services.attachments.weigh(
        house.id, [house.attach("lease.pdf", pdf(*PAGES))]
    ).attachments
    assert (refused.state, refused.reason and refused.reason.code) == ("refused", "attachment.choose_parts")
    searched = msgspec.structs.replace(refused, state="searched", reason=None)
    (weighed,) = house.services.attachments.weigh(house.id, [searched]).attachments
    assert weighed.state == "searched" and 0 < weighed.tokens <= CONTEXT // 4
    return weighed


def test_what_is_found_stands_before_the_question_and_stays_there(house: House, long: Attachment) -> None:
    answer = house.say("How much is the deposit?", long)
    (first,) = house.asked()
    assert "[1] lease.pdf, page 17: " in first and "The deposit is 1,200 euros." in first
    assert "page 30: " in first and "Rule 3." not in first and len(first) < CONTEXT * 4 // 2
    (question,) = house.services.conversations.messages([answer.parent or 0])
    found = [source for source in question.sources if "1,200" in source.text]
    assert (found[0].part, found[0].label, found[0].sha256) == (17, "page 17", long.sha256)
    (kept,) = question.attachments
    assert kept.state == "searched" and kept.reason is not None and kept.tokens <= long.tokens
    assert kept.reason.params["passages"] == len(question.sources)
    parts = {part.number: part.text for part in house.services.attachments.parts(house.id, kept)}
    for source in question.sources:
        assert source.text.split() == parts[source.part][source.first : source.last].split()
    house.say("When is it paid back?")
    assert house.asked() == [first, "When is it paid back?"]
    house.say("Which rule is the third?", long)
    assert house.asked()[0] == first
    assert f"[{len(question.sources) + 1}] lease.pdf" in house.asked()[-1]


def test_another_wording_is_searched_anew(house: House, long: Attachment) -> None:
    answer = house.say("How much is the deposit?", long)
    assert answer.parent is not None
    house.told.finished(house.services.asking.edit(answer.parent, "What does rule 5 say?").id)
    (asked,) = house.asked()
    assert "1,200" not in asked and "Rule 5." in asked


def test_without_a_word_of_the_question_its_beginning_is_read_and_that_is_said(
    house: House, long: Attachment
) -> None:
    answer = house.say("요약해 주세요", long)
    (question,) = house.services.conversations.messages([answer.parent or 0])
    assert question.attachments[0].reason and question.attachments[0].reason.code == "attachment.beginning"
    assert question.sources[0].part == 1
    assert "[1]처럼" in house.asked()[0]
