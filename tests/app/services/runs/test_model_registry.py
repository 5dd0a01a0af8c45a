"""The models behind runs, over the services with a scripted engine."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.api import ChatModel, ModelRequest, ModelResponse
from app.services.services import Services, open_services
from engine.api import Listener
from engine.errors import ErrorInfo, UserError
from engine.values import Message, Sampling, ToolCall
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

MODEL, OTHER = "/m/one.gguf", "/m/two.gguf"
ASK = ModelRequest((Message("user", "Hello"),))
CALL = ToolCall("c1", "look", {"where": "here"})
Make = Callable[..., Services]


@pytest.fixture
def engines() -> list[ScriptedEngine]:
    return []


@pytest.fixture
def make(coterie_home: Path, engines: list[ScriptedEngine]) -> Iterator[Make]:
    opened: list[Services] = []

    def made(**options: object) -> Services:
        def engine(listener: Listener) -> ScriptedEngine:
            engines.append(ScriptedEngine(listener, **options))  # type: ignore[arg-type]
            return engines[-1]

        opened.append(open_services(coterie_home, make_engine=engine))
        return opened[-1]

    yield made
    for services in opened:
        services.close()


def never() -> bool:
    return False


def ask(chat_model: ChatModel, cancelled: Callable[[], bool] = never) -> tuple[ModelResponse, list[str]]:
    told: list[str] = []
    turn = chat_model.stream(ASK, lambda new: told.append(f"{new.channel}: {new.text}"), cancelled)
    return turn, told


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.code


def test_a_brain_loads_its_model_and_gathers_a_turn(make: Make) -> None:
    services = make(answer=lambda _: ("<think>hm", "Hello", " there"), calls=(CALL,))
    chat_model = services.model_registry.chat_model(MODEL)
    assert (chat_model.name, chat_model.remote, chat_model.ready()) == (MODEL, False, 8192)
    turn, told = ask(chat_model)
    assert (turn.reasoning, turn.content, turn.tool_calls) == ("hm", "Hello there", (CALL,))
    assert (turn.finish_reason, turn.error, turn.usage.prompt_tokens) == ("stop", None, 1200)
    assert told[:3] == ["reasoning: hm", "content: Hello", "content:  there"]
    assert "".join(text.removeprefix("arguments: ") for text in told[3:]) == json.dumps(CALL.arguments)
    assert services.settings.current.model == "starter", "a run's model is not chosen for chats"


def test_the_model_in_use_is_what_a_run_without_a_name_gets_and_keeps(make: Make) -> None:
    services = make()
    services.models.use(MODEL)
    chat_model = services.model_registry.chat_model()
    chat_model.ready()
    services.models.use(OTHER)
    assert chat_model.name == MODEL
    assert code_of(lambda: ask(chat_model)) == "model.other_in_use"
    assert code_of(lambda: chat_model.measure(ASK)) == "model.other_in_use"
    chat_model.ready()
    assert services.models.state.path == MODEL


def test_a_prompt_and_texts_are_measured(make: Make) -> None:
    chat_model = make().model_registry.chat_model(MODEL)
    chat_model.ready()
    measured = chat_model.measure(ASK, ("", "12345678"))
    assert (measured.prompt, measured.texts, measured.exact) == (2, (0, 2), True)


def test_a_turn_that_is_not_wanted_any_more_ends_before_all_is_written(make: Make) -> None:
    chat_model = make(answer=lambda _: ("word ",) * 100_000, pace=0.001).model_registry.chat_model(MODEL)
    chat_model.ready()
    told: list[str] = []
    turn = chat_model.stream(ASK, lambda new: told.append(new.text), lambda: bool(told))
    assert turn.finish_reason == "cancelled" and turn.content.startswith("word ")


def test_a_turn_is_left_though_the_engine_does_not_end_it(make: Make, engines: list[ScriptedEngine]) -> None:
    chat_model = make().model_registry.chat_model(MODEL)
    chat_model.ready()
    engine = engines[0]
    engine.abort = lambda _: None  # type: ignore[method-assign]
    engine.hold.set()
    turn, told = ask(chat_model, lambda: True)
    assert (turn.finish_reason, turn.content) == ("cancelled", "")
    engine.hold.clear()
    assert ask(chat_model)[0].finish_reason == "stop"
    assert told == []


def test_chats_and_runs_share_a_model_and_each_gets_its_own(make: Make) -> None:
    services = make(answer=lambda request: tuple(f"{m.content} " for m in request.messages), pace=0.002)
    told = Listening(services)
    services.models.use(MODEL)
    chat_model = services.model_registry.chat_model()
    chat_model.ready()
    turns: list[ModelResponse] = []

    def run() -> None:
        turns.append(ask(chat_model)[0])

    threads = [threading.Thread(target=run) for _ in range(4)]
    chat = services.conversations.create()
    for thread in threads:
        thread.start()
    answer = services.asking.send(chat.id, "From a chat")
    assert told.finished(answer.id).content == "From a chat "
    for thread in threads:
        thread.join()
    assert [turn.content for turn in turns] == ["Hello "] * 4


def test_the_settings_stand_behind_what_a_run_asks_for(make: Make, engines: list[ScriptedEngine]) -> None:
    services = make()
    services.settings.change(sampling=Sampling(temperature=0.3, top_k=7))
    chat_model = services.model_registry.chat_model(MODEL)
    chat_model.ready()
    chat_model.stream(
        ModelRequest(ASK.messages, sampling=Sampling(top_k=1), reasoning="high"), lambda *_: None, never
    )
    (request,) = engines[0].requests
    assert (request.sampling.temperature, request.sampling.top_k) == (0.3, 1)
    assert request.reasoning == "auto", "this model has a switch and no levels"


def test_why_a_model_cannot_be_loaded_is_told(make: Make) -> None:
    services = make(load_error=ErrorInfo("model.not_gguf", {"path": MODEL}))
    chat_model = services.model_registry.chat_model(MODEL)
    assert code_of(chat_model.ready) == "model.not_gguf"
    assert code_of(lambda: services.model_registry.chat_model("a/b:Q4_0")) == "library.not_pulled"


def test_a_model_is_not_taken_away_from_an_answer(make: Make, engines: list[ScriptedEngine]) -> None:
    services = make()
    told = Listening(services)
    services.models.use(MODEL)
    told.model("ready")
    engines[0].hold.set()
    answer = services.asking.send(services.conversations.create().id, "Hi")
    other = services.model_registry.chat_model(OTHER)
    assert code_of(other.ready) == "model.answering"
    engines[0].hold.clear()
    told.finished(answer.id)
    assert other.ready() == 8192
