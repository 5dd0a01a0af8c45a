"""What an answer tells of its prompt."""

from typing import cast

from engine.api import Delta, GenerateRequest, PrefillProgress, ToolCalled
from engine.local.generation.generation import Generation
from engine.local.model.session import Session
from engine.values import Message


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
