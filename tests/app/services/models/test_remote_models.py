"""A model elsewhere as the one in use: chats ask it as they ask one of this machine."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.connections.remote_server_file import ModelServer
from app.services.models.turns import take_measure
from app.services.services import Services, open_services
from engine.api import GenerateRequest, Listener
from engine.errors import UserError
from engine.values import Message
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.servers.openai_script import Reply, in_order, say
from tests.support.servers.openai_server import OpenAiServer

LOCAL = "/m/one.gguf"
Make = Callable[[], Services]


@pytest.fixture
def engines() -> list[ScriptedEngine]:
    return []


@pytest.fixture
def make(coterie_home: Path, engines: list[ScriptedEngine]) -> Iterator[Make]:
    opened: list[Services] = []

    def engine(listener: Listener) -> ScriptedEngine:
        engines.append(ScriptedEngine(listener, answer=lambda _: ("From", " here")))
        return engines[-1]

    def made() -> Services:
        opened.append(open_services(coterie_home, make_engine=engine))
        return opened[-1]

    yield made
    for services in opened:
        services.close()


def chat(services: Services, told: Listening, text: str = "Hi") -> Any:
    return told.finished(services.asking.send(services.conversations.create().id, text).id)


def in_use(services: Services) -> str:
    """The model, once it is ready."""
    until = time.monotonic() + 60
    while services.models.state.state != "ready":
        assert time.monotonic() < until
        time.sleep(0.005)
    return services.models.state.path


def test_a_chat_is_answered_elsewhere_and_its_answer_says_where(make: Make) -> None:
    services = make()
    told = Listening(services)
    reply = Reply("From there", reasoning="hm")
    with OpenAiServer(in_order(reply), kind="vllm", context=4000) as server:
        services.settings.change(context=1024)
        services.models.use(server.model)
        ready = told.model("ready")
        assert (ready.name, ready.path) == (f"scripted · 127.0.0.1:{server.port}", server.model)
        assert ready.facts is not None and ready.facts.remote and ready.facts.plan is None
        assert ready.facts.context == 4000, "the settings' context is one for this machine's memory"
        answer = chat(services, told)
        assert (answer.content, answer.reasoning, answer.state) == ("From there", "hm", "done")
        assert answer.model == server.model and answer.usage.prompt_tokens > 0
        assert services.settings.current.model == server.model
        assert services.models.recent() == [server.model]
    services.close()
    again = make()
    again.models.ensure()
    assert Listening(again) and again.models.state.path == server.model, "kept over the end of the program"


def test_a_request_goes_to_the_model_it_was_asked_of(make: Make, engines: list[ScriptedEngine]) -> None:
    services = make()
    told = Listening(services)
    with OpenAiServer(in_order(say("there " * 50, pace=0.01), say("there"))) as server:
        services.models.use(server.model)
        told.model("ready")
        cut = services.asking.send(services.conversations.create().id, "Hi")
        told.some_text(cut.id)
        services.models.use(LOCAL)
        stopped = told.finished(cut.id)
        assert stopped.state == "stopped" and stopped.content.startswith("there")
        assert in_use(services) == LOCAL
        assert chat(services, told).content == "From here"
        assert len(server.asked) == 1
        services.models.use(server.model)
        assert in_use(services) == server.model
        assert engines[0].state == "empty", "no memory is held for a model that nobody asks"
        assert chat(services, told).content == "there"
        assert len(engines[0].requests) == 1


def test_a_server_that_is_away_is_told_and_tried_again_with_the_next_message(make: Make) -> None:
    services = make()
    told = Listening(services)
    with OpenAiServer() as server:
        name, port = server.model, server.port
    services.models.use(name)
    failed = told.model("empty")
    assert failed.error is not None and failed.error.code == "remote.unreachable"
    assert failed.path == name
    answer = chat(services, told)
    assert answer.state == "failed" and answer.error.code == "remote.unreachable"
    with OpenAiServer(in_order(say("Back again")), port=port):
        assert chat(services, told).content == "Back again"


def test_a_key_that_is_given_afterwards_counts_at_once(make: Make) -> None:
    services = make()
    told = Listening(services)
    with OpenAiServer(key="right") as server:
        services.models.use(server.model)
        assert told.model("empty").error.code == "remote.key_refused"
        kept = services.remote_servers.save(ModelServer(server.url), "wrong")
        assert told.model("empty").error.code == "remote.key_refused"
        services.remote_servers.save(kept, "right", instead_of=kept.url)
        told.model("ready")
        assert chat(services, told).content == "Done."
        services.remote_servers.save(kept, "wrong", instead_of=kept.url)
        assert services.models.state.state == "ready", "an answer under way is not ended for it"
        assert chat(services, told).error.code == "remote.key_refused"


def test_a_dropped_answer_keeps_its_text_and_the_model_stays_in_use(make: Make) -> None:
    services = make()
    told = Listening(services)
    with OpenAiServer(in_order(Reply("Half an answer", fault="drop", after=8))) as server:
        services.models.use(server.model)
        told.model("ready")
        answer = chat(services, told)
        assert answer.content == "Half an " and answer.error.code == "remote.interrupted"
        assert services.models.state.state == "ready"
        assert chat(services, told).content == "Done."


def test_a_prompt_is_measured_by_the_one_in_use(make: Make) -> None:
    services = make()
    told = Listening(services)
    with OpenAiServer(kind="llama-server") as server:
        services.models.use(server.model)
        told.model("ready")
        measured = take_measure(
            services.models, GenerateRequest(2**50, (Message("user", "Hello"),)), ["12345678"]
        )
        assert measured.exact and measured.texts == (2,) and measured.prompt > 4


def test_what_is_no_name_is_told_as_any_model_that_cannot_be_used(make: Make) -> None:
    services = make()
    for name, code in (("openai:x", "remote.bad_name"), ("openai:ftp://x/v1#m", "remote.bad_url")):
        services.models.use(name)
        state = services.models.state
        assert state.state == "empty" and state.error is not None and state.error.code == code
        with pytest.raises(UserError):
            services.models.resolved(name)
    assert services.settings.current.model == "starter"


def test_a_run_without_a_name_is_given_the_model_elsewhere_that_is_in_use(make: Make) -> None:
    services = make()
    with OpenAiServer() as server:
        services.models.use(server.model)
        assert services.model_registry.chat_model().name == server.model


def test_a_server_that_failed_is_in_trouble_until_it_answers(make: Make) -> None:
    services = make()
    told = Listening(services)
    broken = Reply("Half of it", fault="stream_error", after=4)
    with OpenAiServer(in_order(broken, say("Back"))) as server:
        services.models.use(server.model)
        assert told.model("ready").trouble is None
        assert chat(services, told).error is not None
        state = services.models.state
        assert state.state == "ready" and state.trouble is not None
        assert state.trouble.code == "remote.failed"
        assert chat(services, told).content == "Back"
        assert services.models.state.trouble is None
