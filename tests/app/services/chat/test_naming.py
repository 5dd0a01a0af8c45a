"""Titles by the model: over its own first words alone, and only while nobody else needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.chat.events import ConversationChanged
from app.services.chat.naming import clean_title
from app.services.models.models import Models
from engine.api import GenerateRequest
from tests.app.services.chat.test_chat_models import House

QUESTION = "How do I boil an egg so that the yolk stays soft, please?"


def answer(request: GenerateRequest) -> tuple[str, ...]:
    asked = request.messages[-1].content
    return ("**Soft-boiled", " eggs**") if asked.startswith("Write a title") else ("Six", " minutes.")


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    house.services.asides.begin()
    house.use(house.one)
    house.engines[0].answer = answer
    yield house
    house.services.close()


def test_a_chat_is_named_after_its_first_answer(house: House) -> None:
    id = house.services.conversations.create().id
    house.ask(id, QUESTION)
    assert (
        house.told.next(
            ConversationChanged, lambda event: event.conversation.title == "Soft-boiled eggs"
        ).conversation.title_source
        == "auto"
    )
    asked = house.engines[0].requests[-1]
    assert QUESTION in asked.messages[0].content and "Six minutes." in asked.messages[0].content
    house.ask(id, "And hard?")
    house.ask(id, "And fried?")
    assert len(house.engines[0].requests) == 4, "it has its title"


def test_a_name_that_a_person_gave_stays(house: House) -> None:
    chats = house.services.conversations
    named, other = chats.create().id, chats.create().id
    chats.rename(named, "Breakfast")
    house.ask(named, QUESTION)
    house.ask(other, QUESTION)
    house.told.next(ConversationChanged, lambda event: event.conversation.title == "Soft-boiled eggs")
    assert chats.get(named).title == "Breakfast"
    assert len(house.engines[0].requests) == 3


def test_it_can_be_switched_off(house: House) -> None:
    house.services.settings.change(titles_by_model=False)
    id = house.services.conversations.create().id
    house.ask(id, QUESTION)
    house.ask(id, "And hard?")
    house.services.asides.close()
    assert len(house.engines[0].requests) == 2
    assert house.services.conversations.get(id).title_source == "auto"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Soft eggs", "Soft eggs"),
        ('"Soft eggs."\n\nIs that fine?', "Soft eggs"),
        ("**Title:** Soft eggs", "Soft eggs"),
        ("제목: 부드러운 달걀", "부드러운 달걀"),
        ("# Soft   eggs", "Soft eggs"),
        ("", ""),
        ("  \n ", ""),
        ("x", ""),
        ("word " * 40, ""),
    ],
)
def test_what_a_model_writes_around_a_title_is_no_part_of_it(written: str, title: str) -> None:
    assert clean_title(written) == title


def test_no_other_model_gets_the_words_of_a_chat_to_name_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = house.services.models

    def signature(_: Models) -> str:
        behind = threading.current_thread().name == "chat-asides"
        return "One that was chosen since" if behind else "One"

    monkeypatch.setattr(type(models), "signature", property(signature))
    id = house.services.conversations.create().id
    house.told.finished(house.services.asking.send(id, QUESTION).id)
    house.services.asides.close()
    assert len(house.engines[0].requests) == 1
