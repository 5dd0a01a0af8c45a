"""What is shown of one run besides its steps, and what its menu does."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from agents.api import ChatModel
from agents.events import ContextPart, FileChange
from agents.permissions.values import Decision, Grant
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.run_view.exporting import write_export
from app.desktop.run_view.form_foot import FormFoot
from app.desktop.runs.allowed_card import AllowedCard
from app.desktop.runs.files_card import MOST_ROWS, FilesCard
from app.desktop.runs.run_header import RunHeader
from app.desktop.runs.run_page import RunPage
from app.desktop.runs.seen_card import SeenCard
from app.desktop.settings.grants_section import GrantsSection
from app.desktop.text.grant_text import what_is_granted, where_it_counts
from app.desktop.text.run_labels import described, folder_text, model_name, progress_text, state_note
from app.services.runs.values import RunRecord, RunSpec, RunView, Touched
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.runs.conftest import WRITE, RunsBench, ScriptedModels
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.window.reading import labels

RUN = RunRecord(
    7, "Rename invoices", "Rename", "/data/invoices", "m", "ask", "running", 1.0, 1.0, step=6, steps=25
)


def test_the_title_of_a_run_comes_before_its_folder(qtbot: QtBot, looks: None) -> None:
    header = RunHeader()
    qtbot.addWidget(header)
    header.resize(1000, 52)
    header.show()
    deep = "/data/" + "a folder with a long name/" * 6 + "invoices of the whole second half of the year"
    record = msgspec.structs.replace(RUN, title="Sort the invoices by month", workspace=deep)
    header.show_view(RunView(record), 75.0)
    assert header.title.text() == record.title
    assert header.folder.text().startswith("invoices") and header.folder.toolTip() == deep
    header.resize(420, 52)
    header.show_view(RunView(record), 75.0)
    assert header.folder.isHidden() and header.minimumSizeHint().width() <= 420


def test_the_list_says_how_a_run_stands_in_a_word() -> None:
    def note(**fields: object) -> str:
        return state_note(msgspec.structs.replace(RUN, **fields))

    assert note() == "6/25"
    assert note(step=0) == "…"
    assert note(steps=0) == "6"
    assert note(state="waiting") == "needs you"
    assert note(state="completed") == "done"
    assert note(state="completed", undone=True) == "undone"
    assert note(state="failed") == "failed"
    assert described(msgspec.structs.replace(RUN, state="waiting")) == "Rename invoices, needs you"
    assert described(RUN) == "Rename invoices, step 6 of 25"
    remote_servers = msgspec.structs.replace(RUN, model="openai:https://models.example/v1#qwen")
    assert described(remote_servers) == "Rename invoices, step 6 of 25, Remote"


def test_the_bar_says_how_far_a_run_is() -> None:
    run = msgspec.structs.replace(RUN, tokens=4200, context=16384)
    assert progress_text(run, 72.4) == "step 6 of 25 · 1 min 12 s · 4.1k of 16k tokens"
    assert progress_text(msgspec.structs.replace(RUN, step=0), 0.2) == ""


def test_a_model_is_called_as_elsewhere_in_the_window() -> None:
    assert model_name("starter") == "SmolLM2 135M Instruct"
    assert model_name("/models/Qwen3-30B-A3B-Q4_K_M.gguf") == "Qwen3-30B-A3B-Q4_K_M"
    assert model_name("openai:http://models.example/v1#qwen") == "qwen · models.example"
    assert model_name("") == ""


def test_a_folder_of_the_user_is_written_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert folder_text(str(tmp_path / "Invoices")) == str(Path("~") / "Invoices")
    assert folder_text("/data/invoices") == "/data/invoices"


def test_the_bar_has_the_buttons_of_the_state_and_marks_a_model_elsewhere(qtbot: QtBot, looks: None) -> None:
    header = RunHeader()
    qtbot.addWidget(header)
    header.resize(1000, 52)
    header.show()

    def shown(**fields: object) -> set[str]:
        record = msgspec.structs.replace(RUN, **fields)
        header.show_view(RunView(record), 0.0)
        buttons = (header.pause, header.stop, header.resume)
        return {button.text() for button in buttons if button.isVisible()}

    assert shown() == {"Pause", "Stop"}
    assert shown(state="waiting") == {"Pause", "Stop"}
    assert shown(state="paused") == {"Resume"}
    assert shown(state="failed") == {"Resume"}
    assert shown(state="completed") == set()
    assert not header.remote.isVisible()
    shown(remote=True, model="openai:https://models.example/v1#qwen")
    assert header.remote.isVisible()
    assert header.remote.accessibleName().endswith("goes to models.example.")
    header.show_view(RunView(msgspec.structs.replace(RUN, state="interrupted"), interrupted=("c1",)), 0.0)
    assert not header.resume.isVisible()  # what becomes of the call is asked below


def test_the_note_over_a_run_is_in_line_with_it_at_any_text_size(qtbot: QtBot, looks: None) -> None:
    themes.choose("light", 2.0)
    page = RunPage()
    qtbot.addWidget(page)
    page.show_view(RunView(msgspec.structs.replace(RUN, state="interrupted")), 0.0)
    page.show()
    page.grab()
    assert page.note.contentsRect().translated(page.note.pos()).left() == 56
    page.show_view(RunView(RUN), 0.0)
    qtbot.waitUntil(lambda: page.steps.y() == page.header.height())
    themes.choose("light")


def test_the_foot_of_the_form_stays_low_where_it_is_narrow(qtbot: QtBot, looks: None) -> None:
    form = QWidget()
    qtbot.addWidget(form)
    foot = FormFoot(form)
    foot.resize(744, 60)
    form.show()
    assert foot.hint.isVisible()
    foot.resize(260, 60)
    qtbot.waitUntil(lambda: foot.heightForWidth(260) < 2 * foot.start.sizeHint().height())


def touched(path: str, change: str = "changed", state: str = "changed", *, kept: bool = True) -> Touched:
    return Touched(FileChange(path, change, kept=kept), ("c1",), state)  # type: ignore[arg-type]


def test_each_file_has_its_word_and_its_way_back(qtbot: QtBot, looks: None) -> None:
    card = FilesCard()
    qtbot.addWidget(card)
    ended = msgspec.structs.replace(RUN, state="completed")
    files = (
        touched("a.txt", "new"),
        touched("b.txt", state="undone"),
        touched("c.txt", state="conflict"),
        touched("d.bin", kept=False),
    )
    card.show_view(RunView(ended, touched=files))
    card.show()
    assert [(row.words.whole(), row.note.text()) for row in card.rows] == [
        ("a.txt", "new"),
        ("b.txt", "undone"),
        ("c.txt", "changed since"),
        ("d.bin", "changed"),
    ]
    assert [row.button.isVisible() for row in card.rows] == [True, False, True, False]
    wanted: list[object] = []
    card.undo_wanted.connect(wanted.append)
    card.rows[0].button.click()
    card.rows[2].button.click()
    card.undo.click()
    assert wanted == [("a.txt",), ("c.txt",), None]
    many = tuple(touched(f"{number:03}.txt") for number in range(MOST_ROWS + 40))
    card.show_view(RunView(ended, touched=many))
    assert len(card.rows) == MOST_ROWS
    assert "and 40 more" in labels(card)


def test_what_the_model_sees_is_told_in_tokens_per_part(qtbot: QtBot, looks: None) -> None:
    card = SeenCard()
    qtbot.addWidget(card)
    parts = (
        ContextPart("system", 400),
        ContextPart("tools", 726),
        ContextPart("task", 60),
        ContextPart("results", 2355, count=3, shortened=1),
        ContextPart("reserve", 4096),
    )
    card.show_view(RunView(RUN, parts=parts))
    assert card.lines() == [
        ("System and tools", "1.1k"),
        ("Task", "60"),
        ("Results", "2.3k (1 shortened)"),
        ("Reserved for the answer", "4k"),
    ]


def test_grants_are_told_by_what_they_let_pass_and_where() -> None:
    def told(**fields: object) -> str:
        grant = Grant("g", "run", "write_file", 0.0, run=7)
        grant = msgspec.structs.replace(grant, **fields)
        return f"{what_is_granted(grant)} {where_it_counts(grant)}"

    assert told() == "write_file in this run"
    assert told(tool="shell", pattern="git log") == "Commands that begin with “git log” in this run"
    assert told(tool="fetch_page", pattern="example.org") == "fetch_page, for example.org in this run"
    assert told(scope="workspace", workspace="/data", run=0) == "write_file in /data"
    assert told(scope="server", tool="", server="time") == "All tools of “time” in all runs"
    assert told(scope="workspace", workspace="/d", tool="now", server="time") == "now of time in /d"


def test_allowed_so_far_says_the_mode_and_each_grant(qtbot: QtBot, looks: None) -> None:
    card = AllowedCard()
    qtbot.addWidget(card)
    card.show_view(RunView(RUN))
    card.show()
    assert {"Read in /data/invoices", "Nothing else"} <= set(labels(card))
    card.show_view(RunView(RUN, allowed=(Grant("g1", "run", "write_file", 0.0, run=7),)))
    revoked: list[object] = []
    card.revoke_wanted.connect(revoked.append)
    card.rows[0].button.click()
    assert revoked == ["g1"]
    assert "Nothing else" not in labels(card)


def test_project_instructions_that_count_are_listed_and_taken_back(runs: RunsBench, tmp_path: Path) -> None:
    (folder := tmp_path / "project").mkdir()
    (folder / "AGENTS.md").write_text("Use tabs.\n")
    instructions = runs.services.runs.instructions
    instructions.agree(instructions.at(str(folder)).open)
    section = GrantsSection(runs.calls)
    runs.qtbot.addWidget(section)
    section.read()
    shown = section.agreed.list
    runs.until(lambda: len(shown.lines) == 1)
    assert shown.lines[0].name.text().endswith("AGENTS.md")
    assert shown.lines[0].words.text().startswith("agreed ")
    shown.lines[0].button.click()
    runs.until(lambda: not shown.lines)
    assert instructions.agreed() == ()
    assert shown.nothing.text() == "None. You’re asked before a project’s instructions count."


def test_a_grant_is_listed_with_its_run_and_revoked_in_the_card_and_in_the_settings(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(calls(WRITE), calls(WRITE), says("Written.")))
    runs.opened(run.id)
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.pending))
    view = runs.page.reading.view
    assert view is not None and view.pending is not None
    runs.page.run.steps.decided.emit(view.pending.call, Decision(True, "workspace"))
    runs.ended(run.id)
    card = runs.page.run.cards.allowed
    runs.until(lambda: [row.words.whole() for row in card.rows] == ["write_file"])
    section = GrantsSection(runs.calls)
    runs.qtbot.addWidget(section)
    section.show()
    runs.bridge.events.connect(section.take_events)
    section.read()
    runs.until(lambda: len(section.list.lines) == 1)
    assert "granted" in section.list.lines[0].words.text()
    section.list.lines[0].button.click()
    runs.until(lambda: section.list.lines == [] and section.list.nothing.isVisible())
    runs.until(lambda: card.rows == [])
    assert runs.services.runs.grants.all() == ()


def test_a_grant_of_an_answer_is_told_without_a_run(runs: RunsBench) -> None:
    section = GrantsSection(runs.calls)
    runs.qtbot.addWidget(section)
    grants = (Grant("g1", "run", "write_file", 0.0, run=7), Grant("g2", "run", "shell", 0.0, run=8))
    section.show_grants(grants, {8: "Make a plan"})
    told = {line.words.text().partition(" · ")[0] for line in section.list.lines}
    assert told == {"for one answer in a chat", "in the run “Make a plan”"}


def test_a_folder_that_commands_may_read_is_added_checked_and_removed(
    runs: RunsBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "person"
    for name in ("data", ".ssh", ".pyenv/shims"):
        (home / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    section = GrantsSection(runs.calls)
    runs.qtbot.addWidget(section)
    section.take_settings(runs.services.settings.current)
    part = section.read_by_commands
    section.read()
    runs.until(lambda: "pyenv" in part.found.text() or "sandbox" in part.found.text())
    part.add(str(home / "data"))
    runs.until(lambda: runs.services.settings.current.commands_read == (str(home / "data"),))
    section.take_settings(runs.services.settings.current)
    assert [line.name.text() for line in part.list.lines] == [str(home / "data")]
    part.add(str(home / ".ssh"))
    runs.until(lambda: [error.code for error in runs.failures] == ["run.read_secret"])
    runs.failures.clear()
    part.list.lines[0].button.click()
    runs.until(lambda: runs.services.settings.current.commands_read == ())


def test_the_messages_that_the_model_saw_open_in_a_window(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(calls(WRITE), says("Written.")), mode="workspace")
    runs.ended(run.id)
    runs.opened(run.id)
    runs.page.run.steps.seen_wanted.emit(1, 1)
    runs.until(lambda: runs.page.acting.seen is not None)
    window = runs.page.acting.seen
    assert window is not None
    assert "What the model saw in step 1" in window.words.text()
    text = window.text.toPlainText()
    assert "--- user ---\nMake a plan" in text
    assert "Written." not in text
    runs.page.run.cards.seen.open.click()
    runs.until(lambda: "What the model sees next" in window.words.text())
    assert "write_file" in window.text.toPlainText()
    window.close()


def test_a_run_is_exported_to_a_file(runs: RunsBench, tmp_path: Path) -> None:
    run = runs.start(ScriptedBrain(says("Done.")))
    runs.ended(run.id)
    runs.opened(run.id)
    path = tmp_path / "run.jsonl"
    runs.page.acting.exporting.write(run.id, "jsonl", str(path))
    runs.until(lambda: [said.text for said in runs.said] == [f"Saved to {path}"])
    kinds = [json.loads(line)["kind"] for line in path.read_text("utf-8").splitlines()]
    assert kinds == ["run_started", "model_turn", "run_finished"]
    with pytest.raises(UserError) as caught:
        write_export(runs.services, run.id, "markdown", str(tmp_path))
    assert caught.value.code == "run.not_exported"


def test_a_run_that_failed_says_why_and_is_resumed_with_a_message(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(UserError("engine.no_model")))
    runs.opened(run.id)
    runs.until(lambda: ("Make a plan", "failed") in runs.notes())
    runs.until(lambda: bool(runs.page.reading.view and runs.page.reading.view.record.state == "failed"))
    chat_model = ScriptedBrain(says("Now it is done."))
    runs.chat_model(chat_model)
    runs.page.run.steps.resume_wanted.emit("Try again, please", {})
    runs.until(lambda: ("Make a plan", "done") in runs.notes())
    assert chat_model.asks[0].messages[-1].content.endswith("Try again, please")


def test_a_run_that_cannot_even_begin_again_says_so_behind_its_resumption(runs: RunsBench) -> None:
    run = runs.start(ScriptedBrain(says("Done.")))
    runs.ended(run.id)

    def gone(name: str = "", *_: object) -> ChatModel:
        raise UserError("run.no_model_file", name=name)

    runs.services.model_registry.chat_model = gone  # type: ignore[method-assign]
    runs.services.runs.resume(run.id, "Continue")
    runs.ended(run.id)
    entries = runs.services.runs.entries(run.id)
    assert [entry.kind for entry in entries[-2:]] == ["run_resumed", "run_finished"]
    runs.until(lambda: ("Make a plan", "failed") in runs.notes())


def test_a_deleted_run_is_brought_back_from_the_settings(
    desktop: tuple[Running, ScriptedModels], tmp_path: Path
) -> None:
    running, model_registry = desktop
    window, services = running.window, running.services
    model_registry.model_registry[""] = ScriptedBrain(says("Done."))
    (tmp_path / "folder").mkdir()
    run = services.runs.start(RunSpec("Make a plan", str(tmp_path / "folder")))
    assert services.runs.join(run.id, 300)
    services.runs.delete(run.id)
    window.go.show_page("settings")

    def restore() -> list[QPushButton]:
        return window.later.settings.data.runs.findChildren(QPushButton)

    running.until(lambda: bool(restore()))
    assert restore()[0].accessibleName() == "Restore: Make a plan"
    restore()[0].click()
    running.until(lambda: window.later.runs.reading.view is not None)
    assert window.later.runs.run.isVisible()


def test_the_words_are_in_the_language_that_is_on(looks: None) -> None:
    languages.choose("ko")
    assert state_note(msgspec.structs.replace(RUN, state="completed")) == "완료"
    run = msgspec.structs.replace(RUN, tokens=4200, context=16384)
    assert progress_text(run, 72.4) == "25단계 중 6단계 · 1분 12초 · 16k 토큰 중 4.1k"
