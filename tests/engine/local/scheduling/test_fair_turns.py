"""Slots of the real starter model between a person and several clients."""

import pytest

from engine.local.scheduling import admission
from tests.engine.local.scheduling.conftest import Stepping
from tests.support.engines.recorder import ask

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def no_turn_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has had a slot for long, however slow the machine is."""
    monkeypatch.setattr(admission, "TURN_S", 1e9)


def test_a_clients_first_does_not_wait_for_another_clients_many(stepping: Stepping) -> None:
    places = len(stepping.session.sequences)
    stepping.ask(*(ask(id, f"Say {id}.", max_tokens=20, client="a") for id in range(places + 4)))
    stepping.step()
    assert stepping.running == list(range(places))
    stepping.ask(ask(50, "Say 50.", max_tokens=4, client="b"))
    stepping.step()
    assert stepping.running == [*range(1, places), 50], "in the place of one of them, at once"
    stepping.ask(ask(51, "Say 51.", max_tokens=20, client="c"), ask(52, "Say 52.", max_tokens=20, client="b"))
    stepping.step()
    assert 51 in stepping.running and 52 not in stepping.running


def test_an_answer_of_the_person_takes_the_place_of_a_clients_at_once_and_never_the_other_way(
    stepping: Stepping,
) -> None:
    places = len(stepping.session.sequences)
    stepping.ask(*(ask(id, f"Say {id}.", max_tokens=4, client="a") for id in range(places)))
    stepping.step()
    stepping.ask(ask(50, "Say 50.", max_tokens=4))
    stepping.step()
    assert stepping.running == [*range(1, places), 50]
    stepping.ask(ask(51, "Say 51.", max_tokens=4, client="b"))
    stepping.step()
    assert 50 in stepping.running


def test_of_several_clients_the_one_with_the_most_places_gives_one_up(stepping: Stepping) -> None:
    places = len(stepping.session.sequences)
    stepping.ask(ask(0, "Say 0.", max_tokens=4, client="a"))
    stepping.ask(*(ask(id, f"Say {id}.", max_tokens=4, client="b") for id in range(1, places)))
    stepping.step()
    stepping.ask(ask(50, "Say 50.", max_tokens=4))
    stepping.step()
    assert stepping.running == [0, *range(2, places), 50]


def test_prompts_of_clients_wait_for_those_that_come_with_them_and_a_persons_never(
    stepping: Stepping,
) -> None:
    places = len(stepping.session.sequences)
    assert not stepping.scheduler.gathers
    stepping.ask(ask(1, "Say 1.", max_tokens=4, client="a"))
    assert stepping.scheduler.gathers
    stepping.ask(*(ask(id, f"Say {id}.", max_tokens=4, client="a") for id in range(2, places + 1)))
    assert not stepping.scheduler.gathers, "more would not find a place"
    stepping.step()
    stepping.ask(ask(20, "Say 20.", max_tokens=4, client="b"))
    assert not stepping.scheduler.gathers, "others are answered"
    stepping.finish()
    stepping.ask(ask(30, "Say 30.", max_tokens=4, client="a"), ask(31, "Say 31.", max_tokens=4))
    assert not stepping.scheduler.gathers
