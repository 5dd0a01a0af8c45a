"""The message that a model proposes for a commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from agents.api import Measured, ModelRequest, ModelResponse, OnText
from app.services.runs.review.message import proposed_message, tidied
from engine.errors import ErrorInfo, UserError


class Model:
    """A model of 3,000 tokens of one byte each."""

    name, remote = "m", False

    def __init__(self, answer: str = "Fix it", error: ErrorInfo | None = None) -> None:
        self.answer, self.error = answer, error
        self.asked = ModelRequest(())

    def ready(self) -> int:
        return 3000

    def measure(self, ask: ModelRequest, texts: Sequence[str] = ()) -> Measured:
        return Measured(sum(len(message.content.encode()) for message in ask.messages))

    def stream(self, ask: ModelRequest, on_text: OnText, cancelled: Callable[[], bool]) -> ModelResponse:
        self.asked = ask
        return ModelResponse(self.answer, error=self.error)


def test_a_diff_that_is_too_long_is_cut_to_what_fits() -> None:
    model = Model()
    assert proposed_message(model, "the task", "+x\n" * 10_000, ["earlier"]) == "Fix it"
    assert model.measure(model.asked).prompt <= 3000 and "[...]" in model.asked.messages[1].content
    assert "earlier" in model.asked.messages[1].content and "the task" in model.asked.messages[1].content


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("Fix it\n", "Fix it"),
        ("```\nFix it\n\nBecause.\n```", "Fix it\n\nBecause."),
        ('"Fix it"', "Fix it"),
        ("Commit message: Fix it\nBecause.", "Fix it\n\nBecause."),
        ('Say "no" to "yes"', 'Say "no" to "yes"'),
        ("", ""),
        ("+\n+\n+\n", ""),
        ("Fix it" + "\nagain" * 50, "Fix it\n\nagain"),
    ],
)
def test_what_models_put_around_a_message_goes(written: str, message: str) -> None:
    assert tidied(written) == message


def test_a_model_that_writes_no_words_is_told_of() -> None:
    with pytest.raises(UserError) as raised:
        proposed_message(Model("+\n+\n"), "t", "d", [])
    assert raised.value.code == "commit.unproposed"


def test_what_goes_wrong_in_the_turn_is_raised() -> None:
    with pytest.raises(UserError):
        proposed_message(Model(error=ErrorInfo("engine.no_model")), "t", "d", [])
