"""Questions of a run are answered one at a time, each with its own answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from agents.permissions.values import ApprovalRequest, Decision
from app.services.runs.asking import Asker


def request(call: str) -> ApprovalRequest:
    return ApprovalRequest(1, call, "shell", "shell", "true")


def test_two_that_ask_at_once_each_get_their_own_answer() -> None:
    asked = threading.Semaphore(0)
    asker = Asker(lambda question: asked.release() if question else None)
    with ThreadPoolExecutor(2) as pool:
        answers = {call: pool.submit(asker.ask, request(call)) for call in ("c1", "c2")}
        for _ in answers:
            assert asked.acquire(timeout=300)
            assert asker.pending is not None
            asker.decide(asker.pending.call, Decision(True, message=asker.pending.call))
        decisions = {call: answer.result(30) for call, answer in answers.items()}
    assert {call: decision.message for call, decision in decisions.items() if decision} == {
        "c1": "c1",
        "c2": "c2",
    }


def test_the_end_wakes_all_who_ask() -> None:
    asked = threading.Event()
    asker = Asker(lambda question: asked.set())
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(asker.ask, request(call)) for call in ("c1", "c2")]
        assert asked.wait(30)
        asker.end()
        assert [answer.result(30) for answer in answers] == [None, None]
    assert asker.ask(request("c3")) is None
