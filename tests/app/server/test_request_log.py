"""The requests that a person sees while the server is on, and how one of them is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.server.http.request_log import MOST_STRANGERS, LoggedRequest, RequestLog
from app.server.options import ServerOptions
from app.server.refusal import stopped_here
from app.store.records import KeyTokens
from engine.api import Delta, Finished, PrefillProgress
from engine.values import Timings, Usage
from tests.support.servers.served import Served, read_until, request_head
from tests.support.waiting import wait_until

MESSAGES = [{"role": "user", "content": "a secret"}]
PATHS = {
    "openai": ("/v1/chat/completions", {"messages": MESSAGES}),
    "responses": ("/v1/responses", {"input": "a secret"}),
    "anthropic": ("/v1/messages", {"messages": MESSAGES, "max_tokens": 10}),
    "ollama": ("/api/chat", {"messages": MESSAGES, "model": "starter"}),
}


@pytest.fixture(scope="module")
def one_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("logged"), ServerOptions(port=0))
    yield served
    served.close()


@pytest.fixture
def logged(one_log: Served) -> Served:
    one_log.reset()
    return one_log


def newest(served: Served) -> LoggedRequest:
    return served.server.requests[0]


def told_of(served: Served, path: str, body: Any = None, **asked: Any) -> LoggedRequest:
    """What is told of a request that has ended."""
    before = {each.id for each in served.server.requests}
    served.ask(path, body, **asked)
    wait_until(lambda: any(not each.goes_on and each.id not in before for each in served.server.requests))
    return newest(served)


def begun(served: Served) -> LoggedRequest:
    """The request that goes on, once the engine has it."""
    wait_until(lambda: bool(served.engine.requests) and served.server.requests[0].goes_on)
    return newest(served)


def test_an_answer_is_told_with_its_key_client_model_and_tokens_and_without_text(logged: Served) -> None:
    for protocol, (path, body) in PATHS.items():
        told = told_of(logged, path, {**body, "stream": False}, user_agent="agent/1")
        assert (told.key, told.client, told.model, told.status) == ("tests", "agent/1", "starter", 200)
        assert told.protocol == {"responses": "openai"}.get(protocol, protocol)
        assert told.prompt_tokens > 0 and told.completion_tokens > 0 and told.seconds >= 0
    assert "a secret" not in repr(logged.server.requests)


def test_looks_are_not_told_and_refusals_are(logged: Served) -> None:
    for path in ("/v1/models", "/api/tags", "/health", "/"):
        assert logged.ask(path).status == 200
    told = told_of(logged, "/v1/models", key="wrong")
    assert (told.status, told.code, told.key) == (401, "invalid_api_key", "")
    told = told_of(logged, "/v1/models", origin="https://notes.example")
    assert (told.status, told.code, told.origin) == (403, "origin_not_allowed", "https://notes.example")
    told = told_of(logged, "/v1/chat/completions", {"messages": MESSAGES, "model": "nowhere"})
    assert (told.status, told.code, told.model) == (404, "model_not_found", "")
    assert not [each for each in logged.server.requests if each.status == 200 and not each.model]


def test_what_a_header_says_is_cut(logged: Served) -> None:
    assert told_of(logged, "/v1/models", key="", user_agent="x" * 5000).client == "x" * 79 + "…"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("protocol", sorted(PATHS))
def test_a_request_is_stopped_in_the_form_of_its_protocol(
    logged: Served, protocol: str, stream: bool
) -> None:
    logged.engine.answer = lambda _: (f"{number} " for number in range(10**6))  # type: ignore[assignment,return-value]
    logged.engine.pace = 0.001
    path, body = PATHS[protocol]
    data = json.dumps({**body, "stream": stream}).encode()
    with logged.raw() as opened:
        opened.sendall(request_head(logged, len(data), target=path) + data)
        goes_on = begun(logged)
        if stream:
            read_until(opened, b"3 ")
            wait_until(lambda: newest(logged).stage == "writing")
        logged.server.stop_request(goes_on.id)
        said = read_until(opened, b"stopped on this computer")
        assert stream or said.startswith(b"HTTP/1.1 403")
    wait_until(lambda: not logged.services.models.is_answering and not newest(logged).goes_on)
    assert (newest(logged).status, newest(logged).code) == (403, "request_stopped")
    assert logged.engine.requests[0].id in logged.engine.aborted
    logged.server.stop_request(goes_on.id)  # it has ended: nothing happens
    logged.reset()
    assert logged.chat().status == 200


def test_a_request_that_waits_for_its_turn_is_stopped(logged: Served) -> None:
    logged.engine.hold.set()
    with ThreadPoolExecutor(9) as threads:
        asked = [threads.submit(logged.chat) for _ in range(9)]
        wait_until(lambda: len([each for each in logged.server.requests if each.stage == "reading"]) == 8)
        wait_until(lambda: logged.server.state.waiting == 1)
        (waits,) = [each for each in logged.server.requests if each.stage == "waiting"]
        logged.server.stop_request(waits.id)
        wait_until(lambda: logged.server.state.waiting == 0)  # its place in the queue is free at once
        assert logged.server.state.running == 8
        for each in logged.server.requests:
            if each.goes_on:
                logged.server.stop_request(each.id)
        assert {each.result().status for each in asked} == {403}
    logged.engine.hold.clear()
    wait_until(lambda: not logged.services.models.is_answering)


def test_a_count_that_the_model_keeps_waiting_is_stopped(
    logged: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged.engine, "measure", lambda *_: None)  # it never answers
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(logged.ask, "/v1/messages/count_tokens", {"messages": MESSAGES})
        wait_until(lambda: newest(logged).goes_on)
        logged.server.stop_request(newest(logged).id)
        reply = asked.result()
    assert (reply.status, reply.error["type"]) == (403, "permission_error")


def test_tokens_are_counted_for_a_key_also_of_an_answer_that_nobody_waits_for(logged: Served) -> None:
    key = logged.add_key("counted", ("ask",))
    told = told_of(logged, *PATHS["openai"], key=key)
    first = KeyTokens(told.prompt_tokens, told.cached_tokens, told.completion_tokens)
    assert first.read and first.written
    wait_until(lambda: "counted" in logged.server.keys.tokens())
    assert logged.server.keys.tokens()["counted"][1] == first
    logged.engine.answer = lambda _: (f"{number} " for number in range(10**6))  # type: ignore[assignment,return-value]
    logged.engine.pace = 0.001
    data = json.dumps({**PATHS["openai"][1], "stream": True}).encode()
    with logged.raw() as opened:
        opened.sendall(request_head(logged, len(data)).replace(logged.key.encode(), key.encode()) + data)
        read_until(opened, b"3 ")
    wait_until(lambda: logged.server.keys.tokens()["counted"][1].written > first.written)
    assert newest(logged).status == 499
    logged.server.keys.revoke("counted")
    assert "counted" not in logged.server.keys.tokens()


def test_tokens_are_written_before_the_server_has_stopped(tmp_path: Path) -> None:
    served = Served(tmp_path, ServerOptions(port=0))
    assert served.chat().status == 200
    served.server.stop()
    assert served.server.keys.tokens()["tests"][1].written > 0
    served.close()


def test_a_key_without_the_right_to_ask_is_refused_and_may_look(logged: Served) -> None:
    key = logged.add_key("puller", ("download",))
    for path, body in PATHS.values():
        assert logged.ask(path, body, key=key).status == 403
    assert logged.ask("/v1/embeddings", {"input": "x"}, key=key).error["code"] == "no_right_to_ask"
    assert logged.ask("/v1/messages/count_tokens", PATHS["anthropic"][1], key=key).status == 403
    assert logged.ask("/v1/models", key=key).status == 200
    assert not logged.engine.requests
    logged.server.keys.revoke("puller")


def test_the_log_has_so_many_requests_and_those_that_go_on() -> None:
    log = RequestLog(lambda key, usage, model, timings: None, most=3)
    going = log.begin("openai", {})
    going.stage = "waiting"
    for number in range(5):
        call = log.begin("openai", {"user-agent": f"{number}\x1b\xe9"})
        call.model, call.status = "starter", 200
        log.end(call)
    assert [each.client for each in log.requests] == ["", "4", "3", "2"]
    assert [each.goes_on for each in log.requests] == [True, False, False, False]
    log.stop(going.id, stopped_here())  # it can't be ended yet


def test_whoever_is_refused_again_and_again_pushes_nobody_out() -> None:
    log = RequestLog(lambda key, usage, model, timings: None)
    answered = log.begin("openai", {})
    answered.model, answered.status = "starter", 200
    log.end(answered)
    for _ in range(500):
        refused = log.begin("openai", {"origin": "https://notes.example"})
        refused.status = 403
        log.end(refused)
    assert len(log.requests) == 1 + MOST_STRANGERS and log.requests[-1].id == answered.id


def test_the_stages_of_a_call() -> None:
    log = RequestLog(lambda key, usage, model, timings: None)
    call: Any = log.begin("openai", {})
    call.model, call.stage = "starter", "waiting"
    call.take(PrefillProgress(0, 1, 2, 0))
    assert log.requests[0].stage == "reading"
    call.take(Finished(0, "stop", Usage(10, 4, 3), Timings()))
    call.take(Finished(1, "stop", Usage(10, 9, 5), Timings()))
    (told,) = log.requests
    assert (told.prompt_tokens, told.cached_tokens, told.completion_tokens) == (20, 13, 8)
    log.end(call)
    call.take(Delta(0, "content", "what the engine had begun"))
    call.take(Finished(2, "cancelled", Usage(1, 0, 1), Timings()))
    (told,) = log.requests
    assert (told.stage, told.prompt_tokens) == ("ended", 21)
