"""What is in memory, for whom and until when: shown where the model is chosen, and done from there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.model_picker.loaded_model_text import (
    parts_sentences,
    residence_lines,
    until_sentence,
    used_sentence,
    where_sentence,
)
from app.services.models.events import ModelChanged, ModelReplanned
from app.services.models.loaded_model import Held, LoadedModel, LoadReason, Using, held_by
from engine.api import ModelFacts
from engine.placement.plan import RAM, Device, DeviceBytes, LoadedWeights
from engine.values import ReasoningControl, Sampling
from tests.app.desktop.conftest import Running
from tests.support.placement.plans import a_machine, a_plan
from tests.support.window.composer import says
from tests.support.window.main_window import toast_text
from tests.support.window.pressing import press

GB = 10**9
NOON = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0).timestamp()
ON_BOTH = (
    Held(RAM, "cpu", "Processor", DeviceBytes(11 * GB, 0, GB // 2)),
    Held("CUDA0", "gpu", "NVIDIA GeForce RTX 2080", DeviceBytes(5 * GB, 3 * GB // 2, GB // 2)),
)
READY = ModelChanged("ready", "Qwen", "/m/qwen.gguf")


def a_residence(**changes: object) -> LoadedModel:
    return msgspec.structs.replace(
        LoadedModel("/m/qwen.gguf", "Qwen", "writing", ON_BOTH, NOON, until=NOON + 1800), **changes
    )


@pytest.fixture(autouse=True)
def in_english(looks: None) -> None:
    pass


def test_it_says_how_much_is_where_until_when_why_and_for_whom() -> None:
    loaded_model = a_residence(last=Using("chat", 3, "Trip to Jeju"))
    where, until, why, used = residence_lines(READY, loaded_model)
    assert where == "In memory: 11.5 GB in RAM, 7 GB on RTX 2080"
    assert until.startswith("Unloads at 12:30") and until.endswith("unless used")
    assert why.startswith("Loaded at 12:00") and why.endswith("when you started typing")
    assert used == "Last used by “Trip to Jeju”"
    assert parts_sentences(loaded_model)[1] == "RTX 2080: weights 5 GB, context 1.5 GB, compute 500 MB"


def test_a_time_of_another_day_says_its_day() -> None:
    tomorrow = a_residence(until=time.time() + 86_400 * 2)
    assert str((datetime.now().year) % 100) in until_sentence(tomorrow)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stays": "answering", "until": 0.0}, "Stays in memory: an answer is being written"),
        ({"stays": "running", "until": 0.0}, "Stays in memory: a run is in progress"),
        ({"stays": "asking", "until": 0.0}, "Stays in memory: a run needs you"),
        ({"stays": "always", "until": 0.0}, "Stays in memory until you unload it"),
        ({"short": True}, "Memory is low: unloads in a minute unless used"),
    ],
)
def test_what_stays_says_why(changes: dict[str, object], said: str) -> None:
    assert until_sentence(a_residence(**changes)) == said


def test_who_works_with_it_now_comes_before_who_did() -> None:
    users = (Using("run", 1, "Sort the invoices"), Using("chat", 2, ""))
    busy = a_residence(users=users, last=Using("chat", 3, "Trip"))
    assert used_sentence(busy) == "In use by “Sort the invoices”, a new chat"
    assert used_sentence(a_residence()) == ""


def test_nothing_is_said_of_a_model_that_loads_failed_or_runs_elsewhere() -> None:
    for state in (None, ModelChanged("loading", "m", "p"), ModelChanged("empty", "", "")):
        assert residence_lines(state, None) == ()
    assert residence_lines(READY, None) == ()


def test_each_reason_has_its_words_in_both_languages() -> None:
    reasons: tuple[LoadReason, ...] = ("chosen", "start", "writing", "answer", "run")
    for language in ("en", "ko"):
        languages.choose(language)
        said = {residence_lines(READY, a_residence(because=reason))[2] for reason in reasons}
        said |= {
            residence_lines(msgspec.structs.replace(READY, state="empty", resting=resting), None)[0]
            for resting in ("unused", "idle", "memory", "wanted")
        }
        assert len(said) == 9


def test_what_a_model_takes_is_the_plan_with_the_weights_where_they_were_found() -> None:
    card = Device("CUDA0", "gpu", "RTX 2080", 8 * GB, 8 * GB)
    plan = msgspec.structs.replace(
        a_plan(),
        bytes={"CUDA0": DeviceBytes(2 * GB, GB, 0), RAM: DeviceBytes(4 * GB, 0, GB), "RPC0": DeviceBytes()},
    )
    facts = ModelFacts(
        "p", "m", "a", "q", 1, 1, ReasoningControl(), Sampling(), 0.0, plan, machine=a_machine(card)
    )
    assert [(held.device, held.description, held.bytes.model) for held in held_by(facts)] == [
        (RAM, "Processor", 4 * GB),
        ("CUDA0", "RTX 2080", 2 * GB),
    ]
    found = msgspec.structs.replace(facts, weights=LoadedWeights({RAM: 6 * GB, "CUDA0": 0}, {}))
    assert [held.bytes.model for held in held_by(found)] == [6 * GB, 0]


def test_what_is_kept_of_conversations_is_memory_as_well() -> None:
    assert where_sentence(a_residence(kept=300 * 10**6)).endswith(", 300 MB for other chats")


def test_a_window_loads_with_the_first_letters_and_unloads_from_the_picker(
    make_desktop: Callable[..., Running], qtbot: QtBot
) -> None:
    running = make_desktop(settings={"load_model": "writing"})
    running.start()
    menu, composer = running.window.chat.header.model, running.window.chat.composer
    running.until(lambda: menu.pill.accessibleName().endswith(", not loaded, loads when you start typing"))
    assert running.window.chat.model_strip.isHidden(), "nothing is wrong"
    assert says(composer, "Loads when you start typing.")
    menu.open_menu()
    assert menu.picker is not None
    assert menu.picker.note.text() == "Not in memory yet. Loads when you start typing."
    texts = menu.picker.texts()
    assert "Unload now" not in texts and {"Load now", "Check tools (30 s)"} <= set(texts)
    running.until(lambda: any(text.endswith(", not loaded") for text in menu.picker.texts()))
    menu.open_menu()

    qtbot.keyClicks(composer.edit, "H")
    running.until(lambda: menu.pill.accessibleName().endswith(", ready"))
    running.until(lambda: "when you started typing" in menu.pill.accessibleDescription())
    assert running.engine.requests == []
    running.send("Hello")
    running.until(lambda: "Last used by “Hello”" in menu.pill.toolTip())

    menu.open_menu()
    picker = menu.picker
    running.until(lambda: "Unload now" in picker.texts())
    qtbot.keyClicks(picker.field, "zzz")
    qtbot.keyClick(picker.field, Qt.Key.Key_PageDown)
    qtbot.keyClick(picker.field, Qt.Key.Key_Up)
    qtbot.keyClick(picker.field, Qt.Key.Key_Return)
    running.until(lambda: running.engine.state == "empty")
    running.until(lambda: menu.pill.accessibleDescription().startswith("Unloaded. Loads when"))
    running.send("And again")
    assert len(running.engine.requests) == 2


def test_a_task_for_a_run_loads_the_model_in_use_as_well(
    make_desktop: Callable[..., Running], qtbot: QtBot
) -> None:
    running = make_desktop(settings={"load_model": "writing"})
    running.start()
    running.until(lambda: running.services.models.state.resting == "unused")
    running.window.go.new_run()
    form = running.window.later.runs.form
    running.until(lambda: form.task.hasFocus() and form.model.is_in_use())
    qtbot.keyClicks(form.task, "S")
    running.until(lambda: running.services.models.state.because == "writing")
    running.until(lambda: running.services.models.state.state == "ready")


def test_while_an_answer_is_written_it_cannot_be_unloaded(running: Running) -> None:
    running.engine.hold.set()
    composer, menu = running.window.chat.composer, running.window.chat.header.model
    composer.edit.setPlainText("Hello")
    press(composer, "Send")
    running.until(lambda: "Stays in memory: an answer is being written" in menu.pill.toolTip())
    menu.open_menu()
    assert menu.picker is not None
    rows = menu.picker.rows

    def enabled() -> list[bool]:
        return [row.enabled for row in rows.rows if row.text == "Unload now"]

    running.until(lambda: enabled() == [False])  # it keeps its place
    running.engine.hold.clear()
    running.until(lambda: "unless used" in menu.pill.toolTip())
    running.until(lambda: enabled() == [True])


def test_the_settings_say_when_it_is_loaded_and_how_long_it_stays(running: Running, qtbot: QtBot) -> None:
    editors = running.window.later.settings.loading.editors
    load, unload = editors["load_model"], editors["unload_after"]
    running.services.settings.change(unload_after=45)
    running.until(lambda: unload.value() == "45")
    assert unload.values() == ["5", "30", "45", "120", "0"], "a number from the file is not lost"
    unload.chosen.emit("0")
    load.chosen.emit("writing")
    qtbot.mouseClick(editors["unload_for_memory"], Qt.MouseButton.LeftButton)
    running.until(lambda: not running.services.settings.current.unload_for_memory)
    kept = running.services.settings.current
    assert (kept.unload_after, kept.load_model) == (0, "writing")
    running.until(
        lambda: "Stays in memory until you unload it" in running.window.chat.header.model.pill.toolTip()
    )


def test_a_model_that_goes_on_in_another_way_says_so(running: Running) -> None:
    running.services.events.publish(ModelReplanned("Qwen"))
    running.until(running.window.toast.isVisible)
    assert toast_text(running.window) == "Qwen is now set for long chats"
