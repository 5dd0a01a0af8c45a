"""Models elsewhere behind runs, over the services and a real server on loopback."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.chat_model import Ask, Brain, Turn
from app.services.services import Services, open_services
from engine.api import Listener
from engine.errors import UserError
from engine.values import Message, Sampling
from tests.support.listening import Listening
from tests.support.openai_script import Reply, call, in_order, say
from tests.support.openai_server import OpenAiServer
from tests.support.scripted_engine import ScriptedEngine

ASK = Ask((Message("user", "Hello"),))


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    def engine(listener: Listener) -> ScriptedEngine:
        return ScriptedEngine(listener, answer=lambda _: ("From", " here"))

    opened = open_services(coterie_home, make_engine=engine)
    yield opened
    opened.close()


def ask(brain: Brain, cancelled: Callable[[], bool] = lambda: False) -> tuple[Turn, list[str]]:
    told: list[str] = []
    turn = brain.turn(ASK, lambda channel, text: told.append(f"{channel}: {text}"), cancelled)
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
        brain = services.brains.brain(server.model)
        assert (brain.name, brain.ready()) == (server.model, 4000)
        answer = services.conversations.send(services.conversations.create().id, "Hi")
        turn, text = ask(brain)
        assert told.finished(answer.id).content == "From here"
        assert (turn.reasoning, turn.content, turn.error) == ("hm", "Hello there", None)
        assert [(c.name, c.arguments) for c in turn.tool_calls] == [("look", {"at": 1})]
        assert "".join(text).startswith("reasoning: hm") and turn.usage.prompt_tokens > 0
        assert brain.measure(ASK, ("12345678",)).texts == (2,)
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
    assert services.brains.brain(f"openai:http://{host}/v1#m").remote is leaves


def test_a_turn_ends_within_200_ms_when_it_is_cancelled(services: Services) -> None:
    with OpenAiServer(in_order(Reply("word " * 1000, pace=0.01), say("later", delay=30.0))) as server:
        brain = services.brains.brain(server.model)
        brain.ready()
        for _ in range(2):  # while it writes, and before the first word
            asked = len(server.asked)
            times: list[float] = []

            def cancelled(asked: int = asked, times: list[float] = times) -> bool:
                if len(server.asked) > asked and not times:
                    times.append(time.monotonic())
                return bool(times)

            turn, _ = ask(brain, cancelled)
            assert time.monotonic() - times[0] < 0.2
            assert turn.finish_reason == "cancelled"


def test_runs_of_one_model_share_a_connection_to_it_and_keep_their_own_answers(services: Services) -> None:
    def answer(asked: Any) -> Reply:
        return say(f"to {asked.last}", pace=0.001)

    with OpenAiServer(answer) as server:
        brains = [services.brains.brain(server.model) for _ in range(4)]
        turns: dict[int, str] = {}

        def run(number: int) -> None:
            brains[number].ready()
            asked = Ask((Message("user", str(number)),))
            turns[number] = brains[number].turn(asked, lambda *_: None, lambda: False).content

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
        brain = services.brains.brain(name)
        brain.ready()
        assert ask(brain)[0].content == "one"
    assert code_of(brain.ready) == "remote.unreachable"
    turn, _ = ask(brain)
    assert (turn.finish_reason, turn.error and turn.error.code) == ("error", "remote.unreachable")
    assert code_of(lambda: brain.measure(ASK)) == "remote.unreachable"
    with OpenAiServer(in_order(say("again")), port=port):
        assert ask(brain)[0].content == "again"


def test_a_longer_context_counts_from_the_next_run_on(services: Services) -> None:
    with OpenAiServer(kind="llama-server", context=4096) as server:
        brain = services.brains.brain(server.model)
        assert brain.ready() == 4096
        server.context = 16384
        assert services.brains.brain(server.model).ready() == 16384


def test_the_settings_stand_behind_what_a_run_asks_for(services: Services) -> None:
    services.settings.change(sampling=Sampling(temperature=0.3, top_p=0.5))
    with OpenAiServer() as server:
        brain = services.brains.brain(server.model)
        brain.turn(Ask(ASK.messages, sampling=Sampling(top_p=0.9)), lambda *_: None, lambda: False)
        assert (server.asked[0].body["temperature"], server.asked[0].body["top_p"]) == (0.3, 0.9)


def test_what_is_no_name_is_refused_before_anybody_is_asked(services: Services) -> None:
    assert code_of(lambda: services.brains.brain("openai:x")) == "remote.bad_name"
    assert code_of(lambda: services.brains.brain("openai:ftp://x/v1#m")) == "remote.bad_url"


def test_closing_ends_a_turn_and_a_look_at_a_server_under_way(services: Services) -> None:
    with OpenAiServer(in_order(say("never", delay=30.0))) as server:
        brain = services.brains.brain(server.model)
        brain.ready()
        turns: list[Turn] = []
        thread = threading.Thread(target=lambda: turns.append(ask(brain)[0]))
        thread.start()
        while not server.asked:
            time.sleep(0.005)
        started = time.monotonic()
        services.brains.close()
        thread.join()
        assert time.monotonic() - started < 2.0 and turns[0].finish_reason in ("cancelled", "error")
        assert code_of(brain.ready) == "engine.no_model"
        assert code_of(lambda: services.brains.brain(server.model)) == "engine.no_model"
