"""What was opened outside, in the window: now, or once the data is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.integration.open_request import OpenRequest
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.support.library.shelves import QWEN, Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements

LINK = OpenRequest(link=f"coterie://open_from_hf?model={QWEN}&file=Qwen3-30B-A3B-Q8_0.gguf")
FILE = OpenRequest(file="/somewhere/m.gguf")


@pytest.fixture
def fresh(make_desktop: Callable[..., Running]) -> Running:
    return make_desktop(placements=HandMadePlacements(plans.qwen()), shelves=Shelves().fill())


def shows_link(running: Running) -> bool:
    window = running.window
    table = window.later.models.discover.details.table
    return window.pages.currentWidget() is window.later.models and bool(table.rows) and table.isVisible()


def test_what_was_asked_for_while_the_data_opens_is_shown_then(fresh: Running) -> None:
    fresh.desktop.take(FILE)
    fresh.desktop.take(LINK)
    fresh.start()
    fresh.until(lambda: shows_link(fresh))
    models = fresh.window.later.models
    assert models.discover.details.table.rows[0].line.name == "Q8_0"
    assert models.library.offered.isHidden()


def test_what_is_asked_for_later_is_shown_at_once(fresh: Running) -> None:
    fresh.start()
    fresh.desktop.take(FILE)
    models = fresh.window.later.models
    assert fresh.window.pages.currentWidget() is models and models.library.offered.isVisible()
    fresh.until(models.library.offered.use.isVisible)
    fresh.desktop.take(LINK)
    fresh.until(lambda: shows_link(fresh))


def test_what_cannot_be_opened_yet_waits_for_the_data(fresh: Running) -> None:
    fresh.trouble = UserError("store.locked", path="/data/coterie.db")
    fresh.desktop.take(LINK)
    fresh.desktop.start()
    fresh.until(lambda: hasattr(fresh.window, "failure") and fresh.window.failure.isVisible())
    fresh.trouble = None
    fresh.window.failure.retry.click()
    fresh.until(lambda: shows_link(fresh))


@pytest.mark.parametrize("link", ["coterie://run?task=x", "coterie://open_from_hf?model=a/b&file=../x.gguf"])
def test_another_link_is_one_sentence_and_nothing_else(fresh: Running, link: str) -> None:
    fresh.start()
    page = fresh.window.pages.currentWidget()
    fresh.desktop.take(OpenRequest(link=link))
    assert fresh.window.strip.text() == "This link is not one that Coterie knows. Nothing was opened."
    assert fresh.window.pages.currentWidget() is page
