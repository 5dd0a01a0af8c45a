"""How many steps an answer that nobody wants any more still takes of the real starter model."""

import pytest

from engine.api import Delta, PrefillProgress
from engine.local import native
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from tests.engine.local.scheduling.conftest import Stepping, open_starter
from tests.support.engines.recorder import ask

pytestmark = pytest.mark.model

LONG = "The harbour lies between two hills, and the boats leave before the sun is up. " * 12


def read(stepping: Stepping, id: int) -> int:
    return max(event.done for event in stepping.told if isinstance(event, PrefillProgress) and event.id == id)


def text(stepping: Stepping, id: int) -> str:
    return "".join(event.text for event in stepping.told if isinstance(event, Delta) and event.id == id)


def test_an_abort_while_a_prompt_is_read_breaks_off_the_step_under_way(stepping: Stepping) -> None:
    stepping.ask(ask(1, LONG, max_tokens=4))
    stepping.step()
    before = read(stepping, 1)
    assert 0 < before < 150
    stepping.cancellation.victim = 1
    stepping.step()
    assert read(stepping, 1) == before, "nothing of that step is kept, and nothing more is computed"
    stepping.step()
    assert [(end.id, end.reason) for end in stepping.ended] == [(1, "cancelled")]
    assert stepping.scheduler.is_idle and read(stepping, 1) == before


def test_an_abort_while_an_answer_is_written_breaks_off_the_step_under_way(stepping: Stepping) -> None:
    stepping.ask(ask(1, "Tell me a story.", max_tokens=40))
    while len(text(stepping, 1)) < 8:
        stepping.step()
    written = text(stepping, 1)
    stepping.cancellation.victim = 1
    stepping.step()
    stepping.step()
    (end,) = stepping.ended
    assert end.reason == "cancelled" and stepping.scheduler.is_idle
    assert text(stepping, 1) == written


def test_an_answer_beside_an_aborted_one_goes_on_where_it_was(stepping: Stepping) -> None:
    stepping.ask(ask(1, "Count from one to twenty.", max_tokens=6))
    while not text(stepping, 1):
        stepping.step()
    stepping.ask(ask(2, LONG, max_tokens=4))
    while 2 not in stepping.running or not read(stepping, 2):
        stepping.step()
    stepping.cancellation.victim = 2
    stepping.finish()
    ends = {end.id: end for end in stepping.ended}
    assert (ends[2].reason, ends[2].usage.completion_tokens) == ("cancelled", 0)
    assert (ends[1].reason, ends[1].error, ends[1].usage.completion_tokens) == ("length", None, 6)


def test_an_abort_of_one_that_waits_ends_it_without_a_step(stepping: Stepping) -> None:
    places = len(stepping.session.sequences)
    stepping.ask(*(ask(id, f"Say {id}.", max_tokens=3) for id in range(places + 1)))
    stepping.step()
    stepping.cancellation.abort(places)
    stepping.step()
    assert [(end.id, end.reason) for end in stepping.ended] == [(places, "cancelled")]
    assert not any(isinstance(event, PrefillProgress) and event.id == places for event in stepping.told)


def test_what_was_prepared_with_a_model_that_has_gone_is_not_run_with_the_next(stepping: Stepping) -> None:
    """Its tokens are those of another vocabulary, and what it samples with is freed."""
    gone = open_starter(native.AbortFlag())
    request = ask(1, "Say hello.", max_tokens=3)
    generation = Generation(gone, request, stepping.told.append, 0.0)
    generation.prepare()
    gone.close()
    stepping.cancellation.opened(1)
    stepping.scheduler.submit(Prepared(request, generation, None, gone))
    assert [(end.id, end.reason, end.error) for end in stepping.ended] == [(1, "cancelled", None)]
    assert stepping.scheduler.is_idle
    stepping.ask(ask(2, "Say hello.", max_tokens=3))
    stepping.finish()
    assert (stepping.ended[1].error, stepping.ended[1].usage.completion_tokens) == (None, 3)
