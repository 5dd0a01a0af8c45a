"""The page over hand-made placements: what a person does, and what is shown and asked."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement.placement_page import PlacementPage
from app.desktop.placement.plain_card import PlainCard
from app.desktop.window.window_state import WindowMemory
from app.services.connections.events import WorkerState
from app.services.models.events import AnswerFinished, ModelChanged, Owner, TextDelta
from app.services.placement.events import ExpertsChanged, MachineChanged, TuneProgress
from app.services.placement.trials import MeasuredSpeed
from engine.activity import Activity
from engine.api import EngineLost, EngineState
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import RAM, PlacementOptions
from tests.app.desktop.chat.conversations import message
from tests.app.desktop.conftest import Running
from tests.app.desktop.placement import plans
from tests.app.desktop.test_accessibility import without_name
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.pressing import press
from tests.support.window.timing import Heard

Make = Callable[..., Running]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def placements() -> HandMadePlacements:
    return HandMadePlacements(plans.qwen(), plans.dense(), plans.refused_model())


@pytest.fixture
def running(make_desktop: Make, placements: HandMadePlacements) -> Running:
    return make_desktop(placements=placements).ready()


def opened(running: Running) -> PlacementPage:
    running.window.go.show_page("placement")
    page = running.window.later.placement
    running.until(page.view.shows_model)
    page.view.details.open()
    return page


def of_worker(heard: Heard, state: EngineState) -> bool:
    """Whether the window knows that a model with a part on the worker is `state`."""
    known = heard.last(ModelChanged)
    return known is not None and (known.state, known.workers) == (state, ("127.0.0.1:1",))


def test_the_page_opens_from_the_rail_and_by_its_shortcut(running: Running, qtbot: QtBot) -> None:
    window = running.window
    window.rail.placement.click()
    assert window.pages.currentWidget() is window.later.placement and window.later.placement.side.isVisible()
    window.go.show_page("chat")
    assert window.sidebar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL)
    assert window.pages.currentWidget() is window.later.placement


def test_the_keys_stay_on_a_narrow_page(running: Running, qtbot: QtBot) -> None:
    page = opened(running)
    running.window.resize(600, 800)
    running.window.go.show_page("chat")
    running.window.go.show_page("placement")
    running.until(lambda: page.view.shows_model() and not page.side.isVisible())
    running.until(lambda: page is QApplication.focusWidget())
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert page is QApplication.focusWidget()
    page.view.details.head.setFocus()
    page.view.show_words("Planning…")
    assert page.isAncestorOf(QApplication.focusWidget())


def test_models_are_listed_with_their_speed(running: Running, placements: HandMadePlacements) -> None:
    placements.speeds["/models/smollm2.gguf"] = MeasuredSpeed(61.4, 300)
    page = opened(running)
    running.until(lambda: all(line.fits is not None for line in page.side.lines()))
    assert [(row.text(), row.note()) for row in page.side.rows] == [
        ("qwen3-30b-a3b.gguf", "~36 tok/s"),
        ("smollm2.gguf", "61 tok/s"),
        ("long.gguf", "doesn’t fit"),
    ]
    assert page.side.rows[0].accessibleName() == "qwen3-30b-a3b.gguf, about 36 tokens per second predicted"
    assert page.side.rows[0].isChecked()


def test_a_model_is_shown_by_a_click_or_by_keys(running: Running, qtbot: QtBot) -> None:
    page = opened(running)
    assert QApplication.focusWidget() is page.side.rows[0]
    qtbot.keyClick(page.side.rows[0], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is page.side.rows[1]
    qtbot.keyClick(page.side.rows[1], Qt.Key.Key_Return)
    running.until(lambda: "no experts" in page.view.strip.title())
    assert page.view.header.title.whole() == "smollm2.gguf"
    assert [row.isChecked() for row in page.side.rows] == [False, True, False]
    assert page.view.header.chip.text() == "135 million parameters, all used for each token"
    assert page.view.heat.isHidden()


def test_one_plain_sentence_comes_first_and_the_rest_when_it_is_wanted(
    running: Running, placements: HandMadePlacements
) -> None:
    running.window.go.show_page("placement")
    page = running.window.later.placement
    running.until(page.view.shows_model)
    sentence = page.view.plain.sentence
    assert sentence.text() == (
        "This model fits. Expect about 36 tokens a second, which is fast. Nothing to do here."
    )
    assert not page.view.details.is_open() and not page.view.bars.isVisible()
    page.view.details.head.click()
    assert page.view.bars.isVisible() and page.view.explanation.isVisible()
    assert WindowMemory(running.home).placement_details
    page.choose("/models/long.gguf")
    running.until(lambda: sentence.text().startswith("This model doesn’t fit as it is. "))
    page.view.details.head.click()
    assert page.view.explanation.change.isVisible()  # what to do is no detail
    assert not WindowMemory(running.home).placement_details


@pytest.mark.parametrize(
    ("speed", "words"),
    [
        (145, "about 145 tokens a second, which is fast"),
        (9, "about as fast as you read"),
        (4, "slow but usable"),
    ],
)
def test_a_speed_is_told_in_plain_words(qtbot: QtBot, looks: None, speed: float, words: str) -> None:
    button = QPushButton()
    card = PlainCard(button)
    qtbot.addWidget(card)
    card.show_plan(plans.plan(predicted=plans.prediction(speed)), speed)
    assert words in card.sentence.text() and card.sentence.text().endswith("Nothing to do here.")
    card.show_plan(plans.plan(predicted=plans.prediction(1.5)), 1.4)
    assert "very slow" in card.sentence.text() and "Nothing to do" not in card.sentence.text()
    card.show_plan(plans.paged().plan, 4)
    assert card.sentence.text().startswith("This model is larger than the memory it may use.")
    assert card.sentence.text().endswith("much faster.")
    card.show_plan(plans.plan(mode="disk"), 0)
    assert "runs from the disk" in card.sentence.text() and card.sentence.text().endswith(
        "Nothing to do here."
    )


def test_one_answer_of_a_busy_computer_makes_no_model_slow(qtbot: QtBot, looks: None) -> None:
    button = QPushButton()
    card = PlainCard(button)
    qtbot.addWidget(card)
    card.show_plan(plans.qwen().plan, 0.6)
    assert card.sentence.text() == (
        "This model fits. Expect about 36 tokens a second, which is fast. "
        "The last answer came at 0.6: other programs may have kept this computer busy."
    )


def test_the_machine_is_told_in_words(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    running.until(lambda: len(page.side.devices) == 2)
    assert [label.text() for label in page.side.devices] == [
        "RTX 2080 · 8.2 GB · 448 GB/s",
        "64 GB RAM · 41 GB/s",
    ]
    placements.by_path = {m.path: m for m in (plans.dense(),)}
    placements.tell(MachineChanged(plans.dense().machine))
    running.until(lambda: "No GPU found" in page.side.devices[-1].text())


def test_a_slider_plans_again_and_says_its_number(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    context = page.view.options.context
    assert context.text() == "32,768 tokens, automatic"
    context.slider.setValue(0)
    assert context.text() == "1,024 tokens"
    running.until(lambda: placements.asked[-1] == PlacementOptions(context=1024))
    running.until(lambda: not page.replanning.busy())
    context.reset.click()
    running.until(lambda: placements.asked[-1] == PlacementOptions())
    running.until(lambda: context.text() == "32,768 tokens, automatic")


def test_a_budget_is_drawn_as_memory_kept_free(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    budget = page.view.options.budgets[RAM]
    budget.slider.setValue(50)
    running.until(lambda: placements.asked[-1].budgets == {RAM: 26 * plans.GB})
    ram = page.view.bars.rows[1]
    running.until(lambda: "kept free 26 GB" in ram.accessibleDescription())
    assert ram.accessibleName() == "RAM: 10.9 of 26 GB"


def test_while_a_slider_is_dragged_only_the_newest_wish_is_planned(
    running: Running, placements: HandMadePlacements
) -> None:
    page = opened(running)
    running.until(lambda: all(line.fits is not None for line in page.side.lines()))
    asked = len(placements.asked)
    placements.hold.set()
    for value in range(8):
        page.view.options.context.slider.setValue(value)
    placements.hold.clear()
    running.until(lambda: not page.replanning.busy())
    assert [options.context for options in placements.asked[asked:]] == [1024, 12_288]


def test_a_plan_that_cannot_be_made_is_told_and_tried_again(
    running: Running, placements: HandMadePlacements
) -> None:
    placements.error = UserError("model.no_starter")
    running.window.go.show_page("placement")
    view = running.window.later.placement.view
    running.until(lambda: "isn’t installed" in view.state.words.text())
    assert not view.shows_model()
    placements.error = None
    view.state.button.click()
    running.until(view.shows_model)


IMPOSSIBLE = UserError("placement.mode_impossible", mode="cached")


def test_kept_wishes_that_cannot_be_can_be_left_to_the_planner(
    running: Running, placements: HandMadePlacements
) -> None:
    placements.error = IMPOSSIBLE
    running.window.go.show_page("placement")
    view = running.window.later.placement.view
    running.until(lambda: view.state.button.text() == "Let Coterie decide")
    placements.error = None
    view.state.button.click()
    running.until(view.shows_model)
    assert placements.asked[-1] == PlacementOptions() == view.options.options()


def test_while_wishes_cannot_be_the_cards_stay_under_the_hand(
    running: Running, placements: HandMadePlacements
) -> None:
    page = opened(running)
    explanation, header = page.view.explanation, page.view.header
    before = explanation.sentence.text()
    placements.error = IMPOSSIBLE
    page.view.options.context.slider.setValue(0)
    running.until(lambda: explanation.sentence.text().startswith("The mode “cached” doesn’t work"))
    assert page.view.shows_model() and page.view.options.context.text() == "1,024 tokens"
    assert explanation.speed.isHidden() and not header.apply.isEnabled()
    placements.error = None
    page.view.options.context.slider.setValue(1)
    running.until(lambda: explanation.sentence.text() == before)
    assert explanation.speed.isVisible() and header.apply.isEnabled()


def test_a_refusal_offers_its_change(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    page.choose("/models/long.gguf")
    explanation = page.view.explanation
    running.until(lambda: page.view.shows_model() and explanation.change.isVisible())
    assert explanation.change.text() == "Use a context of 16,384 tokens"
    assert not page.view.header.apply.isEnabled()
    explanation.change.click()
    running.until(lambda: explanation.change.isHidden())
    assert page.view.options.context.text() == "16,384 tokens"
    assert page.view.header.apply.isEnabled()


def test_apply_keeps_the_wishes_and_loads_the_model(running: Running, placements: HandMadePlacements) -> None:
    page, path = opened(running), "/models/qwen3-30b-a3b.gguf"
    assert running.services.models.state.path != path
    page.view.options.context.slider.setValue(2)
    running.until(lambda: not page.replanning.busy())
    assert placements.kept == {}
    page.view.header.apply.click()
    running.until(lambda: placements.kept == {path: PlacementOptions(context=2048)})
    running.until(lambda: running.services.models.state.path == path)


def test_a_draft_model_is_offered_where_there_is_one_and_kept_with_the_wishes(
    running: Running, placements: HandMadePlacements
) -> None:
    path = "/models/qwen3-30b-a3b.gguf"
    small = next(other for other in placements.by_path if other != path)
    placements.guess_ahead = {path: (small,)}
    page = opened(running)
    card = page.view.options
    running.until(card.draft_model.isVisible)
    assert card.draft_model.accessibleName() == "Draft model: None"
    card.draft_model.open_menu()
    card.draft_model.menu_shown.actions()[1].trigger()
    card.draft_model.menu_shown.close()
    running.until(lambda: placements.asked[-1] == PlacementOptions(draft_model=small))
    running.until(lambda: not page.replanning.busy())
    page.view.header.apply.click()
    running.until(lambda: placements.kept == {path: PlacementOptions(draft_model=small)})
    page.choose(small)
    running.until(lambda: not card.draft_model.isVisible())


def test_tuning_is_started_told_and_kept(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    path, card = "/models/qwen3-30b-a3b.gguf", page.view.tune
    placements.hold.set()
    page.view.header.tune.click()
    assert card.isVisible() and not page.view.header.tune.isEnabled()
    placements.tell(TuneProgress(path, 40, 100, "ubatch", 33.2))
    running.until(lambda: card.words.text() == "Tried other batch sizes: 33 tokens per second")
    placements.hold.clear()
    running.until(card.keep.isVisible)
    assert card.words.text().startswith("Before: 30 tokens per second, prompts at 200.")
    card.keep.click()
    running.until(lambda: placements.kept == {path: PlacementOptions(ubatch=1024)})
    running.until(lambda: running.services.models.state.path == path)
    assert card.isHidden()


def test_tuning_can_be_cancelled(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    placements.hold.set()
    page.view.header.tune.click()
    page.view.tune.cancel.click()
    running.until(page.view.tune.isHidden)
    assert page.view.header.tune.isEnabled() and placements.kept == {}


def test_experts_are_watched_when_a_person_asks_for_it(
    running: Running, placements: HandMadePlacements
) -> None:
    page = opened(running)
    heat = page.view.heat
    assert heat.words.text().startswith("Off.") and not any(heat.map.heat().levels)
    heat.switch.click()
    running.until(lambda: placements.watched == [True])
    assert heat.words.text().startswith("No experts used yet")
    page.watching.show_conversation(3)
    counts = tuple(tuple(range(128)) for _ in range(48))
    path = "/models/qwen3-30b-a3b.gguf"
    placements.tell(ExpertsChanged(4, 10, counts, 0.0, path))
    placements.tell(ExpertsChanged(3, 1200, counts, 0.031, path))
    running.until(lambda: any(heat.map.heat().levels))
    assert heat.words.text() == "Watching takes 3.1% of an answer’s time, measured on this computer."
    assert heat.readout.text().startswith("1,200 tokens watched. Busiest: layer ")
    placements.tell(ExpertsChanged(3, 1200, counts, 0.031, "/models/another.gguf"))
    running.until(lambda: not any(heat.map.heat().levels))
    heat.switch.click()
    running.until(lambda: placements.watched == [True, False])


def test_a_watch_that_cannot_begin_is_told_and_switched_off(
    running: Running, placements: HandMadePlacements
) -> None:
    page = opened(running)
    placements.error = UserError("engine.no_model")
    page.view.heat.switch.click()
    running.until(lambda: not page.view.heat.switch.isChecked())
    assert running.window.strip.text().startswith("No model is loaded")


def test_the_speed_of_an_answer_is_live(
    running: Running, placements: HandMadePlacements, monkeypatch: pytest.MonkeyPatch
) -> None:
    placements.by_path = {running.services.models.state.path: plans.qwen()}
    page = opened(running)
    speed = page.view.explanation.speed

    def comes(answer: int, pieces: int, now: float) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(time, "monotonic", lambda: now)
            page.take_events([TextDelta(Owner(answer), "", "words", pieces)])

    comes(1, 1, 0.0)
    comes(1, 20, 1.0)
    running.until(lambda: "20 tokens per second now" in speed.text())
    comes(2, 1, 0.0)
    comes(2, 10, 1.0)
    running.until(lambda: "30 tokens per second now" in speed.text())
    assert "in 2 answers together" in speed.text()
    page.take_events([AnswerFinished(message(answer)) for answer in (1, 2)])
    assert "now" not in speed.text()


def test_what_the_engine_does_is_shown_with_the_model_that_is_loaded(
    running: Running, placements: HandMadePlacements
) -> None:
    placements.by_path = {running.services.models.state.path: plans.qwen(), **placements.by_path}
    page = opened(running)
    running.engine.tell(Activity(answering=1, cells=4096, cells_used=100))
    running.until(lambda: running.services.models.activity.newest is not None)
    running.until(lambda: "Context in use: 100 of 4,096 tokens" in page.view.activity.lines())
    assert page.view.activity.isVisible()
    page.choose(plans.dense().path)
    running.until(lambda: not page.view.activity.isVisible())


def test_pieces_of_an_answer_are_counted_on_their_way(running: Running) -> None:
    counted: list[int] = []
    running.desktop.bridge.events.connect(
        lambda events: counted.extend(e.pieces for e in events if isinstance(e, TextDelta))
    )
    running.send("A question")
    running.until(lambda: sum(counted) >= 4)
    assert sum(counted) == 4


def test_a_lost_worker_offers_to_go_on_without_it(running: Running) -> None:
    strip = running.window.chat.model_strip
    lost = ModelChanged("lost", "Qwen", "/q.gguf", error=ErrorInfo("engine.no_model"), without_workers=True)
    strip.show_model(lost)
    assert strip.actions_shown()[0] == "Reload without it"


def test_a_worker_that_was_lost_can_be_left_out_on_this_page_too(running: Running) -> None:
    page, heard = opened(running), Heard(running.desktop.bridge)
    running.services.settings.change(workers=("127.0.0.1:1",))
    running.services.models.reload()
    running.until(lambda: of_worker(heard, "ready"))
    assert page.model_strip.isHidden()
    running.engine.tell(EngineLost(ErrorInfo("worker.lost", {"address": "127.0.0.1:1"})))
    running.until(page.model_strip.isVisible)
    assert "127.0.0.1:1" in page.model_strip.text()
    assert page.model_strip.actions_shown()[0] == "Reload without it"
    press(page.model_strip, "Reload without it")
    running.until(page.model_strip.isHidden)
    running.until(lambda: running.services.models.state.state == "ready")
    assert running.services.models.state.workers == ()


def test_while_a_model_is_loaded_onto_a_worker_the_page_waits_and_then_reads(
    running: Running, placements: HandMadePlacements
) -> None:
    running.services.settings.change(workers=("127.0.0.1:1",))
    running.engine.hold.set()
    page, heard = running.window.later.placement, Heard(running.desktop.bridge)
    running.services.models.reload()
    running.until(lambda: of_worker(heard, "loading"))
    asked = len(placements.asked)
    running.window.go.show_page("placement")
    assert page.view.state.words.text().startswith("Loading the model onto another PC.")
    page.replanning.failed.emit("", UserError("worker.stalled", address="127.0.0.1:1"))
    languages.choose("ko")
    running.until(lambda: page.view.state.words.text().startswith("모델을 보조 PC"))
    languages.choose("en")
    assert len(placements.asked) == asked and not page.view.shows_model()
    running.engine.hold.clear()
    running.until(page.view.shows_model)


def test_a_load_onto_a_worker_that_fails_ends_the_waiting(running: Running) -> None:
    running.services.settings.change(workers=("127.0.0.1:1",))
    running.engine.hold.set()
    page, heard = running.window.later.placement, Heard(running.desktop.bridge)
    running.services.models.reload()
    running.until(lambda: of_worker(heard, "loading"))
    running.window.go.show_page("placement")
    running.engine.load_error = ErrorInfo("worker.refused", {"address": "127.0.0.1:1"})
    running.engine.hold.clear()
    running.until(page.view.shows_model)
    assert page.model_strip.isVisible()


def test_adding_a_worker_leads_to_the_settings(running: Running, placements: HandMadePlacements) -> None:
    page = opened(running)
    page.side.add_worker.click()
    workers = running.window.later.settings.workers.list
    assert running.window.pages.currentWidget() is running.window.later.settings
    assert QApplication.focusWidget() is workers.field
    placements.workers.set(WorkerState("192.168.0.7:50052"))
    running.until(lambda: len(workers.lines) == 1)
    assert next(iter(workers.lines.values())).words.text() == "Not checked yet"


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("scale", [0.8, 2.0])
def test_every_control_has_a_name_and_its_place(
    running: Running, placements: HandMadePlacements, language: str, scale: float
) -> None:
    placements.guess_ahead = {path: tuple(placements.by_path) for path in placements.by_path}
    languages.choose(language)
    themes.choose("dark", scale)
    page = opened(running)
    page.view.heat.show_fired(ExpertsChanged(1, 5, ((1, 2), (), (0, 4)), 0.0))
    page.view.tune.start()
    running.until(page.view.options.draft_model.isVisible)
    page.view.tune.show_result(MeasuredSpeed(10, 100), MeasuredSpeed(12, 100))
    QApplication.processEvents()
    assert without_name(page) == [] and without_name(page.side) == []
    # In a narrow window its parts fold, at every text size alike.
    assert page.view.scroller.widget().minimumSizeHint().width() <= 440 * scale


def test_the_speed_is_shown_while_an_answer_is_written(make_desktop: Make, qtbot: QtBot) -> None:
    placements = HandMadePlacements(plans.qwen())
    running = make_desktop(placements=placements, answer=lambda _: ["word "] * 3000, pace=0.01).ready()
    placements.by_path = {running.services.models.state.path: plans.qwen()}
    page = opened(running)
    running.window.go.show_page("chat")
    running.window.chat.composer.edit.setPlainText("Write on")
    qtbot.keyClick(running.window.chat.composer.edit, Qt.Key.Key_Return)
    running.until(running.window.chat.shown.answering)
    running.window.go.show_page("placement")
    running.until(lambda: "now" in page.view.explanation.speed.text())
    running.window.chat.commands.stop()
    running.until(lambda: "now" not in page.view.explanation.speed.text())
