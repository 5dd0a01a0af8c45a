"""Documents that are attached to a message: told to the model once, kept, weighed, and gone with the message."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest

from agents.api import Measured
from agents.events import RunStarted
from app.services.chat.attachments.weighing import weighed
from app.services.chat.compaction_values import room_to_answer
from app.store.records import Attachment
from engine.errors import ErrorInfo, UserError
from tests.app.services.chat.attachments.conftest import CONTEXT, House
from tests.app.store.conftest import files
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import says
from tests.support.documents.made import epub, pdf
from tests.support.listening import Listening

pytestmark = pytest.mark.process


def held(house: House) -> set[str]:
    folder = house.home / "attachments"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def aged(house: House) -> None:
    for path in (house.home / "attachments").iterdir():
        os.utime(path, (time.time() - 86_400,) * 2)


LEASE = pdf("The rent is 500", "Cats are allowed")
CITE = "Cite what you use by its number, like [1]. Put quotations in quotation marks, word for word."
TOLD = """\
[1] File "lease.pdf":
[page 1]
The rent is 500

[page 2]
Cats are allowed
End of file "lease.pdf"."""


def test_the_text_stands_in_front_of_the_words_and_never_moves(house: House) -> None:
    house.load()
    lease, note = house.attach("lease.pdf", LEASE), house.attach("note.md", b"# Note\n")
    assert (lease.kind, lease.bytes, lease.parts, lease.state) == ("pdf", len(LEASE), 2, "whole")
    house.say("Are cats allowed?", lease, note)
    first = f'{TOLD}\n\n[2] File "note.md":\n# Note\nEnd of file "note.md".\n\n{CITE}\n\nAre cats allowed?'
    assert house.asked() == [first]
    house.say("And dogs?")
    house.say("And birds?", house.attach("more.txt", b"Birds are fine."))
    assert house.asked()[:2] == [first, "And dogs?"]
    stored = house.services.conversations.messages(house.services.conversations.path(house.id))[0]
    assert stored.content == "Are cats allowed?" and stored.attachments == (lease, note)


def test_an_edit_and_a_new_answer_keep_what_is_attached(house: House) -> None:
    house.load()
    answer = house.say("Are cats allowed?", house.attach("lease.pdf", LEASE))
    house.told.finished(house.services.asking.regenerate(answer.id).id)
    assert house.asked() == [f"{TOLD}\n\n{CITE}\n\nAre cats allowed?"]
    assert answer.parent is not None
    house.told.finished(house.services.asking.edit(answer.parent, "How much is it?").id)
    assert house.asked() == [f"{TOLD}\n\n{CITE}\n\nHow much is it?"]


def test_a_file_alone_is_a_question_that_gives_the_chat_its_name(house: House) -> None:
    house.load()
    house.say("", house.attach("lease.pdf", LEASE))
    assert house.asked() == [f"{TOLD}\n\n{CITE}"]
    assert house.services.conversations.get(house.id).title == "lease.pdf"
    with pytest.raises(UserError) as told:
        house.services.asking.send(house.id, "")
    assert told.value.code == "chat.empty"


def test_only_the_chosen_parts_are_told(house: House) -> None:
    house.load()
    second = house.attach("lease.pdf", LEASE, first=2, last=9)
    assert (second.first, second.last, second.parts) == (2, 2, 2)
    house.say("?", second)
    assert house.asked() == [
        '[1] File "lease.pdf", only parts 2 to 2:\n[page 2]\nCats are allowed\nEnd of file "lease.pdf".'
        f"\n\n{CITE}\n\n?"
    ]
    assert house.attach("lease.pdf", LEASE, first=3, last=4).reason == ErrorInfo(
        "attachment.no_such_part", {"name": "lease.pdf"}
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n", "no_text"),
        ("a.exe", b"MZ\x90\0\x03\0\0\0", "no_kind"),
        ("a.doc", b"old", "old_kind"),
        ("a.docx", b"PK\x03\x04 broken", "damaged"),
        ("a.epub", epub(""), "no_text"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "damaged"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0", "other_picture"),
    ],
)
def test_what_gives_no_text_is_refused_with_the_reason(
    house: House, name: str, content: bytes, code: str
) -> None:
    refused = house.attach(name, content)
    assert (refused.state, refused.text) == ("refused", "")
    assert refused.reason == ErrorInfo(f"attachment.{code}", {"name": name})
    assert not refused.sha256 and not held(house)


def test_pages_without_text_are_told_beside_the_others(house: House) -> None:
    mixed = house.attach("scan.pdf", pdf("one", "", "", "four"))
    assert mixed.state == "whole"
    assert mixed.reason == ErrorInfo("attachment.pages_without_text", {"name": "scan.pdf", "pages": 2})


def test_all_of_a_message_share_one_room_and_what_does_not_fit_is_named(house: House) -> None:
    small, large = (house.attach(f"{n}.txt", b"words and " * 10 * n) for n in (10, 60))
    estimate = house.services.attachments.weigh(house.id, (small,))
    assert estimate.room is None and estimate.attachments[0].estimated and estimate.attachments[0].tokens
    house.load()
    weight = house.services.attachments.weigh(house.id, (small, large, small))
    room = weight.room
    assert room == CONTEXT // 2
    assert [(each.state, each.estimated) for each in weight.attachments] == [
        ("whole", False),
        ("whole", False),
        ("refused", False),
    ]
    first, second, third = weight.attachments
    left = room - first.tokens - second.tokens
    assert third.reason == ErrorInfo(
        "attachment.too_long", {"name": "10.txt", "tokens": third.tokens, "room": left}
    )
    # With less in front of it, it fits after all.
    assert house.services.attachments.weigh(house.id, (third,)).attachments == (first,)


def test_the_room_is_what_the_chat_and_its_answer_leave_free() -> None:
    attachment, of_parts = Attachment("a", "text", 1), Attachment("b", "pdf", 1, parts=9)
    answer = room_to_answer(1000)
    fits = weighed((attachment,), Measured(600, (400 - answer,), True), 1000, 100.0)
    assert (fits.attachments[0].state, fits.room) == ("whole", 400 - answer)
    assert fits.seconds == pytest.approx((400 - answer) / 100)
    weight = weighed((attachment, of_parts), Measured(600, (401 - answer, 900), False), 1000, 0.0)
    assert [each.reason and each.reason.code for each in weight.attachments] == [
        "attachment.too_long",
        "attachment.choose_parts",
    ]
    assert weight.seconds == 0.0 and weight.attachments[0].estimated
    locked = msgspec.structs.replace(attachment, state="refused", reason=ErrorInfo("attachment.locked"))
    assert weighed((locked,), Measured(0, (0,), True), 1000, 0.0).attachments == (locked,)


def test_contents_go_for_good_with_the_last_chat_that_has_them(house: House) -> None:
    house.load()
    house.say("Look", house.attach("lease.pdf", LEASE))
    copy = house.services.conversations.branch(house.services.conversations.path(house.id)[0])
    names = held(house)
    assert len(names) == 3  # the original, its text, and where the pages stand in that
    house.services.filing.delete([house.id])
    aged(house)
    house.services.housekeeping()
    house.services.filing.purge([house.id])
    assert held(house) == names
    house.services.filing.delete([copy.id])
    house.services.filing.purge([copy.id])
    assert held(house) == set()


def test_a_content_that_is_lost_is_told_as_lost(house: House) -> None:
    house.load()
    lease = house.attach("lease.pdf", LEASE)
    house.say("Look", lease)
    (house.home / "attachments" / lease.text).unlink()
    house.say("Again")
    assert house.asked() == [
        f'[1] File "lease.pdf": what it held is no longer kept.\n\n{CITE}\n\nLook',
        "Again",
    ]


def test_a_temporary_chat_leaves_nothing_of_it_on_the_disk(house: House) -> None:
    house.load()
    house.id = house.services.conversations.create_temporary().id
    house.say("Are cats allowed?", house.attach("lease.pdf", LEASE))
    assert house.asked() == [f"{TOLD}\n\n{CITE}\n\nAre cats allowed?"]
    assert held(house) == set()
    assert b"The rent is 500" not in b"".join(files(house.home).values())
    kept = house.services.conversations.keep(house.id)
    house.id = kept.id
    house.say("More")
    assert house.asked() == [f"{TOLD}\n\n{CITE}\n\nAre cats allowed?", "More"] and len(held(house)) == 3


def test_a_new_chat_in_the_place_of_a_full_one_takes_the_files_along(house: House) -> None:
    house.load()
    answer = house.say("Look", house.attach("lease.pdf", LEASE))
    assert answer.parent is not None
    house.services.store.messages.delete(answer.id)
    begun = house.services.compactor.begin_anew(house.id)
    house.told.finished(house.services.conversations.path(begun.id)[-1])
    assert house.asked() == [f"{TOLD}\n\n{CITE}\n\nLook"]


def test_a_chat_with_tools_is_told_and_counts_as_read_from_outside(
    coterie_home: Path, tmp_path: Path
) -> None:
    chatting = Chatting(coterie_home, tmp_path / "work", says("Yes."))
    try:
        told, services = Listening(chatting.services), chatting.services
        chat = chatting.chat()
        lease = services.attachments.attach(chat, ("lease.pdf", LEASE))
        answer = told.finished(services.asking.send(chat, "Cats?", attachments=(lease,)).id)
        started = services.runs.entries(answer.run)[0].event
        assert isinstance(started, RunStarted) and started.tainted
        assert started.task == f"{TOLD}\n\n{CITE}\n\nCats?"
        again = told.finished(services.asking.send(chat, "Dogs?").id)
        after = services.runs.entries(again.run)[0].event
        assert isinstance(after, RunStarted) and after.tainted
        assert any(TOLD in message.content for message in chatting.chat_model.asks[-1].messages)
        large = services.attachments.attach(chat, ("long.txt", b"words " * 25_000))
        longer = told.finished(services.asking.send(chat, "?", attachments=(large,)).id)
        long = services.runs.entries(longer.run)[0].event
        assert isinstance(long, RunStarted) and len(long.task) > 150_000
    finally:
        chatting.close()


def test_a_table_that_is_too_long_to_be_read_whole_is_kept_so_that_parts_of_it_can_be_chosen(
    house: House,
) -> None:
    rows = "".join(f"{number},{'word ' * 20}\n" for number in range(31_000))
    table = house.attach("table.csv", f"number,words\n{rows}".encode())
    assert (
        table.reason is not None and table.reason.code == "attachment.longer_than_read" and table.parts > 100
    )
    kept = house.services.attachments.original(house.id, table)
    part = house.attach("table.csv", kept, first=2, last=2)
    assert part.state == "whole" and "\n399," in house.services.attachments.text(house.id, part)
