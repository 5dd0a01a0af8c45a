"""A chat with pictures that goes on with a model that cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.library.model_names import STARTER_NAME
from app.store.records import LibraryFile, LibraryModel
from engine.errors import ErrorInfo
from tests.app.services.chat.attachments.conftest import House
from tests.support.documents.pictures import picture

pytestmark = pytest.mark.process

SEEING = LibraryModel(
    "gemma", "Gemma 3 12B", (LibraryFile("/m/g.gguf", 1), LibraryFile("/m/p.gguf", 1, sees=True)), "file", 1.0
)


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    """A chat in which a picture was seen, and a model that cannot see in use since."""
    house = House(coterie_home)
    house.engine.sees = True
    house.load()
    house.say("Which color?", house.attach("red.png", picture()))
    house.engine.sees = False
    house.services.models.reload()
    house.told.model("loading")
    house.told.model("ready")
    yield house
    house.services.close()


def agree(house: House) -> None:
    house.services.conversations.change_options(house.id, without_pictures=True)


def test_it_is_refused_until_a_person_agrees_and_an_installed_model_is_named(house: House) -> None:
    alone = house.say("And now?")
    # as the window calls it, not as its file does
    assert alone.error == ErrorInfo("picture.not_seen", {"name": STARTER_NAME})
    house.services.store.models.add(SEEING)
    answer = house.say("And now?")
    assert answer.error is not None and answer.error.code == "picture.not_seen"
    assert answer.error.params["other"] == "Gemma 3 12B" and answer.error.params["model"] == "/m/g.gguf"
    assert answer.state == "failed"


def test_without_pictures_each_is_told_in_a_line_and_the_answer_says_so(house: House) -> None:
    agree(house)
    answer = house.say("And now?")
    assert (answer.state, answer.error) == ("done", None)
    assert answer.notices == (ErrorInfo("chat.pictures_left_out", {"count": 1}),)
    assert '[picture "red.png", not shown to this model]' in house.asked()[0]
    assert not any(message.media for message in house.engine.requests[-1].messages)


def test_a_model_that_sees_is_given_them_again(house: House) -> None:
    agree(house)
    house.say("And now?")
    house.engine.sees = True
    house.services.models.reload()
    house.told.model("loading")
    house.told.model("ready")
    answer = house.say("Once more")
    assert answer.notices == () and len(house.engine.requests[-1].messages[0].media) == 1
    assert "not shown" not in house.asked()[0]


def test_what_is_attached_next_is_weighed_all_the_same(house: House) -> None:
    note = house.attach("note.md", b"words")
    (weighed,) = house.services.attachments.weigh(house.id, (note,)).attachments
    assert (weighed.state, weighed.estimated) == ("whole", False)


def test_it_is_known_of_a_model_that_rests(house: House) -> None:
    agree(house)
    pictures, options = house.services.requests.pictures, house.services.conversations.get(house.id).options
    branch = house.services.store.messages.get_all(house.services.store.messages.path(house.id))
    assert pictures.left_out(branch, options) == 1
    house.services.models.rest("idle")
    house.told.model("empty")
    assert pictures.left_out(branch, options) == 1
