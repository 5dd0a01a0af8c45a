"""Questions in the chats of a project are answered from its collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.chat.exchange.vetting import asking_project
from app.services.collections.passage_search import Hit
from app.store.records import ChatOptions, Message, ProjectOptions
from engine.errors import UserError
from tests.app.services.chat.test_chat_models import House

pytestmark = pytest.mark.process


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    house.services.settings.change(titles_by_model=False)
    house.use(house.one)
    folder = tmp_path / "lease"
    folder.mkdir()
    (folder / "lease.txt").write_text("Rent: 512 euros a month.")
    (folder / "cats.txt").write_text("Cats may stay.")
    house.services.collections.add("Lease", [folder])
    house.services.collections.bring_up_to_date(meaning=False)
    yield house
    house.services.close()


def ask(house: House, conversation: int, question: str) -> Message:
    return house.told.finished(house.services.asking.send(conversation, question).id)


def asked(house: House, answer: Message) -> Message:
    (question,) = house.services.conversations.messages([answer.parent or 0])
    return question


def test_each_question_brings_passages_that_stay_with_it(house: House) -> None:
    services = house.services
    project = services.projects.create("Flat", ProjectOptions(collection="lease"))
    chat = services.conversations.create(project=project.id).id
    first = asked(house, ask(house, chat, "How much is rent?"))
    assert [(each.number, each.name) for each in first.sources] == [(1, "lease.txt")]
    assert [str(UserError.from_info(each)) for each in first.notices] == [
        str(UserError("chat.read_in_collection", name="Lease", passages=1))
    ]
    second = asked(house, ask(house, chat, "And are cats allowed?"))
    assert [(each.number, each.name) for each in second.sources] == [(2, "cats.txt")]
    told = [message.content for message in house.engines[0].requests[-1].messages if message.role == "user"]
    assert "[1] lease.txt: Rent" in told[0] and "[2] cats.txt: Cats may" in told[1]
    edited = services.asking.edit(second.id, "Who pays rent?")
    house.told.finished(edited.id)
    assert [(each.number, each.name) for each in asked(house, edited).sources] == [(2, "lease.txt")]


def test_of_a_question_that_nothing_answers_that_is_kept_and_another_wording_is_looked_up_again(
    house: House,
) -> None:
    chat = house.services.conversations.create(options=ChatOptions(collection="Lease")).id
    question = asked(house, ask(house, chat, "Zebras?"))
    assert question.sources == () and [each.code for each in question.notices] == [
        "chat.nothing_in_collection"
    ]
    edited = house.services.asking.edit(question.id, "Who pays rent?")
    house.told.finished(edited.id)
    again = asked(house, edited)
    assert [each.code for each in again.notices] == ["chat.read_in_collection"] and len(again.sources) == 1


def test_other_chats_do_not_wait_for_a_search(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    services = house.services
    project = services.projects.create("Flat", ProjectOptions(collection="lease"))
    chat = services.conversations.create(project=project.id).id
    searched: list[tuple[str, bool]] = []
    search = services.collections.search

    def watched(name: str, query: str, limit: int) -> list[Hit]:
        searched.append((query, services.answers.starting.locked()))
        return search(name, query, limit)

    monkeypatch.setattr(services.collections, "search", watched)
    first = asked(house, ask(house, chat, "How much is rent?"))
    edited = services.asking.edit(first.id, "Are cats allowed?")
    house.told.finished(edited.id)
    assert [each.name for each in asked(house, edited).sources] == ["cats.txt"]
    assert searched == [("How much is rent?", False), ("Are cats allowed?", False)]


def test_a_question_is_asked_without_a_collection_that_is_gone(house: House) -> None:
    services = house.services
    project = services.projects.create("Flat", ProjectOptions(collection="Lease"))
    chat = services.conversations.create(project=project.id).id
    services.collections.remove("Lease")
    assert asked(house, ask(house, chat, "How much is rent?")).sources == ()


def test_a_file_of_chats_does_not_choose_a_collection_of_this_machine(house: House) -> None:
    project = house.services.projects.create("Flat", ProjectOptions("Be brief", collection="Lease"))
    assert asking_project(project).options == ProjectOptions("Be brief")
