"""The model of a chat: kept, taken up again, and never exchanged without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.chat.events import ConversationChanged
from app.services.models.events import ModelChanged, TextDelta
from app.services.services import Services, open_services
from app.store.records import ChatOptions
from app.store.whole_chats import WholeChat
from engine.api import GenerateRequest
from engine.errors import UserError
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.waiting import wait_until


class House:
    """Services with two models here, and an engine that answers from a script."""

    def __init__(self, home: Path, tmp: Path) -> None:
        self.engines: list[ScriptedEngine] = []

        def make(listener: object) -> ScriptedEngine:
            self.engines.append(ScriptedEngine(listener))  # type: ignore[arg-type]
            return self.engines[-1]

        self.services: Services = open_services(home, make_engine=make)  # type: ignore[arg-type]
        self.told = Listening(self.services)
        self.one, self.two = str(tmp / "one.gguf"), str(tmp / "two.gguf")
        for path in (self.one, self.two):
            Path(path).write_bytes(b"GGUF")

    def use(self, model: str) -> None:
        self.services.models.use(model)
        self.ready(model)

    def ready(self, model: str) -> None:
        self.told.next(ModelChanged, lambda event: event.state == "ready" and event.path == model)

    def ask(self, conversation: int, text: str = "q") -> str:
        """The path of the model that answered."""
        self.told.finished(self.services.asking.send(conversation, text).id)
        return self.services.models.state.path

    def model(self, conversation: int) -> str | None:
        return self.services.conversations.get(conversation).options.model


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    yield house
    house.services.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        call()
    return caught.value.code


def test_a_chat_keeps_the_model_of_its_first_answer_and_takes_it_up_again(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    first = chats.create().id
    assert house.ask(first) == house.one
    assert house.model(first) == house.one
    house.use(house.two)
    second = chats.create().id
    assert house.ask(second) == house.two
    assert house.ask(first, "again") == house.one
    assert house.services.settings.current.model == house.two
    changed = [e.conversation for e in house.told.seen if isinstance(e, ConversationChanged)]
    assert any(c.id == first and c.options.model == house.one for c in changed)


def test_another_model_is_used_once_it_is_chosen(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    id = chats.create().id
    house.ask(id)
    chats.choose_model(id, house.two)
    assert house.ask(id, "again") == house.two
    answer = chats.path(id)[-1]
    house.told.finished(house.services.asking.regenerate(answer, house.one).id)
    assert (house.services.models.state.path, house.model(id)) == (house.one, house.one)


def test_a_chat_keeps_its_model_where_the_one_that_was_to_answer_again_cannot(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    id = chats.create().id
    house.ask(id)
    Path(house.two).unlink()
    answer = chats.path(id)[-1]
    assert code_of(lambda: house.services.asking.regenerate(answer, house.two)) == "chat.model_gone"
    assert house.model(id) == house.one and chats.path(id)[-1] == answer


def test_an_old_chat_goes_on_with_the_model_that_signed_its_answers(house: House) -> None:
    chats, store = house.services.conversations, house.services.store
    house.use(house.one)
    house.use(house.two)
    id = chats.create().id
    question = store.messages.add(id, None, "user", "q").id
    store.messages.add(id, question, "assistant", "a", model="one")
    assert house.services.chat_models.of(id) == house.services.chat_models.named(house.one)
    assert house.ask(id, "again") == house.one
    assert house.model(id) == house.one


def test_an_old_chat_whose_model_is_gone_asks_which_to_go_on_with(house: House) -> None:
    chats, store = house.services.conversations, house.services.store
    house.use(house.one)
    id = chats.create().id
    question = store.messages.add(id, None, "user", "q").id
    answer = store.messages.add(id, question, "assistant", "a", model="Nobody 7B · Q4_K_M").id
    model = house.services.chat_models.of(id)
    assert model is not None and (model.path, model.title) == ("", "Nobody 7B · Q4_K_M")
    for call in (
        lambda: house.services.asking.send(id, "more"),
        lambda: house.services.asking.regenerate(answer),
        lambda: house.services.asking.edit(question, "other"),
    ):
        assert code_of(call) == "chat.model_gone"
    assert chats.path(id) == [question, answer]
    chats.choose_model(id, house.one)
    assert house.ask(id, "more") == house.one


def test_an_old_chat_from_elsewhere_does_not_go_on_here_nor_one_from_here_elsewhere(house: House) -> None:
    chats, store = house.services.conversations, house.services.store
    house.use(house.one)
    elsewhere = "openai:http://127.0.0.1:9/v1#big"
    id = chats.create().id
    question = store.messages.add(id, None, "user", "q").id
    store.messages.add(id, question, "assistant", "a", model=elsewhere)
    model = house.services.chat_models.of(id)
    assert model is not None and model.path == elsewhere
    here = chats.create(ChatOptions(model=house.one)).id
    house.services.models.use(elsewhere)
    assert house.ask(here) == house.one


def test_a_chat_out_of_a_file_sends_nothing_where_nobody_agreed_to(house: House) -> None:
    chats, store = house.services.conversations, house.services.store
    house.use(house.one)
    elsewhere = "openai:https://models.example/v1#big"
    chosen = chats.create(ChatOptions(model=elsewhere)).id
    signed = chats.create().id
    question = store.messages.add(signed, None, "user", "q").id
    store.messages.add(signed, question, "assistant", "a", model=elsewhere)
    for id in (chosen, signed):
        assert code_of(lambda id=id: house.services.asking.send(id, "more")) == "chat.model_gone"
    house.services.remote_servers.agree("https://models.example/v1")
    for id in (chosen, signed):
        model = house.services.chat_models.of(id)
        assert model is not None and model.path == elsewhere


def test_a_chat_of_another_app_goes_on_with_the_model_in_use(house: House) -> None:
    chats, store = house.services.conversations, house.services.store
    house.use(house.one)
    id = chats.create().id
    store.conversations.set(id, source="chatgpt:1")
    question = store.messages.add(id, None, "user", "q").id
    store.messages.add(id, question, "assistant", "a", model="gpt-x")
    assert house.services.chat_models.of(id) is None
    assert house.ask(id, "more") == house.one
    assert house.model(id) == house.one


def test_a_chat_does_not_take_the_model_away_from_an_answer(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    first, second = chats.create().id, chats.create(ChatOptions(model=house.two)).id
    house.engines[0].hold.set()
    answer = house.services.asking.send(first, "q")
    try:
        assert code_of(lambda: house.services.asking.send(second, "q")) == "model.answering"
        assert chats.path(second) == []
        house.services.chat_models.expect(second)
        assert house.services.models.state.path == house.one
    finally:
        house.engines[0].hold.clear()
    house.told.finished(answer.id)
    assert house.ask(second) == house.two


def test_the_model_of_a_chat_is_loaded_while_somebody_writes_in_it(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    id = chats.create(ChatOptions(model=house.two)).id
    house.services.lifecycle.expect(id)
    house.ready(house.two)
    assert house.services.models.state.because == "writing"


def test_a_temporary_chat_is_answered_and_can_be_kept(house: House) -> None:
    chats = house.services.conversations
    house.use(house.one)
    id = chats.create_temporary().id
    assert house.ask(id, "psst") == house.one
    assert house.engines[0].requests[-1].conversation == ""
    kept = chats.keep(id)
    assert [m.content for m in chats.messages(chats.path(kept.id))] == ["psst", "Hello from the script."]
    assert [chat.id for chat in chats.all()] == [kept.id]
    house.ask(kept.id, "more")
    assert house.engines[0].requests[-1].conversation != ""


def test_a_question_goes_to_no_other_model_that_is_chosen_before_it_is_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = house.services
    house.use(house.one)
    chat = services.conversations.create().id
    house.ask(chat)
    make = services.requests.make

    def late(*args: Any, **options: Any) -> GenerateRequest:
        request = make(*args, **options)
        services.models.use(house.two)
        return request

    monkeypatch.setattr(services.requests, "make", late)
    asked = len(house.engines[0].requests)
    answer = house.told.finished(services.asking.send(chat, "again").id)
    assert answer.error is not None and answer.error.code == "chat.model_changed"
    assert len(house.engines[0].requests) == asked
    monkeypatch.undo()
    house.told.finished(services.asking.regenerate(answer.id).id)
    assert services.models.state.path == house.one and len(house.engines[0].requests) == asked + 1


def test_an_answer_that_the_choice_of_another_model_ends_stays_that_of_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = house.services
    monkeypatch.setattr(services.library, "called", lambda path: Path(path).stem)
    house.use(house.one)

    def halting(_: GenerateRequest) -> Iterator[str]:
        yield "It is"
        house.engines[-1].hold.set()
        yield " red."

    house.engines[-1].answer = halting
    answer = services.asking.send(services.conversations.create().id, "What colour is it?")
    house.told.next(TextDelta)
    wait_until(house.engines[-1].hold.is_set)
    services.models.use(house.two)
    finished = house.told.finished(answer.id)
    assert (finished.state, finished.model) == ("stopped", "one")
    house.engines[0].hold.clear()


def test_a_chat_that_is_kept_is_read_once_nothing_can_be_asked_in_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = house.services
    id = services.conversations.create_temporary().id
    house.ask(id)
    read, alone = services.store.whole_chats.get, list[bool]()

    def get(chat: int) -> WholeChat:
        alone.append(services.answers.starting.locked())
        return read(chat)

    monkeypatch.setattr(services.store.whole_chats, "get", get)
    kept = services.conversations.keep(id)
    assert alone == [True] and len(services.conversations.path(kept.id)) == 2


def test_options_are_changed_one_by_one_whatever_else_was_changed_meanwhile(house: House) -> None:
    chats = house.services.conversations
    id = chats.create(ChatOptions(system_prompt="Mine")).id
    chats.change_options(id, memories=("I like tea",))
    chats.change_options(id, web=True)
    chats.choose_model(id, house.one)
    options = chats.get(id).options
    assert (options.system_prompt, options.memories, options.web, options.model) == (
        "Mine", ("I like tea",), True, house.one,
    )  # fmt: skip
