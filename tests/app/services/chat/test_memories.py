"""Memory across chats: off until it is wanted, kept by the person, given once, and proposed by the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.chat.events import MemoriesChanged
from app.services.chat.memories import sentences
from app.store.records import Memory, ProjectOptions
from engine.api import GenerateRequest
from engine.errors import UserError
from tests.app.services.chat.test_chat_models import House

QUESTION = "I am a nurse in Busan. Which tea keeps me awake?"


def answer(request: GenerateRequest) -> tuple[str, ...]:
    asked = request.messages[-1].content
    if asked.startswith("Below is what a person wrote"):
        return ("- Is a nurse.\n", "- Lives in Busan.\n") if "nurse" in asked else ("NOTHING",)
    return ("Green", " tea.")


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    house.services.settings.change(titles_by_model=False, memory=True)
    house.services.asides.begin()
    house.use(house.one)
    house.engines[0].answer = answer
    yield house
    house.services.close()


def system(house: House, conversation: int) -> str:
    options = house.services.conversations.get(conversation).options
    return house.services.requests.system_prompt(conversation, options)


def proposed(house: House) -> tuple[Memory, ...]:
    return house.told.next(MemoriesChanged).memories


def test_a_model_proposes_and_the_person_keeps(house: House) -> None:
    chats, memories = house.services.conversations, house.services.memories
    first = chats.create().id
    house.ask(first, QUESTION)
    found = proposed(house)
    assert [(m.text, m.kept, m.conversation) for m in found] == [
        ("Is a nurse.", False, first),
        ("Lives in Busan.", False, first),
    ]
    assert memories.given(None) == ()
    memories.keep(found[0].id)
    memories.remove(found[1].id)
    second = chats.create().id
    house.ask(second, "Which coffee?")
    assert chats.get(second).options.memories == ("Is a nurse.",)
    assert "Is a nurse." in system(house, second)
    assert house.engines[0].requests[-1].messages[0].role in ("system", "user")


def test_a_chat_keeps_what_it_was_given(house: House) -> None:
    chats, memories = house.services.conversations, house.services.memories
    kept = memories.add("Likes tea.")
    id = chats.create().id
    house.ask(id, "Which coffee?")
    memories.edit(kept.id, "Likes coffee.")
    memories.add("Is tall.")
    house.ask(id, "And which cup?")
    assert chats.get(id).options.memories == ("Likes tea.",)
    other = chats.create().id
    house.ask(other, "Which coffee?")
    assert chats.get(other).options.memories == ("Likes coffee.", "Is tall.")


def test_nothing_is_proposed_or_given_while_it_is_off(house: House) -> None:
    house.services.settings.change(memory=False)
    memories = house.services.memories
    memories.add("Likes tea.")
    id = house.services.conversations.create().id
    house.ask(id, QUESTION)
    house.services.asides.close()
    assert len(house.engines[0].requests) == 1
    assert house.services.conversations.get(id).options.memories is None
    assert [memory.text for memory in memories.all()] == ["Likes tea."]


def test_a_temporary_chat_neither_gives_nor_gets(house: House) -> None:
    chats = house.services.conversations
    house.services.memories.add("Likes tea.")
    id = chats.create_temporary().id
    house.ask(id, QUESTION)
    house.services.asides.close()
    assert len(house.engines[0].requests) == 1
    assert chats.get(id).options.memories is None


def test_in_a_project_that_remembers_it_is_kept_there_alone(house: House) -> None:
    chats = house.services.conversations
    project = house.services.projects.create("Work", ProjectOptions(remembers=True)).id
    id = chats.create(project=project).id
    house.ask(id, QUESTION)
    assert [(m.kept, m.project) for m in proposed(house)] == [(True, project)] * 2
    assert house.services.memories.given(None) == ()
    assert house.services.memories.given(project) == ("Is a nurse.", "Lives in Busan.")


def test_what_is_known_is_not_proposed_again(house: House) -> None:
    chats = house.services.conversations
    house.services.memories.add("is a NURSE.")
    house.ask(chats.create().id, QUESTION)
    assert [m.text for m in proposed(house)] == ["is a NURSE.", "Lives in Busan."]


def test_a_removed_memory_comes_back_and_bad_ones_are_refused(house: House) -> None:
    memories = house.services.memories
    kept = memories.add("Likes   tea.\n")
    assert kept.text == "Likes tea."
    removed = memories.remove(kept.id)
    assert memories.all() == [] and removed is not None
    memories.put_back(removed)
    assert memories.all() == [kept]
    assert memories.remove(99) is None
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: memories.add(" \n"), "memory.empty"),
        (lambda: memories.edit(kept.id, "x" * 201), "memory.too_long"),
        (lambda: memories.keep(99), "memory.gone"),
    ]
    for call, code in wrong:
        with pytest.raises(UserError) as caught:
            call()
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("NOTHING", []),
        ("Nothing.", []),
        ("", []),
        ("1. Lives in Busan.\n2) Is a nurse.\n* Lives in Busan.", ["Lives in Busan.", "Is a nurse."]),
        ("short\nIs a nurse.\n" + "x" * 300, ["Is a nurse."]),
        ("\n".join(f"Fact number {n}." for n in range(9)), [f"Fact number {n}." for n in range(3)]),
    ],
)
def test_sentences_are_read_out_of_what_a_model_writes(written: str, found: list[str]) -> None:
    assert sentences(written) == found
