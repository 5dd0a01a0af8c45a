"""Who gets a slot first."""

from typing import NamedTuple

from engine.api import GenerateRequest
from engine.local.scheduling.queue_order import Rank, Turns, Waiting, rank_of


class Asked(NamedTuple):
    """What the order looks at of an answer."""

    request: GenerateRequest
    is_background: bool = False


def asked(name: str, client: str = "", *, scored: bool = False) -> Asked:
    return Asked(GenerateRequest(0, (), conversation=name, client=client), scored)


def order(turns: Turns, waiting: list[Asked], running: list[Asked], front: str = "") -> list[str]:
    """The names of what waits, the first to get a slot first; `waiting` in order of arrival."""
    arrived = [Waiting(each, float(number)) for number, each in enumerate(waiting)]  # type: ignore[arg-type]
    return [
        each.generation.request.conversation
        for each in turns.order(arrived, running, front)  # type: ignore[arg-type]
    ]


def test_the_conversation_in_front_is_first_then_the_persons_others_then_clients_then_the_background() -> (
    None
):
    waiting = [asked("scored", scored=True), asked("api", "key"), asked("other"), asked("front")]
    assert order(Turns(), waiting, [], "front") == ["front", "other", "api", "scored"]
    assert order(Turns(), waiting, []) == ["other", "front", "api", "scored"]


def test_a_client_never_is_in_front_whatever_it_calls_its_conversation() -> None:
    assert rank_of(asked("front", "key"), "front") is Rank.CLIENT  # type: ignore[arg-type]


def test_twenty_answers_of_one_client_do_not_keep_the_first_of_another_from_its_turn() -> None:
    waiting = [*(asked(f"a{number}", "a") for number in range(20)), asked("b0", "b"), asked("b1", "b")]
    running = [asked("", "a")] * 4
    assert order(Turns(), waiting, running)[:3] == ["b0", "b1", "a0"]
    assert order(Turns(), waiting, [])[:5] == ["a0", "b0", "a1", "b1", "a2"]


def test_of_clients_with_as_many_answers_the_one_whose_turn_was_longest_ago_is_first() -> None:
    turns = Turns()
    turns.served(asked("", "b").request)
    turns.served(asked("", "a").request)
    waiting = [asked("a0", "a"), asked("b0", "b"), asked("c0", "c")]
    assert order(turns, waiting, []) == ["c0", "b0", "a0"]


def test_what_one_client_asks_is_answered_in_its_order() -> None:
    waiting = [asked(str(number), "a") for number in range(5)]
    assert order(Turns(), waiting, [asked("", "b")]) == list("01234")
