"""Experts that are kept on a device one by one: what the page draws of them and says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from PySide6.QtCore import QDateTime, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement import cache_card
from app.desktop.placement.bars_card import BarsCard
from app.desktop.placement.cache_card import CacheCard
from app.desktop.placement.experts_used.heat_map import HeatMap
from app.desktop.placement.explanation_card import ExplanationCard
from app.desktop.placement.kept import REST_S, WINDOW_S, KeptFigures, KeptPlan, RecentUse, kept_map
from app.desktop.placement.mode_choice import possible_modes
from app.desktop.placement.options_card import OptionsCard
from app.desktop.placement.placement_page import PlacementPage
from app.desktop.placement.strip_card import StripCard
from app.desktop.placement.tune_card import kind_text
from app.services.models.events import ModelChanged
from engine.activity import CacheActivity
from engine.api import Loaded
from engine.errors import ErrorInfo
from engine.placement.plan import RAM, CachedLayer, PlacementOptions, PlannedModel
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.app.desktop.test_accessibility import without_name
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.placement import shows_what_answers
from tests.support.window.timing import Heard, put_forward, ticking

pytestmark = pytest.mark.usefixtures("looks")
# Of the layers 8 to 47 the first 32 experts each.
THERE = tuple(tuple(range(32)) if layer >= 8 else () for layer in range(48))
USED = CacheActivity(20, 6400, 5184, 60_000_000, 1_240_000, THERE)
HITS = "81% of the needed experts were already there, 72–88% expected"


def kept_plan(model: PlannedModel) -> KeptPlan:
    cache = model.plan.placement.expert_cache
    assert cache is not None
    return KeptPlan(cache, model.machine, model.experts, model.plan.predicted.hit_range)


@pytest.fixture
def card(qtbot: QtBot) -> Iterator[CacheCard]:
    """On the screen, with a plan."""
    made = CacheCard()
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show_plan(kept_plan(plans.cached()))
    QApplication.processEvents()
    yield made


class Tomorrow(QDateTime):
    """The clock of the next day."""

    @staticmethod
    def currentDateTime() -> QDateTime:
        return QDateTime.currentDateTime().addDays(1)


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


# What is worked out


def test_the_map_has_a_row_for_each_layer_that_is_served() -> None:
    layers = (CachedLayer(3, 2, 10), CachedLayer(5, 2, 10), CachedLayer(9, 2, 10))
    heat = kept_map(layers, 4, ((), (), (), (0, 3), (1,), (2,)))
    assert heat.layers == (3, 5, 9) and heat.size == (3, 4)
    assert heat.shares == ((1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 0.0), (0.0,) * 4)
    assert heat.levels == bytes((255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0))


def test_figures_are_of_the_last_seconds_of_work() -> None:
    recent = RecentUse()
    assert recent.figures() is None
    recent.add(CacheActivity(0, 0, 0, 0, 0, ()), 0.0)
    assert recent.figures() is None
    recent.add(CacheActivity(10, 100, 20, 4000, 500, ()), 1.0)
    recent.add(CacheActivity(30, 300, 300, 0, 1500, ()), 2.0)
    assert recent.figures() == KeptFigures(0.8, 100.0, 50.0)
    for second in range(3, 3 + round(WINDOW_S)):
        recent.add(CacheActivity(10, 100, 50, 0, 0, ()), float(second))
    assert recent.figures() == KeptFigures(0.5, 0.0, 0.0)


def test_after_a_rest_figures_begin_anew() -> None:
    recent = RecentUse()
    recent.add(CacheActivity(10, 100, 20, 4000, 500, ()), 1.0)
    recent.add(CacheActivity(10, 100, 90, 0, 0, ()), 1.1 + REST_S)
    assert recent.figures() == KeptFigures(0.9, 0.0, 0.0)


# The card


def test_what_the_cache_does_is_told_in_words_with_units(card: CacheCard) -> None:
    assert card.isVisible() and card.note.text() == "not used yet"
    assert card.readout.text() == "Nothing there yet. Send a message in the chat."
    assert card.map.isHidden() and card.legend.isHidden()
    card.take(USED)
    assert card.title() == "Experts kept on the graphics card" and card.note.text() == ""
    assert card.figures() == [
        HITS,
        "3 MB of experts loaded for each token",
        "62 kB of results transferred for each token",
    ]
    assert card.readout.text() == "1,280 of the 5,120 experts of layers 8 to 47 are there now"
    assert card.legend.accessibleName() == "on the graphics card, in RAM only"
    assert card.map.isVisible()
    languages.choose("ko")
    QApplication.processEvents()
    assert card.title() == "그래픽 카드에 둔 전문가"
    assert card.figures()[0] == "81% 필요한 전문가 가운데 이미 있던 비율, 예상\u00a072~88%"


def test_what_the_disk_does_is_told_where_experts_stay_in_the_file(card: CacheCard) -> None:
    card.show_plan(kept_plan(plans.from_disk()))
    residents = tuple(tuple(range(33)) if layer > 2 else () for layer in range(61))
    card.take(CacheActivity(2, 928, 594, 0, 0, residents, 8 * plans.GB, 0.75))
    assert card.title() == "Experts kept in RAM"
    assert card.figures() == [
        "64% of the needed experts were already there, 39–80% expected",
        "4 GB read from the disk for each token",
        "75% of the time, the disk was reading",
    ]
    assert card.legend.accessibleName() == "in RAM, on the disk only"
    card.map.pointed.emit((4, 40, 0.0))
    assert card.readout.text() == "Layer 4, expert 40: on the disk only"


def test_a_card_above_ram_is_told_with_its_part_of_the_hits(card: CacheCard) -> None:
    card.show_plan(kept_plan(plans.above_the_disk()))
    residents = tuple(tuple(range(42)) if layer > 2 else () for layer in range(61))
    card.take(CacheActivity(2, 928, 594, 0, 0, residents, 8 * plans.GB, 0.75, 232))
    assert card.title() == "Experts kept on the graphics card and in RAM"
    assert card.figures()[0] == (
        "64% of the needed experts were already there, 39–80% expected; 25% on the graphics card"
    )
    assert card.legend.accessibleName() == "on the graphics card or in RAM, on the disk only"
    languages.choose("ko")
    QApplication.processEvents()
    assert card.title() == "그래픽 카드와 RAM에 둔 전문가"


def test_without_a_cache_in_use_there_is_no_card(card: CacheCard) -> None:
    card.take(USED)
    card.show_plan(None)
    assert card.isHidden()
    card.show_plan(kept_plan(plans.cached()))
    assert card.isVisible() and card.readout.text().startswith("1,280 of")
    card.take(None)
    assert card.figures() == [] and card.map.isHidden()


def test_experts_that_are_warm_from_an_earlier_start_are_shown(card: CacheCard) -> None:
    card.take(CacheActivity(0, 0, 0, 0, 0, THERE))
    assert card.map.isVisible() and card.figures() == []
    assert card.note.text() == "not used yet"
    assert card.readout.text() == "1,280 of the 5,120 experts of layers 8 to 47 are there now"


def test_a_worker_is_named_as_one(qtbot: QtBot) -> None:
    made = CacheCard()
    qtbot.addWidget(made)
    cache = msgspec.structs.replace(plans.CACHE, device="RPC0")
    made.show_plan(KeptPlan(cache, plans.machine(plans.WORKER), 128))
    made.take(USED)
    assert made.title() == "Experts kept on the other PC"
    assert made.figures()[0] == "81% of the needed experts were already there"


def test_the_last_state_stays_with_its_time(
    card: CacheCard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.take(USED)
    (rest,) = ticking(card)
    put_forward(monkeypatch, REST_S)
    rest.start(0)
    qtbot.waitUntil(lambda: card.note.text().startswith("idle since "))
    assert card.figures()[0].startswith("81%") and card.readout.text().startswith("1,280 of")
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(cache_card, "QDateTime", Tomorrow)
        card.hide()
        card.show()
    assert "/" in card.note.text()  # the day is told too
    card.take(USED)
    assert card.note.text() == ""
    card.hide()
    assert not rest.isActive() and ticking(card) == []
    card.show()
    assert rest.isActive()


def test_the_map_is_painted_only_when_other_experts_are_there(card: CacheCard, qtbot: QtBot) -> None:
    card.take(USED)
    QApplication.processEvents()
    paints = Paints(card.map)
    for _ in range(3):
        card.take(USED)
        QApplication.processEvents()
    assert paints.count == 0
    others = tuple(tuple(range(1, 33)) if row else () for row in THERE)
    card.take(msgspec.structs.replace(USED, warm_experts=others))
    qtbot.waitUntil(lambda: paints.count == 1)


def test_what_comes_while_nobody_looks_is_drawn_when_somebody_does(card: CacheCard) -> None:
    card.hide()
    card.take(USED)
    assert card.map.heat() is None or not any(card.map.heat().levels)
    card.show()
    assert card.map.heat() is not None and sum(map(bool, card.map.heat().levels)) == 1280
    assert card.figures()[0].startswith("81%") and card.note.text() == ""


def test_the_map_is_read_by_keys_and_follows_what_changes(card: CacheCard, qtbot: QtBot) -> None:
    card.take(USED)
    card.map.setFocus()
    assert card.readout.text() == "Layer 8, expert 0: on the graphics card"
    qtbot.keyClick(card.map, Qt.Key.Key_End)
    assert card.readout.text() == "Layer 8, expert 127: in RAM only" == card.map.toolTip()
    qtbot.keyClick(card.map, Qt.Key.Key_Down)
    qtbot.keyClick(card.map, Qt.Key.Key_Home)
    assert card.readout.text() == "Layer 9, expert 0: on the graphics card"
    others = tuple(tuple(range(1, 33)) if row else () for row in THERE)
    card.take(msgspec.structs.replace(USED, warm_experts=others))
    assert card.readout.text() == "Layer 9, expert 0: in RAM only"
    card.map.clearFocus()
    assert card.readout.text().startswith("1,280 of")


def test_a_map_of_another_size_is_pointed_at_no_more(qtbot: QtBot) -> None:
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.show_heat(kept_map(plans.CACHE.layers, 128, THERE))
    widget.show()
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_End)
    widget.show_heat(kept_map(plans.CACHE.layers[:2], 4, THERE))
    assert widget.pointed_cell() is None and not widget.grab().isNull()


@pytest.mark.parametrize("width", [431, 900, 1037])
def test_cells_fill_the_map_without_overlap(qtbot: QtBot, width: int) -> None:
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.show_heat(kept_map([CachedLayer(layer, 4, 1) for layer in range(30)], 8, [range(8)] * 30))
    widget.resize(width, 119)
    image = widget.grab().toImage()
    gpu, gap = themes.current.gpu.lower(), themes.current.card.lower()
    across = [image.pixelColor(x, 3).name() for x in range(width)]
    assert set(across) == {gpu, gap} and across.count(gap) == 29
    down = [image.pixelColor(3, y).name() for y in range(119)]
    assert set(down) == {gpu, gap} and down.count(gap) == 7 and down[0] == gpu


# The other cards


def test_bars_tell_experts_that_come_and_go_from_those_that_stay(qtbot: QtBot) -> None:
    card = BarsCard()
    qtbot.addWidget(card)
    model = plans.cached()
    card.show_plan(model.plan, model.machine)
    card.resize(800, 300)
    assert card.rows[0].accessibleDescription() == (
        "attention and shared 1.1 GB, experts 2.6 GB, cached experts 3.2 GB, context 310 MB,"
        " compute memory 360 MB, free 100 MB"
    )
    assert "cached experts" in card.legend.accessibleName()
    assert "cached experts" not in card.rows[1].accessibleDescription()
    assert not card.grab().isNull()


def test_the_strip_shows_how_much_of_a_layer_is_kept(qtbot: QtBot) -> None:
    card = StripCard()
    qtbot.addWidget(card)
    card.show_model(plans.cached())
    strip = card.strip
    assert strip.accessibleName() == "layers 0 to 7: RTX 2080, layers 8 to 47: RTX 2080, RAM"
    assert strip.cell_text(7) == "Layer 7: RTX 2080"
    assert strip.cell_text(8) == "Layer 8: 32 of its experts on RTX 2080, all of them in RAM"
    assert strip.cells()[8].shares == (("CUDA0", 0.25), (RAM, 0.75))


def test_the_explanation_tells_what_share_is_expected_to_be_there(qtbot: QtBot) -> None:
    card = ExplanationCard()
    qtbot.addWidget(card)
    model = plans.cached()
    card.show_plan(model.plan, 0, (), model.machine)
    assert card.hits.text() == (
        "Of the experts that a token needs, 80% should be on the graphics card already (72–88%)."
    )
    card.show_plan(plans.qwen().plan, 0)
    assert card.hits.isHidden()


def test_that_experts_are_not_kept_and_why_is_one_notice(qtbot: QtBot) -> None:
    card = ExplanationCard()
    qtbot.addWidget(card)
    why = (ErrorInfo("cache.without"), ErrorInfo("cache.not_built"))
    made = msgspec.structs.replace(plans.qwen().plan, notices=(*why, ErrorInfo("chat.busy")))
    card.show_plan(made, 0, why)
    first, second = [line.text() for line in card.notices]
    assert first.startswith("The model runs without") and first.endswith("Run “make setup” to build it.")
    assert not second.startswith("The model runs without")


def test_ways_to_use_experts_are_those_of_the_machine() -> None:
    model = plans.qwen()
    assert possible_modes(model) == ("resident", "streamed_prompts", "streamed")
    caches = msgspec.structs.replace(model.machine, caches=True)
    assert possible_modes(msgspec.structs.replace(model, machine=caches))[-1] == "cached"
    worker = msgspec.structs.replace(plans.machine(plans.WORKER), caches=True)
    assert possible_modes(msgspec.structs.replace(model, machine=worker)) == ("resident", "cached")
    assert possible_modes(plans.dense()) == ()


def test_a_way_to_use_experts_is_wished_and_taken_back(qtbot: QtBot) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    model = plans.cached()
    offered = msgspec.structs.replace(model, machine=msgspec.structs.replace(model.machine, caches=True))
    card.show_options(PlacementOptions(), offered, 0)
    card.show()
    wished: list[PlacementOptions] = []
    card.changed.connect(wished.append)
    assert card.mode.text() == "Automatic" and card.mode.accessibleName() == "Experts: Automatic"
    card.mode.open_menu()
    texts = [action.text() for action in card.mode.menu_shown.actions()]
    assert texts == [
        "Automatic",
        "Each is computed where it is",
        "Sent to the graphics card for prompts",
        "Sent to the graphics card for every token",
        "Kept on the graphics card while needed",
    ]
    card.mode.menu_shown.actions()[-1].trigger()
    card.mode.menu_shown.close()
    assert wished == [PlacementOptions(mode="cached")]
    assert "Experts: the most recently used are kept on the graphics card" in card.facts.text().splitlines()
    # Where it is not possible any more it can be taken back.
    card.show_options(PlacementOptions(mode="cached"), plans.qwen(), 0)
    assert card.mode.text() == "Kept on the graphics card while needed"
    card.reset.click()
    assert wished[-1] == PlacementOptions()
    card.show_options(PlacementOptions(), plans.dense(), 0)
    assert card.mode.isHidden() or not card.mode.isVisible()


def test_what_tuning_tried_of_missing_experts_has_a_name() -> None:
    assert kind_text("misses") == "another way to handle missing experts"
    assert kind_text("mode") == "other ways to use the experts"


# The page


def at(path: str, model: PlannedModel) -> PlannedModel:
    return msgspec.structs.replace(model, path=path)


@pytest.fixture
def placements() -> HandMadePlacements:
    return HandMadePlacements(plans.cached(), plans.dense())


@pytest.fixture
def page(
    make_desktop: Callable[..., Running], placements: HandMadePlacements
) -> Iterator[tuple[PlacementPage, Running]]:
    """The page over a model that is loaded with a cache."""
    running = make_desktop(placements=placements).ready()
    running.engine.plan = plans.cached().plan
    running.services.models.reload()
    state = running.services.models
    running.until(lambda: state.state.facts is not None and state.state.facts.plan is not None)
    # The model in use comes first, as it does in real placements.
    placements.by_path = {state.state.path: at(state.state.path, plans.cached()), **placements.by_path}
    running.window.go.show_page("placement")
    shown = running.window.later.placement
    running.until(lambda: shows_what_answers(shown))
    shown.view.details.open()
    yield shown, running


def test_the_engines_word_of_the_cache_reaches_the_card(page: tuple[PlacementPage, Running]) -> None:
    shown, running = page
    card = shown.view.cache
    running.until(card.isVisible)
    running.engine.tell(USED)
    running.until(lambda: card.figures()[:1] == [HITS])
    assert card.map.isVisible() and running.services.models.activity.cache == USED


def test_wishes_that_are_not_applied_change_nothing_of_the_card(
    page: tuple[PlacementPage, Running], placements: HandMadePlacements
) -> None:
    shown, running = page
    running.until(shown.view.cache.isVisible)
    path = running.services.models.state.path
    placements.by_path[path] = at(path, plans.qwen())
    assert shown.view.explanation.hits.isVisible()
    shown.view.options.context.slider.setValue(1)
    running.until(shown.view.explanation.hits.isHidden)  # of a plan without a cache
    assert shown.view.cache.isVisible()
    shown.choose(plans.dense().path)
    running.until(lambda: not shown.view.cache.isVisible())
    shown.choose(path)
    running.until(shown.view.cache.isVisible)


def test_a_model_without_a_cache_has_no_such_card(page: tuple[PlacementPage, Running]) -> None:
    shown, running = page
    running.until(shown.view.cache.isVisible)
    running.engine.tell(USED)
    running.until(lambda: shown.view.cache.figures()[:1] == [HITS])
    running.engine.plan = plans.qwen().plan
    heard = Heard(running.desktop.bridge)
    running.services.models.reload()
    running.until(lambda: (state := heard.last(ModelChanged)) is not None and state.state == "ready")
    running.until(lambda: not shown.view.cache.isVisible())
    assert running.services.models.activity.cache is None


def test_a_load_that_went_on_without_its_cache_has_no_such_card(page: tuple[PlacementPage, Running]) -> None:
    shown, running = page
    running.until(shown.view.cache.isVisible)
    facts = running.services.models.state.facts
    assert facts is not None and facts.plan is not None
    without = msgspec.structs.replace(facts.plan, notices=(ErrorInfo("cache.without"),))
    running.engine.tell(Loaded(msgspec.structs.replace(facts, plan=without)))
    running.until(lambda: not shown.view.cache.isVisible())


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("scale", [0.8, 1.5, 2.0])
@pytest.mark.long
def test_everything_has_a_name_and_its_place(
    page: tuple[PlacementPage, Running], language: str, scale: float
) -> None:
    shown, running = page
    languages.choose(language)
    themes.choose("dark", scale)
    running.engine.tell(USED)
    running.until(shown.view.cache.map.isVisible)
    QApplication.processEvents()
    assert without_name(shown) == []
    assert shown.view.scroller.widget().minimumSizeHint().width() <= 450 * scale
