"""What an answer tells of its prompt, and where a thought ends."""

from typing import cast

import pytest

from engine.api import Delta, GenerateRequest, PrefillProgress, ToolCalled
from engine.local.generation.generation import Generation
from engine.local.model.session import Session
from engine.values import Message
from tests.engine.formats import templates
from tests.engine.local.generation.test_next_message import written


def test_what_was_lost_while_an_answer_waited_is_not_told_as_cached() -> None:
    told: list[PrefillProgress | Delta | ToolCalled] = []
    request = GenerateRequest(1, (Message("user", "Hi"),))
    generation = Generation(cast("Session", None), request, told.append, 0.0)
    generation.prompt_length = 100
    generation.start(60, None, 1.0)
    generation.emit_progress(80)
    generation.start(20, None, 2.0)  # it had to wait, and its memory could not be kept
    generation.emit_progress(100)
    progress = [(each.cached, each.done) for each in told if isinstance(each, PrefillProgress)]
    assert progress == [(60, 60), (60, 80), (20, 20), (20, 100)]


@pytest.mark.model
def test_a_thought_of_a_model_that_may_reason_is_read() -> None:
    thought, content, *_ = written("<think>Hm.</think>Hello.<|im_end|>", templates.STRIPPED, reasoning="auto")
    assert (thought, content) == ("Hm.", "Hello.")
