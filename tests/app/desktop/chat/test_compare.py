"""Comparing models in the window: choosing, answers side by side, the better one, stopping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.desktop.base.theme import themes
from app.desktop.chat.compare.compare_sheet import CompareSheet
from tests.app.desktop.conftest import Running


@pytest.fixture
def asked(make_desktop: Callable[..., Running], tmp_path: Path) -> Running:
    """A chat with an answer, and three models to choose from."""
    paths = [str(tmp_path / f"{name}.gguf") for name in ("one", "two", "three")]
    for path in paths:
        Path(path).write_bytes(b"GGUF")
    running = make_desktop(settings={"model": paths[0], "recent_models": tuple(paths)}).ready()
    running.send("Which is it?")
    return running


def opened(running: Running) -> CompareSheet:
    chat = running.window.chat
    chat.commands.compare()
    running.until(
        lambda: chat.commands.comparing.sheet is not None and bool(chat.commands.comparing.sheet.ticks)
    )
    assert chat.commands.comparing.sheet is not None
    return chat.commands.comparing.sheet


def tick(sheet: CompareSheet, name: str) -> None:
    next(tick for tick in sheet.ticks if tick.choice.name == name).setChecked(True)


def test_models_answer_beside_each_other_and_the_better_one_is_counted(asked: Running) -> None:
    sheet = opened(asked)
    assert [tick.choice.name for tick in sheet.ticks if tick.isChecked()] == ["one"]
    assert not sheet.start.isEnabled()
    tick(sheet, "two")
    sheet.confirm()
    asked.until(lambda: len(sheet.columns) == 2 and all(c.message is not None for c in sheet.columns))
    asked.until(lambda: sheet.done.text() == "Done")
    messages = [column.message for column in sheet.columns]
    assert [m.content for m in messages if m is not None] == ["Hello from the script."] * 2
    sheet.columns[1].better.click()
    asked.until(lambda: sum(asked.services.comparisons.preferred().values()) == 1)
    sheet.columns[0].better.click()
    asked.until(lambda: not sheet.columns[1].better.isChecked())
    chat = asked.window.chat.shown.now.conversation
    assert chat is not None
    # The first answer, and one of each model; the chat goes on with its own.
    assert asked.services.store.messages.get(messages[1].id).siblings == 3  # type: ignore[union-attr]
    own = asked.services.conversations.get(chat.id).options.model
    assert own is not None and own.endswith("one.gguf")


def test_no_more_than_three_can_be_ticked(asked: Running) -> None:
    sheet = opened(asked)
    for name in ("two", "three"):
        tick(sheet, name)
    left = [tick for tick in sheet.ticks if not tick.isChecked()]
    assert all(not tick.isEnabled() for tick in left) and sheet.start.isEnabled()


def test_answers_stand_one_under_the_other_where_there_is_little_room(asked: Running) -> None:
    window, sheet = asked.window, opened(asked)
    tick(sheet, "two")
    sheet.confirm()
    asked.until(lambda: sheet.done.text() == "Done")
    first, second = sheet.columns
    for width, scale, beside in ((1280, 1.0, True), (900, 2.0, False), (900, 1.0, True)):
        themes.choose("light", scale)
        window.resize(width, 800)
        asked.until(lambda beside=beside: (first.y() == second.y()) == beside)  # type: ignore[misc]
        asked.until(lambda: sheet.scroller.inside.width() <= sheet.scroller.viewport().width())


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_what_the_better_answer_is_chosen_by_is_in_sight(asked: Running, scale: float) -> None:
    window, sheet = asked.window, opened(asked)
    themes.choose("light", scale)
    window.resize(1440, 800)
    tick(sheet, "two")
    sheet.confirm()
    asked.until(lambda: sheet.done.text() == "Done")
    first, second = sheet.columns
    asked.until(lambda: first.better.isVisible() and second.better.isVisible())
    assert first.y() == second.y()
    asked.until(lambda: not first.better.visibleRegion().isEmpty())
    asked.until(lambda: first.better.visibleRegion().boundingRect() == first.better.rect())


def test_a_comparison_is_stopped_and_what_was_written_stays(asked: Running) -> None:
    asked.engine.pace = 0.02
    asked.engine.answer = lambda _: ("word ",) * 50_000
    sheet = opened(asked)
    tick(sheet, "two")
    sheet.confirm()
    asked.until(lambda: not sheet.columns[0].body.is_empty)
    sheet.done.click()
    asked.until(lambda: sheet.done.text() == "Done")
    asked.until(lambda: sheet.columns[0].message is not None)
    assert sheet.columns[0].message is not None and sheet.columns[0].message.state == "stopped"
    assert sheet.columns[1].message is None
