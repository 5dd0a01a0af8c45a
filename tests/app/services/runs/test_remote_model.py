"""Models elsewhere behind runs, over the services and a real server on loopback."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.api import ChatModel, ModelRequest, ModelResponse
from app.services.services import Services, open_services
from engine.api import Listener
from engine.errors import UserError
from engine.values import Message, Sampling
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.servers.openai_script import Reply, call, in_order, say
from tests.support.servers.openai_server import OpenAiServer

ASK = ModelRequest((Message("user", "Hello"),))


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    def engine(listener: Listener) -> ScriptedEngine:
        return ScriptedEngine(listener, answer=lambda _: ("From", " here"))

    opened = open_services(coterie_home, make_engine=engine)
    yield opened
    opened.close()


def ask(
    chat_model: ChatModel, cancelled: Callable[[], bool] = lambda: False
) -> tuple[ModelResponse, list[str]]:
    told: list[str] = []
    turn = chat_model.stream(ASK, lambda new: told.append(f"{new.channel}: {new.text}"), cancelled)
    return turn, told


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.code


def test_a_turn_is_gathered_while_a_model_is_loaded_and_a_chat_goes_on(services: Services) -> None:
    told = Listening(services)
    services.models.use("/m/one.gguf")
    told.model("ready")
    reply = Reply("Hello there", reasoning="hm", pace=0.005, tool_calls=call("look", {"at": 1}).tool_calls)
    with OpenAiServer(in_order(reply), kind="vllm", context=4000) as server:
        chat_model = services.model_registry.chat_model(server.model)
        assert (chat_model.name, chat_model.ready()) == (server.model, 4000)
        answer = services.asking.send(services.conversations.create().id, "Hi")
        turn, text = ask(chat_model)
        assert told.finished(answer.id).content == "From here"
        assert (turn.reasoning, turn.content, turn.error) == ("hm", "Hello there", None)
        assert [(c.name, c.arguments) for c in turn.tool_calls] == [("look", {"at": 1})]
        assert "".join(text).startswith("reasoning: hm") and turn.usage.prompt_tokens > 0
        assert chat_model.measure(ASK, ("12345678",)).texts == (2,)
        assert services.models.state.path == "/m/one.gguf", "nothing was loaded instead"


@pytest.mark.parametrize(
    ("host", "leaves"),
    [
        ("127.0.0.1:1", False),
        ("localhost:8080", False),
        ("[::1]:8080", False),
        ("192.168.0.7:8080", True),
        ("localhost.example.com", True),
        ("api.example.com", True),
    ],
)
def test_only_for_a_server_of_this_machine_text_does_not_leave_it(
    services: Services, host: str, leaves: bool
) -> None:
    assert services.model_registry.chat_model(f"openai:http://{host}/v1#m").remote is leaves


def test_a_turn_that_is_cancelled_waits_for_no_more_words(services: Services) -> None:
    with OpenAiServer(in_order(Reply("word " * 1000, pace=1.0), say("later", delay=600.0))) as server:
        chat_model = services.model_registry.chat_model(server.model)
        chat_model.ready()
        for _ in range(2):  # while it writes, and before the first word
            asked = len(server.asked)
            turn, _ = ask(chat_model, lambda asked=asked: len(server.asked) > asked)
            assert turn.finish_reason == "cancelled" and "later" not in turn.content


def test_runs_of_one_model_share_a_connection_to_it_and_keep_their_own_answers(services: Services) -> None:
    def answer(asked: Any) -> Reply:
        return say(f"to {asked.last}", pace=0.001)

    with OpenAiServer(answer) as server:
        model_registry = [services.model_registry.chat_model(server.model) for _ in range(4)]
        turns: dict[int, str] = {}

        def run(number: int) -> None:
            model_registry[number].ready()
            asked = ModelRequest((Message("user", str(number)),))
            turns[number] = model_registry[number].stream(asked, lambda *_: None, lambda: False).content

        threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert turns == {number: f"to {number}" for number in range(4)}


def test_a_server_that_was_away_is_found_again(services: Services) -> None:
    server = OpenAiServer(in_order(say("one"), say("two")))
    name, port = server.model, server.port
    with server:
        chat_model = services.model_registry.chat_model(name)
        chat_model.ready()
        assert ask(chat_model)[0].content == "one"
    assert code_of(chat_model.ready) == "remote.unreachable"
    turn, _ = ask(chat_model)
    assert (turn.finish_reason, turn.error and turn.error.code) == ("error", "remote.unreachable")
    assert code_of(lambda: chat_model.measure(ASK)) == "remote.unreachable"
    with OpenAiServer(in_order(say("again")), port=port):
        assert ask(chat_model)[0].content == "again"


def test_a_longer_context_counts_from_the_next_run_on(services: Services) -> None:
    with OpenAiServer(kind="llama-server", context=4096) as server:
        chat_model = services.model_registry.chat_model(server.model)
        assert chat_model.ready() == 4096
        server.context = 16384
        assert services.model_registry.chat_model(server.model).ready() == 16384


def test_the_settings_stand_behind_what_a_run_asks_for(services: Services) -> None:
    services.settings.change(sampling=Sampling(temperature=0.3, top_p=0.5))
    with OpenAiServer() as server:
        chat_model = services.model_registry.chat_model(server.model)
        chat_model.stream(
            ModelRequest(ASK.messages, sampling=Sampling(top_p=0.9)), lambda *_: None, lambda: False
        )
        assert (server.asked[0].body["temperature"], server.asked[0].body["top_p"]) == (0.3, 0.9)


def test_what_is_no_name_is_refused_before_anybody_is_asked(services: Services) -> None:
    assert code_of(lambda: services.model_registry.chat_model("openai:x")) == "remote.bad_name"
    assert code_of(lambda: services.model_registry.chat_model("openai:ftp://x/v1#m")) == "remote.bad_url"


def test_closing_ends_a_turn_and_a_look_at_a_server_under_way(services: Services) -> None:
    with OpenAiServer(in_order(say("never", delay=600.0))) as server:
        chat_model = services.model_registry.chat_model(server.model)
        chat_model.ready()
        turns: list[ModelResponse] = []
        thread = threading.Thread(target=lambda: turns.append(ask(chat_model)[0]))
        thread.start()
        while not server.asked:
            time.sleep(0.005)
        services.model_registry.close()
        thread.join()
        assert turns[0].finish_reason in ("cancelled", "error")
        assert code_of(chat_model.ready) == "engine.no_model"
        assert code_of(lambda: services.model_registry.chat_model(server.model)) == "engine.no_model"
