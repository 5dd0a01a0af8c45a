"""Pictures that are attached to a message: told at their turn and for ever, refused where the model cannot see."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agents.events import RunStarted
from app.services.chat.attachments.weighing import unseen
from app.services.chat.exchange.vetting import own_contents
from app.services.chat.prompting import request_messages, with_attachments
from app.store.records import Attachment, Message
from engine.errors import ErrorInfo
from engine.values import Picture
from tests.app.services.chat.attachments.test_attachments import CONTEXT, House, held
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import says
from tests.support.documents.pictures import picture
from tests.support.listening import Listening

pytestmark = pytest.mark.process


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    house = House(coterie_home)
    house.engine.sees = True
    yield house
    house.services.close()


def test_a_picture_stands_at_its_turn_and_never_moves(house: House) -> None:
    house.load()
    red, note = house.attach("red.png", picture()), house.attach("note.md", b"# Note\n")
    assert (red.kind, red.state, red.width, red.height) == ("picture", "whole", 60, 40)
    house.say("Which color?", note, red)
    first = house.engine.requests[-1].messages[-1]
    text = '[1] File "note.md":\n# Note\nEnd of file "note.md".'
    assert first.content.startswith(f"{text}\n\n") and first.content.endswith("\n\nWhich color?")
    (seen,) = first.media
    assert seen.at == len(text) and (seen.width, seen.height) == (60, 40)
    pixels = Path(seen.path).read_bytes()
    assert pixels == bytes((255, 0, 0)) * 60 * 40 and seen.sha256 == hashlib.sha256(pixels).hexdigest()
    house.say("And this?", house.attach("blue.png", picture("blue")))
    earlier, later = (each for each in house.engine.requests[-1].messages if each.role == "user")
    assert earlier == first and [each.at for each in later.media] == [0]
    house.say("", house.attach("red.png", picture()))
    assert house.engine.requests[-1].messages[-1].content == ""


def test_several_pictures_have_their_names_and_joined_turns_their_places() -> None:
    def attachment(name: str) -> Attachment:
        return Attachment(name, "picture", 1, "a", name, width=2, height=2)

    path = [
        Message(1, 1, None, "user", "One", "", "done", 0.0, attachments=(attachment("a"), attachment("b"))),
        Message(2, 1, 1, "assistant", "", "", "failed", 0.0),
        Message(3, 1, 2, "user", "Two", "", "done", 0.0, attachments=(attachment("c"),)),
    ]
    told = with_attachments(path, lambda each: Picture(each.text, each.text, 2, 2))
    (question,) = request_messages(told, "")
    assert question.content == 'Picture "a":\n\nPicture "b":\n\nOne\n\nTwo'
    places = {each.path: question.content[: each.at] for each in question.media}
    assert places == {"a": 'Picture "a":', "b": 'Picture "a":\n\nPicture "b":', "c": question.content[:-3]}


def test_a_model_that_cannot_see_refuses_it_and_another_takes_it(house: House) -> None:
    house.engine.sees = False
    red, note = house.attach("red.png", picture()), house.attach("note.md", b"words")
    estimate = house.services.attachments.weigh(house.id, (red, note)).attachments[0]
    assert estimate.state == "whole" and estimate.estimated and estimate.tokens
    house.load()
    blind = house.services.attachments.weigh(house.id, (red, note)).attachments
    assert blind[0].reason is not None and blind[0].reason.code == "attachment.cannot_see"
    assert (blind[0].state, blind[1].state) == ("refused", "whole")
    house.engine.sees = True
    house.services.models.reload()
    house.told.model("loading")
    house.told.model("ready")
    seen = house.services.attachments.weigh(house.id, blind).attachments
    assert (seen[0].state, seen[0].reason, seen[0].tokens, seen[0].estimated) == ("whole", None, 100, False)


def test_it_is_exported_and_imported_with_its_chat(house: House) -> None:
    house.load()
    red = house.attach("red.png", picture())
    house.say("Which color?", red)
    whole = house.services.store.whole_chats.get(house.id)
    assert set(whole.contents) == {red.sha256} == set(own_contents(whole).contents)
    (kept,) = own_contents(whole).messages[0].attachments
    assert kept == red and kept.is_picture
    bare = msgspec.structs.replace(whole, contents={})
    assert not own_contents(bare).messages[0].attachments[0].is_picture


def test_a_made_up_size_or_digest_changes_nothing(house: House) -> None:
    red, files = house.attach("red.png", picture()), house.services.picture_files
    blue = house.attach("blue.png", picture("blue"))
    made_up = msgspec.structs.replace(red, width=-1, height=90000, text=blue.text)
    assert files.picture(house.id, made_up) == files.picture(house.id, red)


def test_its_pixels_are_made_again_where_they_are_gone(house: House) -> None:
    red, files = house.attach("red.png", picture()), house.services.picture_files
    assert held(house) == {red.sha256}
    before = files.picture(house.id, red)
    assert before is not None and before.sha256 == red.text
    Path(before.path).unlink()
    assert files.picture(house.id, red) == before and Path(before.path).exists()


def test_pixels_of_what_is_not_kept_any_more_are_removed(house: House) -> None:
    red, files = house.attach("red.png", picture()), house.services.picture_files
    made = files.picture(house.id, red)
    assert made is not None
    os.utime(made.path, (1, 1))
    files.sweep()
    assert Path(made.path).exists()
    (house.home / "attachments" / red.sha256).unlink()
    files.sweep()
    assert not Path(made.path).exists()


def test_pixels_take_no_more_than_their_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.chat.attachments.picture_files.MOST_BYTES", 10_000)
    files, made = house.services.picture_files, []
    for color in ("red", "blue", "lime"):
        found = files.picture(house.id, house.attach(f"{color}.png", picture(color)))
        assert found is not None
        made.append(Path(found.path))
    assert all(path.exists() for path in made), "an answer may want what was used just now"
    for path in made[:2]:
        os.utime(path, (1, 1))
    files.sweep()
    assert [path.exists() for path in made] == [False, False, True]


def test_a_model_of_the_library_that_sees_is_named() -> None:
    red = Attachment("red.png", "picture", 1, "a", "b", width=2, height=2)
    text = Attachment("a.md", "text", 1, "a", "b")
    refused, same = unseen((red, text), None, "Gemma 3 12B")
    assert refused.reason == ErrorInfo("attachment.other_sees", {"name": "red.png", "model": "Gemma 3 12B"})
    assert same == text


def test_pictures_that_do_not_fit_are_named(house: House) -> None:
    house.load()
    many = [house.attach("red.png", picture())] * (CONTEXT // 200 + 1)
    last = house.services.attachments.weigh(house.id, many).attachments[-1]
    assert last.reason is not None and last.reason.code == "attachment.picture_too_long"


def test_a_picture_of_a_temporary_chat_is_kept_in_memory_and_goes_with_the_chat(house: House) -> None:
    house.load()
    house.id = house.services.conversations.create_temporary().id
    house.say("Which color?", house.attach("red.png", picture()))
    (seen,) = house.engine.requests[-1].messages[-1].media
    assert len(Path(seen.path).read_bytes()) == seen.bytes and held(house) == set()
    assert house.home not in Path(seen.path).parents
    house.services.filing.delete([house.id])
    assert not Path(seen.path).parent.exists()
    house.services.filing.restore([house.id])
    house.say("And now?")
    (again,) = (each for message in house.engine.requests[-1].messages for each in message.media)
    assert again.sha256 == seen.sha256 and Path(again.path).exists()
    house.services.close()
    assert not Path(again.path).parent.exists()


def test_a_picture_that_is_lost_is_told_as_lost(house: House) -> None:
    house.load()
    red = house.attach("red.png", picture())
    (house.home / "attachments" / red.sha256).write_bytes(b"other")
    for file in (house.home / "cache" / "pictures").iterdir():
        file.unlink()
    house.say("Look", red)
    (question,) = (each for each in house.engine.requests[-1].messages if each.role == "user")
    assert (
        question.content == 'File "red.png": what it held is no longer kept.\n\nLook' and not question.media
    )


def test_a_chat_with_tools_carries_it_to_the_model(coterie_home: Path, tmp_path: Path) -> None:
    chatting = Chatting(coterie_home, tmp_path / "work", says("Red."))
    try:
        told, services = Listening(chatting.services), chatting.services
        chat = chatting.chat()
        red = services.attachments.attach(chat, ("red.png", picture()))
        answer = told.finished(services.asking.send(chat, "", attachments=(red,)).id)
        started = services.runs.entries(answer.run)[0].event
        assert isinstance(started, RunStarted) and [each.sha256 for each in started.media] == [red.text]
        told.finished(services.asking.send(chat, "Sure?", attachments=(red,)).id)
        asked = [each for each in chatting.chat_model.asks[-1].messages if each.role == "user"]
        assert [[each.sha256 for each in turn.media] for turn in asked] == [[red.text], [red.text]]
    finally:
        chatting.close()
