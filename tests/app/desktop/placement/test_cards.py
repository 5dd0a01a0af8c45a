"""The cards over plans written by hand: what they draw and what they say."""

from __future__ import annotations

from itertools import pairwise, product

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement.activity_card import ActivityCard
from app.desktop.placement.bars import device_bars
from app.desktop.placement.bars_card import BarsCard
from app.desktop.placement.experts_used.heat_map import HeatMap
from app.desktop.placement.experts_used.levels import blank, heat_of
from app.desktop.placement.explanation_card import ExplanationCard
from app.desktop.placement.layers import layer_cells
from app.desktop.placement.live_speed import LiveSpeed
from app.desktop.placement.options_card import OptionsCard
from app.desktop.placement.steps import budget_steps, context_steps, nearest_step
from app.desktop.placement.strip_card import StripCard
from app.desktop.placement.suggestion import suggested_options
from app.desktop.placement.tune_card import TuneCard
from app.services.placement.events import TuneProgress
from app.services.placement.trials import MeasuredSpeed
from engine.activity import Activity
from engine.errors import ErrorInfo
from engine.placement.plan import DISK, RAM, Attention, PlacementOptions, PlannedModel
from tests.app.desktop.placement import plans

pytestmark = pytest.mark.usefixtures("looks")
EVERY = [
    plans.qwen,
    plans.several_devices,
    plans.paged,
    plans.from_disk,
    plans.above_the_disk,
    plans.dense,
    plans.refused_model,
]


def shown(qtbot: QtBot, widget: QWidget, width: int = 800) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, widget.sizeHint().height())
    widget.show()
    QApplication.processEvents()


@pytest.mark.parametrize("make", EVERY)
def test_bars_add_up_to_what_the_plan_says(make: object) -> None:
    model: PlannedModel = make()  # type: ignore[operator]
    bars = {bar.name: bar for bar in device_bars(model.plan, model.machine)}
    told = sum(bar.used for bar in bars.values())
    assert told == sum(taken.total for taken in model.plan.bytes.values())
    for bar in bars.values():
        assert all(count > 0 for _, count in bar.parts) and bar.used <= bar.size


def test_what_does_not_fit_ram_has_a_bar_of_the_disk() -> None:
    model = plans.paged()
    ram, disk = device_bars(model.plan, model.machine)[-2:]
    assert disk.name == DISK and disk.used == 319 * plans.GB
    assert ram.name == RAM and ram.used == 52 * plans.GB


class Floors:
    """What the page says of a model that runs from the disk."""

    def __init__(self, qtbot: QtBot, model: PlannedModel) -> None:
        self.bars, self.layers, self.told = BarsCard(), StripCard(), ExplanationCard()
        self.bars.show_plan(model.plan, model.machine)
        self.layers.show_model(model)
        self.told.show_plan(model.plan, 0.0, machine=model.machine)
        for card in (self.bars, self.layers, self.told):
            shown(qtbot, card)
        self.cells = layer_cells(model.plan, 61, model.experts)

    def shares(self, layer: int) -> list[tuple[str, float]]:
        return [(name, round(share, 2)) for name, share in self.cells[layer].shares]


def test_experts_in_the_file_are_the_third_floor(qtbot: QtBot) -> None:
    floors = Floors(qtbot, plans.from_disk())
    gpu, ram, disk = floors.bars.rows
    assert ram.accessibleName() == "RAM: 47.3 of 52 GB"
    assert ram.accessibleDescription().startswith("cached experts 47 GB, compute memory 300 MB")
    assert disk.accessibleName() == "Disk: 323 GB, read as needed"
    assert gpu.accessibleName().startswith("GPU · RTX 2080: ")
    assert (floors.shares(0), floors.shares(3)) == ([], [(RAM, 0.13), (DISK, 0.87)])
    assert floors.layers.strip.accessibleName() == "layers 0 to 2: no experts, layers 3 to 60: RAM, Disk"
    assert floors.layers.strip.cell_text(3) == "Layer 3: 33 of its experts in RAM, all of them on the disk"
    assert floors.told.reads.text() == (
        "Each token of an answer reads 10.4 GB from RTX 2080, 12.1 GB from RAM, 4 GB from the disk."
    )
    assert (
        floors.told.hits.text() == "Of the experts that a token needs, 64% should be in RAM already (39–80%)."
    )
    assert floors.told.sentence.text() == (
        "Experts are read from the disk, and RAM (47.3 GB of 52 GB) holds everything else and the 33 of 256 experts "
        "of each layer that were used last. About 2.1 tokens per second, with 4 GB read from the disk for each."
    )


def test_a_card_above_the_disk_has_its_slots_and_ram_has_others(qtbot: QtBot) -> None:
    floors = Floors(qtbot, plans.above_the_disk())
    gpu, _, disk = floors.bars.rows
    assert "cached experts 12.8 GB" in gpu.accessibleDescription()
    assert disk.accessibleName() == "Disk: 310 GB, read as needed"
    assert floors.shares(3) == [("CUDA0", 0.04), (RAM, 0.13), (DISK, 0.84)]
    assert floors.layers.strip.cell_text(3) == (
        "Layer 3: 9 of its experts on RTX 2080, 33 in RAM, all of them on the disk"
    )
    assert floors.told.hits.text() == (
        "Of the experts that a token needs, 64% should be on the graphics card or in RAM already (39–80%)."
    )


def test_bars_name_their_parts(qtbot: QtBot) -> None:
    card = BarsCard()
    model = plans.qwen()
    card.show_plan(model.plan, model.machine)
    shown(qtbot, card)
    gpu = card.rows[0]
    assert gpu.accessibleName() == "GPU · RTX 2080: 7.1 of 7.6 GB"
    assert gpu.accessibleDescription() == (
        "attention and shared 1.1 GB, experts 5.1 GB, context 620 MB, compute memory 300 MB, free 520 MB"
    )
    widths = [rect.width() for _, rect in gpu.bar.segments()]
    assert max(widths) == widths[1] and gpu.bar.segments()[-1][1].right() <= gpu.width()
    languages.choose("ko")
    qtbot.waitUntil(lambda: gpu.accessibleName() == "GPU · RTX 2080: 7.1 / 7.6 GB")


def test_another_machine_has_other_bars(qtbot: QtBot) -> None:
    card = BarsCard()
    for make, count in ((plans.several_devices, 4), (plans.dense, 1), (plans.paged, 3)):
        model = make()
        card.show_plan(model.plan, model.machine)
        assert len(card.rows) == count
    shown(qtbot, card)


def test_a_layer_that_is_divided_has_shares() -> None:
    model = plans.qwen()
    cells = layer_cells(model.plan, 48, model.experts)
    assert cells[0].shares == (("CUDA0", 1.0),) and cells[47].shares == ((RAM, 1.0),)
    assert [(name, round(share, 2)) for name, share in cells[28].shares] == [("CUDA0", 0.67), (RAM, 0.33)]


def test_the_strip_says_where_layers_lie(qtbot: QtBot) -> None:
    card = StripCard()
    card.show_model(plans.qwen())
    shown(qtbot, card)
    assert card.strip.accessibleName() == (
        "layers 0 to 27: RTX 2080, layer 28: RTX 2080, RAM, layers 29 to 47: RAM"
    )
    card.show_model(plans.paged())
    assert card.strip.accessibleName() == "layers 0 to 2: no experts, layers 3 to 60: RAM"
    card.show_model(plans.dense())
    assert card.title() == "Where each layer is (this model has no experts)"
    assert card.strip.accessibleName() == "layers 0 to 29: RAM"


def test_the_strip_is_read_by_keys(qtbot: QtBot) -> None:
    card = StripCard()
    card.show_model(plans.qwen())
    shown(qtbot, card)
    strip = card.strip
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert strip.accessibleDescription() == strip.cell_text(47)
    for _ in range(19):
        qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.accessibleDescription() == "Layer 28: 67% on RTX 2080, 33% on RAM"
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert strip.accessibleDescription() == strip.cell_text(0)


@pytest.mark.parametrize("layers", [1, 7, 48, 120])
@pytest.mark.parametrize("width", [160, 900])
def test_any_number_of_layers_has_its_place(qtbot: QtBot, layers: int, width: int) -> None:
    card = StripCard()
    model = plans.model(
        plans.plan(expert_layers={RAM: tuple(range(layers))}, partial=None),
        plans.machine(plans.GPU),
        layers=layers,
    )
    card.show_model(model)
    shown(qtbot, card, width)
    rects = [card.strip.cell_rect(index) for index in range(layers)]
    assert all(a.right() <= b.left() + 0.01 for a, b in pairwise(rects))
    assert rects[-1].right() <= card.strip.width() + 1 and all(rect.width() >= 1 for rect in rects)


def counts(layers: int, experts: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple((layer * 7 + e * 3) % 11 for e in range(experts)) for layer in range(layers))


def test_the_heat_of_an_expert_is_its_share_of_its_layer() -> None:
    heat = heat_of(((), (1, 3, 0), (0, 0, 0)))
    assert heat is not None and heat.layers == (1, 2) and heat.shares[0] == (0.25, 0.75, 0.0)
    assert heat.levels[1] == 255 and 0 < heat.levels[0] < 255 and heat.levels[2:] == bytes(4)
    assert heat.busiest() == (1, 1, 0.75)
    assert heat_of(()) is None and heat_of(((0, 0), ())) is None


@pytest.mark.parametrize(("layers", "experts"), [(61, 256), (30, 8), (1, 2), (120, 3)])
def test_every_cell_of_the_heat_map_has_the_colour_of_its_expert(
    qtbot: QtBot, layers: int, experts: int
) -> None:
    heat = heat_of(counts(layers, experts))
    assert heat is not None
    widget = HeatMap()
    widget.show_heat(heat)
    shown(qtbot, widget)
    across = experts > layers
    # At this size every cell is one pixel.
    widget.resize(*((experts, layers) if across else (layers, experts)))
    image = widget.grab().toImage()
    line, gpu = QColor(themes.current.line), QColor(themes.current.gpu)
    for row, expert in product(range(layers), range(experts)):
        place = QPoint(expert, row) if across else QPoint(row, expert)
        level = heat.levels[row * experts + expert]
        red = line.red() + (gpu.red() - line.red()) * level / 255
        assert abs(QColor(image.pixel(place)).red() - red) <= 1


@pytest.mark.parametrize("look", ["light", "dark"])
def test_in_high_contrast_experts_that_never_fired_are_bare_and_outlined(
    qtbot: QtBot, looks: None, look: str
) -> None:
    themes.choose(look, 1.0, "high")
    widget = HeatMap()
    widget.show_heat(blank(48, 128))
    shown(qtbot, widget)
    widget.resize(300, 300)
    widget.clearFocus()
    image = widget.grab().toImage()
    found = {QColor(image.pixel(x, y)).name().upper() for x in range(300) for y in range(300)}
    theme = themes.current
    assert found == {theme.card, theme.line, theme.edge}
    assert {QColor(image.pixel(x, 0)).name().upper() for x in range(300)} == {theme.edge}
    assert sum(QColor(image.pixel(150, y)).name().upper() == theme.line for y in range(300)) == 47


def test_the_heat_map_is_read_by_keys_and_by_the_pointer(qtbot: QtBot) -> None:
    heat = heat_of(counts(61, 256))
    assert heat is not None
    widget = HeatMap()
    widget.show_heat(heat)
    shown(qtbot, widget)
    told: list[object] = []
    widget.pointed.connect(told.append)
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    qtbot.keyClick(widget, Qt.Key.Key_Down)
    assert told[-1] == (1, 1, heat.shares[1][1])
    qtbot.mouseMove(widget, QPoint(widget.width() - 1, widget.height() - 1))
    qtbot.waitUntil(lambda: told[-1] == (60, 255, heat.shares[60][255]))
    widget.clearFocus()
    assert told[-1] is None


def test_the_explanation_tells_measured_and_predicted_apart(qtbot: QtBot) -> None:
    card = ExplanationCard()
    made = plans.qwen().plan
    card.show_plan(made, 0)
    assert card.speed.text() == "<b>31 to 41 tokens per second predicted</b>, not measured yet"
    assert card.speed.textFormat() == Qt.TextFormat.RichText
    card.show_plan(made, 38.2, [ErrorInfo("chat.busy"), ErrorInfo("chat.busy")])
    assert card.speed.text() == "<b>38 tokens per second measured</b>, 31 to 41 predicted"
    shown(qtbot, card)
    assert len(card.notices) == 1 and card.notices[0].isVisible()


def test_what_a_token_reads_of_each_device_is_told_once_the_machine_is_known(qtbot: QtBot) -> None:
    card = ExplanationCard()
    model = plans.qwen()
    card.show_plan(model.plan, 0)
    assert card.reads.isHidden()
    card.show_plan(model.plan, 0, (), model.machine)
    assert card.reads.text() == "Each token of an answer reads 1.2 GB from RTX 2080, 410 MB from RAM."
    languages.choose("ko")
    qtbot.waitUntil(lambda: "RTX 2080" in card.reads.text() and "reads" not in card.reads.text())
    shown(qtbot, card)


def test_tuning_tells_before_and_after(qtbot: QtBot) -> None:
    card = TuneCard()
    card.start()
    assert card.progress.text() == "about a minute"
    card.show_progress(TuneProgress("m", 30, 100, "threads", 31.4))
    assert card.running() and card.progress.text().startswith("at most ")
    assert card.words.text() == "Tried other numbers of threads: 31 tokens per second"
    card.show_result(MeasuredSpeed(31.4, 210), MeasuredSpeed(38.1, 300))
    assert card.words.text() == (
        "Before: 31 tokens per second, prompts at 210. Best found: 38, prompts at 300."
    )
    assert card.keep.text() == "Keep and reload" and card.better()
    card.show_result(MeasuredSpeed(31.4, 210), MeasuredSpeed(31.4, 210))
    assert card.keep.text() == "Close" and card.leave.isHidden()
    card.show_failure("It went wrong.")
    assert card.words.text() == "It went wrong." and not card.running()
    shown(qtbot, card)


def test_contexts_double_up_to_what_the_model_was_trained_for() -> None:
    assert context_steps(8192) == (1024, 1536, 2048, 3072, 4096, 6144, 8192)
    assert context_steps(2500) == (1024, 1536, 2048, 2500)
    assert context_steps(512) == (512,) and context_steps(0) == (1024,)
    steps = context_steps(163_840)
    assert list(steps) == sorted(set(steps)) and steps[-1] == 163_840
    assert [nearest_step(steps, value) for value in (0, 1024, 1500, 10**9)] == [0, 0, 1, len(steps) - 1]


def test_budgets_go_from_nothing_to_all() -> None:
    steps = budget_steps(7_600_000_000)
    assert steps[0] == 0 and steps[-1] == 7_600_000_000 and len(steps) == 101
    assert budget_steps(0) == (0,) and budget_steps(-5) == (0,) and budget_steps(3) == (0, 1, 2, 3)


def test_a_refusal_names_wishes_that_work() -> None:
    machine = plans.several_devices().machine
    options = PlacementOptions(budgets={"CUDA1": 10, RAM: 20})

    def suggested(code: str, **params: str | int) -> PlacementOptions | None:
        return suggested_options(ErrorInfo(code, dict(params)), options, machine)

    smaller = suggested("plan.try_smaller_cache", missing_bytes=5)
    assert smaller is not None and smaller.cache_type == "q8_0"
    shorter = suggested("plan.try_shorter_context", context=4096, asked=8192)
    assert shorter is not None and shorter.context == 4096
    larger = suggested("plan.try_budget", device="CUDA1 (RTX 2080)", wanted_bytes=30)
    assert larger is not None and larger.budgets == {"CUDA1": 30, RAM: 20}
    ram = suggested("plan.try_budget", device="RAM", wanted_bytes=30)
    assert ram is not None and ram.budgets == {"CUDA1": 10, RAM: 30}
    assert suggested("plan.needs_memory", missing_bytes=5) is None
    assert suggested_options(None, options, machine) is None


def test_a_live_speed_is_of_the_last_seconds() -> None:
    live = LiveSpeed()
    assert live.tokens_per_second() == 0
    for step in range(50):
        live.add(1, 2, step * 0.1)
    assert round(live.tokens_per_second()) == 20
    live.end(1)
    live.add(2, 100, 5.0)
    assert live.tokens_per_second() == 0 and live.answers() == 1
    live.add(2, 3, 15.0)
    assert live.tokens_per_second() == 0.3
    live.add(2, 1, 15.1)
    assert 0.3 < live.tokens_per_second() < 0.5
    live.end(2)
    assert live.tokens_per_second() == 0 and not live.answers()


def test_a_live_speed_is_that_of_all_answers_together() -> None:
    live = LiveSpeed()
    for step in range(50):
        live.add(step % 3, 1, step * 0.1)
    assert round(live.tokens_per_second()) == 10 and live.answers() == 3
    live.end(0)
    assert 6 < live.tokens_per_second() < 7 and live.answers() == 2


BUSY = Activity(
    answering=2,
    waiting=1,
    decode_tps=14.2,
    prefill_tps=210.0,
    rows=12.4,
    streams=2.0,
    python_share=0.012,
    read=1000,
    reused=3000,
    drafted=340,
    accepted=211,
    cells=8192,
    cells_used=3120,
    kept_bytes=120_000_000,
    kept_disk_bytes=340_000_000,
)


def test_what_the_engine_does_is_told_in_words_with_units(qtbot: QtBot) -> None:
    card = ActivityCard()
    qtbot.addWidget(card)
    assert card.isHidden()
    card.show_activity(BUSY)
    assert not card.isHidden() and card.note.text() == ""
    assert card.lines() == [
        "Answers: 2 active, 1 waiting",
        "Writing: 14 tokens per second",
        "Reading: 210 tokens per second",
        "Each step: 12 tokens, 1.2% outside llama.cpp",
        "Reused: 75% of 4,000 tokens of prompts",
        "Predicted: 62% of 340 tokens correct",
        "Context in use: 3,120 of 8,192 tokens",
        "Cached: 120 MB in memory, 340 MB on disk",
    ]
    card.show_activity(msgspec.structs.replace(BUSY, answering=0, waiting=0))
    assert card.note.text() == "Idle"
    assert card.lines()[:4] == ["Answers: none", "Writing: –", "Reading: –", "Each step: –"]
    card.show_activity(None)
    assert card.isHidden()


def test_a_narrow_card_puts_its_lines_one_under_the_other(qtbot: QtBot) -> None:
    card = ActivityCard()
    qtbot.addWidget(card)
    card.show_activity(BUSY)
    card.resize(1000, 200)
    card.layout().activate()
    assert card.names[4].y() == card.names[0].y() and card.names[4].x() > card.values[0].x()
    card.resize(400, 400)
    card.layout().activate()
    assert card.names[4].x() == card.names[0].x() and card.names[4].y() > card.names[3].y()


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ((0, 0), ""),
        ((1, 1), "Each step runs as one graph"),
        ((3, 5), "Graph splits per step: 3 for a prompt, 5 for a token"),
    ],
)
def test_the_pieces_of_a_step_are_among_the_plans_details(
    qtbot: QtBot, splits: tuple[int, int], said: str
) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    model = plans.qwen()
    card.show_options(PlacementOptions(), model, model.trained_context, splits)
    assert card.facts.text().splitlines()[3:] == ([said] if said else [])


@pytest.mark.parametrize(
    ("sequences", "said"),
    [
        (1, "Context: one answer is written at a time"),
        (4, "Context: shared by up to 4 answers written at once"),
    ],
)
def test_how_many_answers_share_the_context_is_told(qtbot: QtBot, sequences: int, said: str) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    model = plans.qwen()
    placement = msgspec.structs.replace(model.plan.placement, sequences=sequences)
    plan = msgspec.structs.replace(model.plan, placement=placement)
    card.show_options(PlacementOptions(), msgspec.structs.replace(model, plan=plan), model.trained_context)
    assert card.facts.text().splitlines()[0] == said


@pytest.mark.parametrize("attention", ["plain", "flash"])
def test_attention_that_others_do_not_have_is_told(qtbot: QtBot, attention: Attention) -> None:
    card = OptionsCard()
    qtbot.addWidget(card)
    model = plans.qwen()
    placement = msgspec.structs.replace(model.plan.placement, attention=attention)
    plan = msgspec.structs.replace(model.plan, placement=placement)
    card.show_options(PlacementOptions(), msgspec.structs.replace(model, plan=plan), model.trained_context)
    told = "Attention: plain, faster here than flash" in card.facts.text().splitlines()
    assert told is (attention == "plain")
