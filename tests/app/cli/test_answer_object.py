"""The object of `coterie chat --json`: the contract's keys, and more only where there is something to say."""

from typing import Any

import pytest

from app.cli.chat import answer_object
from app.cli.output import Output
from app.store.records import Message
from engine.api import Timings, Usage

COUNTS = {"prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"}
TIMES = {"load_s", "ttft_s", "prefill_tps", "decode_tps"}


def shown(usage: Usage, timings: Timings) -> dict[str, Any]:
    message = Message(2, 1, 1, "assistant", "Hi", "", "done", 0.0, usage=usage, timings=timings)
    return answer_object(message, Output(json=True))


@pytest.mark.parametrize(
    "timings",
    [Timings(), Timings(0.1, 0.2, 9.0, 9.0, 0.0, 0.001, 0.1, 0.3, 0.01, 1.0)],
    ids=["none", "alone"],
)
def test_an_answer_alone_has_the_contracts_keys_also_where_they_are_0(timings: Timings) -> None:
    found = shown(Usage(), timings)
    assert set(found["usage"]) == COUNTS and set(found["timings"]) == TIMES


def test_drafts_and_waiting_are_told_where_there_were_some() -> None:
    found = shown(Usage(10, 0, 5, 0, 4, 0), Timings(queue_s=1.5, batch=2.5))
    assert found["usage"].keys() - COUNTS == {"drafted_tokens", "accepted_tokens"}
    assert found["timings"].keys() - TIMES == {"queue_s", "batch"}
