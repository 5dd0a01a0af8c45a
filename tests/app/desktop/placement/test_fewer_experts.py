"""Fewer experts for each token: the choice among the options, and the comparison."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.placement.experts_used.comparison_card import ComparisonCard
from app.desktop.placement.options_card import OptionsCard
from app.desktop.placement.placement_page import PlacementPage
from engine.errors import UserError
from engine.placement.plan import PlacementOptions
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.support.placement.hand_made_placements import EXPERTS_COMPARED, HandMadePlacements

MIXTURE = plans.model(plans.plan(), plans.machine(plans.GPU), own_experts=8)


@pytest.fixture
def placements() -> HandMadePlacements:
    return HandMadePlacements(MIXTURE, plans.dense())


@pytest.fixture
def page(make_desktop: Callable[..., Running], placements: HandMadePlacements) -> PlacementPage:
    running = make_desktop(placements=placements).ready()
    running.window.go.show_page("placement")
    page = running.window.later.placement
    running.until(page.view.shows_model)
    page.view.details.open()
    return page


@pytest.mark.usefixtures("looks")
def test_a_mixture_offers_its_own_number_and_some_below(qtbot: QtBot) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    card.show_options(PlacementOptions(), MIXTURE, 4096)
    card.show()
    assert card.experts.isVisible() and card.compare.isVisible()
    assert card.experts.accessibleName() == "Experts per token: 8, the model’s own"
    with qtbot.waitSignal(card.changed) as told:
        card.experts.open_menu()
        actions = card.experts.menu_shown.actions()
        actions[2].trigger()
        card.experts.menu_shown.close()
    assert [action.text() for action in actions] == ["8, the model’s own", "6", "4", "2"]
    assert told.args == [PlacementOptions(experts_used=4)]


@pytest.mark.usefixtures("looks")
def test_a_number_that_is_kept_can_be_taken_back_and_a_dense_model_has_none(qtbot: QtBot) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    card.show_options(PlacementOptions(experts_used=3), MIXTURE, 4096)
    card.show()
    assert card.experts.accessibleName() == "Experts per token: 3"
    card.show_options(PlacementOptions(), plans.dense(), 4096)
    assert not card.experts.isVisible() and not card.compare.isVisible()


@pytest.mark.usefixtures("looks")
def test_the_card_tells_speed_text_and_likeness(qtbot: QtBot) -> None:
    card = ComparisonCard()
    qtbot.addWidget(card)
    card.start()
    assert card.cancel.isVisible() and card.running()
    card.show_result(EXPERTS_COMPARED)
    assert not card.running() and card.close_button.isVisible()
    told = [label.text() for label in card.lines]
    assert told[0] == "8 experts: 20 tokens per second, the model’s own number"
    assert (
        told[2] == "4 experts: 31 tokens per second, 1.6 times as fast, 93% of the next tokens are the same"
    )
    assert told[1] != told[3]
    assert told[4] == "1 expert: 44 tokens per second, 2.2 times as fast"
    languages.choose("ko")
    korean = "전문가 4개: 초당 31토큰, 1.6배 속도, 다음 토큰의 93%가 같음"
    qtbot.waitUntil(lambda: card.lines[2].text() == korean)


def test_a_comparison_is_started_and_shown(
    page: PlacementPage, placements: HandMadePlacements, qtbot: QtBot
) -> None:
    placements.hold.set()
    scroller = page.view.scroller
    scroller.ensureWidgetVisible(page.view.options.compare)
    page.view.options.compare.click()
    assert page.view.comparison.isVisible() and not page.view.header.tune.isEnabled()
    qtbot.waitUntil(lambda: not page.view.comparison.visibleRegion().isEmpty())
    assert not page.view.options.compare.isEnabled()
    placements.hold.clear()
    qtbot.waitUntil(lambda: len(page.view.comparison.lines) == 5)
    assert page.view.header.tune.isEnabled()


def test_what_was_found_of_one_model_is_not_shown_of_another(
    page: PlacementPage, placements: HandMadePlacements, qtbot: QtBot
) -> None:
    placements.hold.set()
    page.view.options.compare.click()
    page.comparing.show_model("/models/another.gguf")
    assert page.view.comparison.isVisible()
    with qtbot.waitSignal(page.comparing.changed):
        placements.hold.clear()
    assert page.view.comparison.isHidden()
    page.comparing.show_model(MIXTURE.path)
    assert page.view.comparison.lines and page.view.comparison.isVisible()
    page.view.comparison.close_button.click()
    page.comparing.show_model(MIXTURE.path)
    assert page.view.comparison.isHidden()


def test_a_comparison_can_be_cancelled_and_a_failure_is_told(
    page: PlacementPage, placements: HandMadePlacements, qtbot: QtBot
) -> None:
    placements.hold.set()
    page.view.options.compare.click()
    page.view.comparison.cancel.click()
    qtbot.waitUntil(page.view.comparison.isHidden)
    placements.hold.clear()
    placements.error = UserError("experts.not_a_mixture")
    page.view.options.compare.click()
    qtbot.waitUntil(lambda: "How many experts" in page.view.comparison.words.text())
    page.view.comparison.close_button.click()
    assert page.view.comparison.isHidden()
