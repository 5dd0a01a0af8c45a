"""What an answer tells of its prompt, where a thought ends, and what a slice of an answer that is scored takes."""

from typing import cast

import pytest

from engine.api import Delta, GenerateRequest, PrefillProgress, ToolCalled
from engine.local.generation.generation import Generation
from engine.local.generation.scoring import Scoring
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


def test_a_slice_takes_no_more_logits_than_a_step_has() -> None:
    made = Scoring.__new__(Scoring)
    made.tokens, made._answer, made._scored = list(range(99)), list(range(60)), 0
    assert made.rows(0, 512, 10) == (49, 10), "the prompt, and ten places of the answer"
    made._scored = 10
    assert made.rows(49, 512, 10) == (10, 10)
    made._scored = 55
    assert made.rows(94, 5, 10) == (5, 5)
    assert made.rows(0, 30, 10) == (30, 0), "what was lost while it waited is computed without logits"
