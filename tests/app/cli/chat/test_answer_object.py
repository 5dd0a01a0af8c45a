"""The object of `coterie chat --json`: the contract's keys, and more only where there is something to say."""

from typing import Any

import pytest

from app.cli.chat.chatting import answer_object
from app.cli.output import Output
from app.store.records import Message
from engine.errors import ErrorInfo
from engine.values import Timings, Usage

COUNTS = {"prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"}
TIMES = {"load_s", "ttft_s", "prefill_tps", "decode_tps"}


def shown(usage: Usage, timings: Timings) -> dict[str, Any]:
    message = Message(2, 1, 1, "assistant", "Hi", "", "done", 0.0, usage=usage, timings=timings)
    return answer_object(message, Output(json=True))


@pytest.mark.parametrize(
    "timings", [Timings(), Timings(0.1, 0.2, 9.0, 9.0, 0.0, 0.2, 0.1, 0.3, 0.01, 1.0)], ids=["none", "all"]
)
def test_an_answer_has_the_contracts_keys_also_where_they_are_0(timings: Timings) -> None:
    found = shown(Usage(drafted_tokens=2), timings)
    assert set(found["usage"]) == COUNTS and set(found["timings"]) == TIMES


def test_drafts_that_came_true_and_what_was_read_again_are_told_where_there_were_some() -> None:
    found = shown(Usage(400, 0, 5, 0, 4, 3, ErrorInfo("reuse.tools", {"tokens": 300})), Timings())
    assert found["usage"].keys() - COUNTS == {"drafted_tokens", "accepted_tokens", "reread"}
    assert found["usage"]["reread"]["code"] == "reuse.tools" and "300" in found["usage"]["reread"]["message"]
