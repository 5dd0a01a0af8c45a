"""Whole runs in short contexts, with real tools and the starter's tokens; what the model says is scripted."""

from pathlib import Path

import pytest

from agents.api import ModelRequest, ModelResponse
from agents.budget import Budget
from agents.context.budget import shares
from agents.context.prompt_view import seen
from agents.events import ContextTrimmed, ModelTurn, RunResumed, ToolResult
from agents.tools.builtin import builtin_tools
from tests.support.agents.counting import StarterBrain
from tests.support.agents.runs import Bench, started
from tests.support.agents.scripted_brain import calls, says

pytestmark = pytest.mark.model


class FittingBrain(StarterBrain):
    """Refuses what does not fit, as a server does."""

    def stream(self, ask: ModelRequest, on_text: object, cancelled: object) -> ModelResponse:  # type: ignore[override]
        tokens = self.prompt(ask)
        assert tokens <= shares(self.context).room and tokens + ask.max_tokens <= self.context
        return super().stream(ask, on_text, cancelled)  # type: ignore[arg-type]


def bench(folder: Path, context: int, *turns: ModelResponse) -> Bench:
    made = Bench(folder, FittingBrain(context, turns), builtin_tools())  # type: ignore[arg-type]
    for number in range(20):
        lines = "".join(
            f"{number}.{line} all the words that a line of a report has\n" for line in range(4500)
        )
        (made.workspace / f"report {number}.txt").write_text(lines)
    return made


def reads(number: int, **more: object) -> ModelResponse:
    return calls(("read_file", {"path": f"report {number}.txt", **more}), text=f"I read report {number}.")


@pytest.mark.parametrize("context", [2048, 4096, 32768])
def test_results_of_200_kb_one_after_the_other_end_in_an_answer(tmp_path: Path, context: int) -> None:
    made = bench(tmp_path, context, *(reads(number) for number in range(20)), says("All reports are alike."))
    end = made.run().go(started("Read all reports.", budget=Budget(steps=30)))
    assert (end.status, end.reason, end.answer) == ("completed", "answered", "All reports are alike.")
    events = made.journal.events
    results = [event for event in events if isinstance(event, ToolResult)]
    assert len(results) == 20 and all(result.status == "ok" for result in results)
    assert any(isinstance(event, ContextTrimmed) for event in events)
    for event in events:
        if isinstance(event, ModelTurn):
            assert sum(part.tokens for part in event.parts) == context
    asked = made.chat_model.asked
    for step in (1, 7, 21):
        sight = seen(made.journal.entries(), made.tools, step)
        assert sight.messages == asked[step - 1].messages


def test_pages_of_a_kept_result_are_read_in_a_context_of_2048(tmp_path: Path) -> None:
    page = calls(("read_result", {"handle": "r1", "offset": 300}))
    search = calls(("read_result", {"handle": "r1", "search": "0.2500 all"}))
    made = bench(tmp_path, 2048, reads(0), page, search, says("Line 2500 is there."))
    assert made.run().go(started("Find line 2500.")).status == "completed"
    texts = [event.text for event in made.journal.events if isinstance(event, ToolResult)]
    assert 'read_result(handle="r1", offset=' in texts[0] and "characters follow" in texts[1]
    assert "0.2500 all the words" in texts[2]


def test_a_run_that_is_resumed_sees_what_it_saw(tmp_path: Path) -> None:
    made = bench(tmp_path, 2048, *(reads(number) for number in range(6)), says("Half done."))
    made.run().go(started("Read reports."))
    before = made.chat_model.asked[-1].messages
    made.chat_model.answers = [reads(7), says("Done.")]
    end = made.run().go(RunResumed(Budget(), "Go on with the rest."))
    assert end.answer == "Done."
    after = made.chat_model.asked[-2].messages
    assert (after[0] == before[0] and after[: len(before)] == before) or "Go on with the rest." in str(after)


def test_a_task_that_does_not_fit_ends_the_run_with_the_numbers(tmp_path: Path) -> None:
    made = bench(tmp_path, 2048)
    end = made.run().go(started("word " * 3000))
    assert (end.status, end.reason) == ("failed", "context")
    assert (
        end.error is not None and end.error.code == "run.task_too_long" and end.error.params["tokens"] > 2500
    )
