"""Whole runs with the starter model itself: its tokens, real tools, all services. Grammar binds its calls.

The starter would not call by itself, so the first turns must call a given tool; all else is as in any run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from agents.events import ContextTrimmed, ModelTurn, RunFinished, ToolCalled, ToolResult
from app.services.runs.values import RunSpec
from app.services.services import Services, open_services
from tests.support.agents.bound_model import Bound
from tests.support.agents.house import UNLIMITED

pytestmark = [pytest.mark.model, pytest.mark.long]

TASK = "Look at the files and note what is there."
FEW = ("list_files", "date_time", "read_file")


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    opened = open_services(coterie_home)
    yield opened
    opened.close()


def run(
    services: Services,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    order: Sequence[str],
    tools: tuple[str, ...] | None,
    context: int,
    most: int,
    wait: float,
) -> list[object]:
    """The events of a run that calls the tools of `order`, to its end."""
    chat_model = services.model_registry.chat_model
    monkeypatch.setattr(
        services.model_registry, "chat_model", lambda *given: Bound(chat_model(*given), order, most)
    )
    services.models.use("starter", context=context, remember=False)
    budget = msgspec.structs.replace(UNLIMITED, steps=len(order) + 1)
    wish = RunSpec(TASK, str(workspace), model="starter", tools=tools, budget=budget)
    record = services.runs.start(msgspec.structs.replace(wish, mode="workspace"))
    assert services.runs.join(record.id, wait)
    return [entry.event for entry in services.runs.entries(record.id)]


def check_tokens(events: Sequence[object]) -> tuple[int, int]:
    """What was counted before each turn is what the model read, and it read nothing twice but its own last words.
    Returns the tokens of all prompts but the first, and how many of them were in memory."""
    before: ModelTurn | None = None
    trimmed, prompts, cached = False, 0, 0
    for event in events:
        trimmed = trimmed or isinstance(event, ContextTrimmed)
        if not isinstance(event, ModelTurn):
            continue
        assert event.error is None, event
        usage = event.usage
        counted = sum(part.tokens for part in event.parts if part.name != "reserve")
        assert counted == usage.prompt_tokens, (event.step, event.parts)
        if before is not None and not trimmed:
            assert usage.cached_tokens >= before.usage.prompt_tokens, (event.step, usage)
            prompts, cached = prompts + usage.prompt_tokens, cached + usage.cached_tokens
        before, trimmed = event, False
    return prompts, cached


def test_a_run_of_the_starter_counts_what_it_reads_and_reads_only_what_is_new(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "report.txt").write_text("The budget is 42.\n")
    events = run(services, tmp_path / "work", monkeypatch, FEW, FEW, 4096, 120, 100)
    # A call that got too long for its turn is not carried out; the run goes on behind it.
    called = [event.name for event in events if isinstance(event, ToolCalled)]
    assert set(called) & set(FEW)
    assert len([event for event in events if isinstance(event, ToolResult)]) == len(called)
    assert isinstance(events[-1], RunFinished) and events[-1].status != "failed"
    prompts, cached = check_tokens(events)
    assert cached > 0.8 * prompts


@pytest.mark.agents
@pytest.mark.timeout(900)
def test_ten_steps_with_all_tools_read_hardly_anything_twice(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "report.txt").write_text("The budget is 42.\n" * 5)
    order = ("list_files", "read_file", "date_time", "write_file", "read_notes") * 2
    events = run(services, tmp_path / "work", monkeypatch, order, None, 8192, 120, 800)
    assert len([event for event in events if isinstance(event, ModelTurn)]) >= 10
    prompts, cached = check_tokens(events)
    assert cached > 0.95 * prompts
