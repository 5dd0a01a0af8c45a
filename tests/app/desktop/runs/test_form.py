"""The form of a new run: recipes, models, tools, budget and folder, as a person fills it in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from agents.budget import Budget
from app.desktop.model_picker.tool_checking import ToolCheckUnderWay
from app.desktop.run_view.folder_field import dropped_folder
from app.desktop.runs.model_field import RunModel
from app.desktop.runs.new_run import NewRun
from app.desktop.runs.save_recipe import parameters_in
from app.services.models.events import ModelChanged
from app.services.runs.values import Recipe, RunSpec, ToolAtHand
from engine.api import ModelFacts
from engine.values import ReasoningControl, Sampling
from tests.app.desktop.runs.conftest import RunsBench
from tests.support.agents.scripted_brain import ScriptedBrain, says
from tests.support.window.menus import choose
from tests.support.window.pressing import press

TIDY = Recipe(
    "tidy",
    "Tidy up",
    "Sorts loose files.",
    "Sort the files {by}, and tell {whom}.",
    (("by", "Sort", "by kind"), ("whom", "Who is told", "")),
    ("list_files", "move_file"),
    "workspace",
    Budget(steps=40),
)
TOOLS = (
    ToolAtHand("list_files", "List what is in a folder.", read_only=True, network=False),
    ToolAtHand("move_file", "Move a file.", read_only=False, network=False),
)


@pytest.fixture
def form(qtbot: QtBot, looks: None) -> NewRun:
    form = NewRun()
    qtbot.addWidget(form)
    form.tools.show_tools(TOOLS, ())
    form.show()
    return form


def sent(form: NewRun) -> list[RunSpec]:
    wishes: list[RunSpec] = []
    form.start_wanted.connect(wishes.append)
    form.send()
    return wishes


def test_a_recipe_fills_the_form_and_its_fields_fill_the_task(form: NewRun) -> None:
    form.show_recipe(TIDY)
    assert form.task.toPlainText() == "Sort the files by kind, and tell {whom}."
    form.fields.fields["whom"].setText("Kim")
    assert form.task.toPlainText() == "Sort the files by kind, and tell Kim."
    (wish,) = sent(form)
    assert wish.task == "Sort the files by kind, and tell Kim."
    assert (wish.recipe, wish.title, wish.mode) == ("tidy", "Tidy up", "workspace")
    assert wish.budget == Budget(steps=40)
    assert wish.tools is None  # exactly the tools there are


def test_ctrl_enter_starts_it_wherever_the_focus_is(form: NewRun, qtbot: QtBot) -> None:
    wishes: list[RunSpec] = []
    form.start_wanted.connect(wishes.append)
    for number, place in enumerate((form.task, form.folder.field, form.model.choice, form.tools.head)):
        place.setFocus()
        qtbot.keyClick(place, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert len(wishes) == number + 1
        form.say(None)
    assert form.task.toPlainText() == ""
    assert not form.tools.is_open()


def test_a_plan_first_is_wished_and_not_kept_for_the_next_run(form: NewRun) -> None:
    form.task.setPlainText("Sort the files.")
    form.plan.click()
    assert [wish.plan for wish in sent(form)] == [True]
    form.show_empty()
    form.task.setPlainText("Sort the files.")
    assert [wish.plan for wish in sent(form)] == [False]


def test_a_recipe_with_an_empty_field_says_which(form: NewRun) -> None:
    form.show_recipe(TIDY)
    assert sent(form) == []
    assert form.fields.complaint.text() == "“Who is told” is empty. Fill it in before starting."
    form.fields.fields["whom"].setText("Kim")
    assert form.fields.complaint.isHidden()


def test_what_is_written_by_hand_is_not_written_over(form: NewRun) -> None:
    form.show_recipe(TIDY)
    form.task.setPlainText("Only the pictures.")
    form.fields.fields["whom"].setText("Kim")
    (wish,) = sent(form)
    assert wish.task == "Only the pictures."


def test_a_recipe_leaves_nothing_behind_in_an_empty_form(form: NewRun) -> None:
    form.show_recipe(TIDY)
    form.show_empty()
    (wish,) = sent(form)
    assert wish == RunSpec("", "", budget=Budget())
    assert not form.fields.isVisible()


def test_tools_are_all_or_those_that_are_ticked(form: NewRun) -> None:
    form.tools.show_tools(TOOLS, ("time.now",))
    assert form.tools.chosen() is None
    form.tools.reading.click()
    assert form.tools.chosen() == ("list_files",)
    assert form.tools.head.summary.text() == "1 of 3"
    form.tools.open()
    press(form.tools, re.compile("^Servers: "))
    assert form.tools.chosen() == ("list_files", "time.now")
    form.tools.all.click()
    assert form.tools.chosen() is None


def test_where_nothing_can_be_executed_the_tools_say_so(form: NewRun) -> None:
    form.tools.show_tools(TOOLS, ())
    form.tools.open()
    assert form.tools.lacking.isVisible() and "no sandbox" in form.tools.lacking.text()
    form.tools.show_tools((*TOOLS, ToolAtHand("shell", "Run a command.", read_only=False, network=False)), ())
    assert not form.tools.lacking.isVisible()


def test_tools_are_ticked_as_a_run_had_them(form: NewRun) -> None:
    form.tools.choose_as(("list_files", "read_result"))
    assert form.tools.chosen() == ("list_files",)
    form.tools.choose_as(("list_files", "move_file", "read_result", "time.now"))
    assert form.tools.chosen() is None


def test_a_budget_of_0_is_no_limit(form: NewRun) -> None:
    form.budget.steps.setValue(0)
    form.budget.minutes.setValue(0)
    assert form.budget.head.summary.text() == "no limit"
    (wish,) = sent(form)
    assert wish.budget == Budget(steps=0, seconds=0.0)


def test_a_model_elsewhere_is_given_by_name_and_said_to_get_the_text(form: NewRun) -> None:
    choose(form.model.choice, "Another, by name…")
    form.model.other.setText("openai:http://127.0.0.1:8000/v1#qwen")
    assert form.model.leaves.isHidden()
    form.model.other.setText("openai:https://models.example/v1#qwen")
    assert form.model.leaves.text() == (
        "Text leaves this computer: the task, and whatever the model reads from your files, goes to models.example."
    )
    (wish,) = sent(form)
    assert wish.model == "openai:https://models.example/v1#qwen"


def test_models_are_offered_with_how_well_they_use_tools_and_those_of_earlier_runs_again(
    form: NewRun,
) -> None:
    form.model.show_models([RunModel("/m/granite.gguf", "Granite · Q4_K_M", "/m/granite.gguf", "good")])
    used = "openai:http://127.0.0.1:8000/v1#qwen"
    form.show_recent([], [used, "/gone.gguf", used])
    form.model.choice.open_menu()
    texts = [action.text() for action in form.model.choice.menu_shown.actions()]
    form.model.choice.menu_shown.close()
    assert texts == [
        "The model in use",
        "Granite · Q4_K_M · tools: good",
        "qwen · 127.0.0.1:8000",
        "Another, by name…",
    ]
    form.model.choose(used)
    assert form.model.model() == used


def test_neither_a_long_name_nor_all_levels_of_reasoning_make_the_form_wider(
    form: NewRun, qtbot: QtBot
) -> None:
    name = "A model with a name that is much too long for a small window · Q4_K_M"
    form.model.show_models([RunModel("/m/long.gguf", name, "/m/long.gguf", "good")])
    form.model.choose("/m/long.gguf")
    form.resize(420, 800)
    scroller = form.findChild(QScrollArea)
    assert scroller is not None
    qtbot.waitUntil(lambda: scroller.widget().width() == scroller.viewport().width() <= 420)
    assert not form.reasoning.segments.isVisible() and form.reasoning.isVisible()
    form.resize(1000, 800)
    qtbot.waitUntil(form.reasoning.segments.isVisible)


def test_reasoning_is_offered_as_the_model_can_do_it(form: NewRun) -> None:
    facts = ModelFacts(
        "/m/smol.gguf", "SmolLM2", "llama", "F16", 2048, 2048, ReasoningControl("none"), Sampling(), 0.1
    )
    form.take_model(ModelChanged("ready", "SmolLM2", "/m/smol.gguf", facts=facts))
    assert not form.reasoning.isVisible()
    form.model.show_models([RunModel("/m/qwen.gguf", "Qwen", "/m/qwen.gguf")])
    form.model.choose("/m/qwen.gguf")  # not loaded, so nothing is known of it
    assert form.reasoning.isVisible()


def test_a_folder_or_the_folder_of_a_file_can_be_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    for path in (tmp_path, tmp_path / "a.txt"):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        assert dropped_folder(data) == str(tmp_path)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a")])
    assert dropped_folder(data) == ""


def test_recent_folders_are_offered_once_and_the_latest_stands_in_the_field(form: NewRun) -> None:
    form.show_recent(["/one", "/two", "/one"])
    assert form.folder.folder() == "/one"
    menu = form.folder.menu()
    assert [action.text() for action in menu.actions()] == ["/one", "/two"]
    menu.actions()[1].trigger()
    assert form.folder.folder() == "/two"
    form.show_recent(["/three"])
    assert form.folder.folder() == "/two"  # what was chosen stays


def test_words_in_braces_become_parameters_as_they_are_known() -> None:
    known = (("by", "Sort", "by kind"), ("gone", "Gone", ""))
    assert parameters_in("Sort {by} for {whom_to} and {by}; {not this}", known) == (
        ("by", "Sort", "by kind"),
        ("whom_to", "whom to", ""),
    )


def test_a_recipe_of_ones_own_is_kept_listed_and_deleted_with_a_way_back(runs: RunsBench) -> None:
    page = runs.page
    page.new_run()
    form = page.form
    form.task.setPlainText("Look for {topic}.")
    form.saving.open()
    form.saving.save.click()
    runs.until(form.saving.complaint.isVisible)  # it needs a name
    form.saving.title.setText("My search")
    form.saving.save.click()
    runs.until(lambda: [said.text for said in runs.said] == ["“My search” was saved as a skill"])
    runs.until(lambda: any(row.recipe and row.recipe.own for row in page.side.model.rows()))
    own = next(row.recipe for row in page.side.model.rows() if row.recipe and row.recipe.own)
    assert own.parameters == (("topic", "topic", ""),)
    page.show_recipe(own)
    form.delete.click()
    runs.until(lambda: runs.said[-1].text == "Skill deleted")
    runs.until(lambda: not any(row.recipe and row.recipe.own for row in page.side.model.rows()))
    act = runs.said[-1].act
    assert act is not None
    act()
    runs.until(lambda: any(row.recipe and row.recipe.own for row in page.side.model.rows()))


def test_a_run_becomes_a_recipe_with_its_task_mode_and_budget(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(says("Done.")), "Write a summary", "workspace")
    runs.ended(run.id)
    runs.opened(run.id)
    runs.page.run.header.recipe_wanted.emit()
    form = runs.page.form
    assert form.isVisible()
    assert form.task.toPlainText() == "Write a summary"
    assert form.mode.mode() == "workspace"
    assert form.saving.title.text() == "Write a summary"
    form.saving.save.click()
    runs.until(lambda: bool(runs.said))
    kept = runs.services.runs.recipes.all()[0]
    assert (kept.own, kept.title, kept.task, kept.mode) == (
        True,
        "Write a summary",
        "Write a summary",
        "workspace",
    )


def test_the_form_offers_the_six_recipes_tools_and_models_of_this_computer(runs: RunsBench) -> None:
    page = runs.page
    page.new_run()
    runs.until(lambda: len([row for row in page.side.model.rows() if row.recipe]) == 6)
    runs.until(lambda: len(page.form.tools.rows) >= 16)
    runs.until(lambda: page.form.model.choice.accessibleName().startswith("Model: The model in use"))


def test_a_model_that_was_not_checked_says_so_and_can_be_checked_from_here(form: NewRun) -> None:
    line = form.model.tools
    asked: list[tuple[str, str]] = []
    line.check_wanted.connect(lambda path, name: asked.append((path, name)))
    form.model.show_models(
        (RunModel("/m/a.gguf", "A", "/m/a.gguf"), RunModel("/m/b.gguf", "B", "/m/b.gguf", "poor"))
    )
    form.model.choose("/m/a.gguf")
    assert line.isVisible() and line.words.text() == "tools: not checked"
    line.button.click()
    assert asked == [("/m/a.gguf", "A")]
    line.show_checking(ToolCheckUnderWay("/m/a.gguf", "A", 3, 10))
    assert (line.words.text(), line.button.text()) == ("checking tools: 3 of 10", "Stop")
    line.show_checking(None)
    form.model.choose("/m/b.gguf")
    assert "poorly" in line.words.text() and line.button.isHidden()
    form.model.show_models((RunModel("/m/a.gguf", "A", "/m/a.gguf", "good"),))
    form.model.choose("/m/a.gguf")
    assert line.isHidden()
    form.model.choose("openai:https://example.org/v1#large")
    assert line.isHidden(), "a model elsewhere has no file here"


def test_the_model_in_use_is_checked_by_its_path(form: NewRun) -> None:
    form.take_model(ModelChanged("ready", "In use", "/m/used.gguf"))
    line = form.model.tools
    asked: list[tuple[str, str]] = []
    line.check_wanted.connect(lambda path, name: asked.append((path, name)))
    line.button.click()
    assert asked == [("/m/used.gguf", "In use")]
    form.model.show_models((RunModel("/m/used.gguf", "In use", "/m/used.gguf", "fair"),))
    assert line.isHidden()
