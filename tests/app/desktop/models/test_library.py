"""Models on disk: what is said of them, and all that is done with them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base import revealing
from app.desktop.models.discover import verdicts
from app.desktop.models.library_card import LibraryCard
from app.desktop.models.removing import remove_models
from app.store.records import LibraryFile
from engine.errors import UserError
from tests.app.desktop.models.conftest import Open
from tests.support.library.scripted_library import a_model
from tests.support.library.shelves import GRANITE, QWEN, Shelves
from tests.support.window.menus import choose as pick
from tests.support.window.reading import labels

Make = Callable[..., Open]
G, Q, L = f"{GRANITE}:Q4_K_M", f"{QWEN}:Q4_K_M", "llama3.2-3b"


def shown(opened: Open) -> list[str]:
    cards = [card for card in opened.page.library.cards.values() if card.isVisible()]
    return [card.model.id for card in sorted(cards, key=lambda card: card.y())]


def library(opened: Open) -> dict[str, LibraryCard]:
    view = opened.view("library")
    opened.until(lambda: len(view.cards) == len(opened.library.models()))
    QApplication.processEvents()
    return view.cards


def menu_texts(card: LibraryCard) -> list[str]:
    menu = card.menu()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.deleteLater()
    return texts


def choose(card: LibraryCard, text: str) -> None:
    menu = card.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


def test_a_model_is_told_in_words(opened: Open) -> None:
    cards = library(opened)
    card = cards[Q]
    assert card.title.whole() == "Qwen3-30B-A3B · Q4_K_M"
    assert card.what.text() == "18.6 GB · 128 experts, 8 active · 30.5 billion parameters · qwen3moe"
    assert card.happened.text() == f"from {QWEN} · used today · verified 40 days ago"
    assert cards[L].happened.text() == "from Ollama · not used yet"
    opened.until(lambda: card.verdict.text().startswith("GPU and RAM, about "))
    assert card.accessibleName().startswith("Qwen3-30B-A3B · Q4_K_M, 18.6 GB")
    assert opened.page.side.rows["library"].note() == "3 · 24.8 GB"
    assert opened.page.side.free.text() == "312 GB free on this disk"


def test_a_model_that_sees_says_so(opened: Open) -> None:
    cards = library(opened)
    card, model = cards[Q], cards[Q].model
    assert not card.sees.isVisible() and "sees pictures" not in card.accessibleName()
    projector = LibraryFile("/m/mmproj-F16.gguf", 1_080_000_000, sees=True)
    card.show_model(msgspec.structs.replace(model, files=(*model.files, projector)))
    assert card.sees.isVisible() and not card.hears.isVisible()
    assert (card.sees.text(), card.what.text().split(" · ")[0]) == ("sees pictures", "19.7 GB")
    assert "sees pictures" in card.accessibleName()


def test_each_model_is_judged_once(opened: Open) -> None:
    library(opened)
    opened.until(lambda: sum(isinstance(asked, tuple) for asked in opened.hub.asked) == 3)
    opened.view("downloads")
    library(opened)
    opened.qtbot.wait(30)
    assert sum(isinstance(asked, tuple) for asked in opened.hub.asked) == 3


def test_models_are_judged_again_when_one_comes_back_later(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(opened)
    opened.until(lambda: sum(isinstance(asked, tuple) for asked in opened.hub.asked) == 3)
    monkeypatch.setattr(verdicts, "STALE_S", 0.0)
    opened.view("downloads")
    opened.hub.busy_bytes = 243_000_000
    card = library(opened)[Q]
    opened.until(lambda: card.busy.isVisible())
    assert card.busy.text() == "243 MB missing right now"
    assert "Close other programs" in card.accessibleName()


def test_models_are_sorted_as_one_likes(opened: Open) -> None:
    library(opened)
    order = opened.page.library.bar.order
    assert shown(opened) == [Q, G, L]
    pick(order, "Name")
    QApplication.processEvents()
    assert shown(opened) == [G, L, Q]
    pick(order, "Size")
    QApplication.processEvents()
    assert shown(opened) == [Q, G, L]


def test_the_disk_is_told_in_its_parts(opened: Open) -> None:
    library(opened)
    disk = opened.page.library.disk
    assert [share.words for share in disk.shares()] == [
        "models 22.8 GB", "unfinished 12.5 GB", "other files 653 GB",
    ]  # fmt: skip
    assert disk.bar.accessibleName() == (
        "The disk: models 22.8 GB, unfinished 12.5 GB, other files 653 GB, free 312 GB"
    )
    assert disk.folder.whole() == "Stored in /home/someone/.local/share/coterie/models"


def test_the_keys_walk_use_and_rename(opened: Open, qtbot: QtBot) -> None:
    cards = library(opened)
    assert QApplication.focusWidget() is cards[Q]
    qtbot.keyClick(cards[Q], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is cards[G]
    qtbot.keyClick(cards[G], Qt.Key.Key_Return)
    assert opened.used == [opened.library.get(G).path]
    qtbot.keyClick(cards[G], Qt.Key.Key_F2)
    name = cards[G].name
    assert QApplication.focusWidget() is name and name.text() == "Granite 4 H Tiny"
    qtbot.keyClicks(name, "Mine")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    opened.until(lambda: cards[G].title.whole() == "Mine · Q4_K_M")
    assert opened.library.get(G).name == "Mine" and QApplication.focusWidget() is cards[G]
    qtbot.keyClick(cards[G], Qt.Key.Key_F2)
    qtbot.keyClicks(name, "Not this")
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert cards[G].title.isVisible() and opened.library.get(G).name == "Mine"


def test_a_model_goes_to_the_trash_and_comes_back(opened: Open, qtbot: QtBot) -> None:
    cards = library(opened)
    qtbot.keyClick(cards[Q], Qt.Key.Key_Delete)
    opened.until(lambda: shown(opened) == [G, L])
    opened.until(lambda: bool(opened.said))
    said = opened.said[-1]
    assert said.text == "Qwen3-30B-A3B · Q4_K_M is in the trash. Emptying it frees 18.6 GB."
    assert QApplication.focusWidget() is cards[G]
    trash = opened.page.library.trash
    assert trash.isVisible() and trash.title() == "Trash" and trash.note.text() == "18.6 GB"
    said.act()  # type: ignore[misc]
    opened.until(lambda: shown(opened) == [Q, G, L])
    opened.until(lambda: opened.page.library.cards[Q].hasFocus())
    assert not trash.isVisible()


def test_the_trash_asks_before_it_is_emptied(opened: Open) -> None:
    cards = library(opened)
    choose(cards[G], "Move to the trash")
    trash = opened.page.library.trash
    opened.until(trash.isVisible)
    trash.empty.click()
    assert trash.sure.isVisible() and QApplication.focusWidget() is trash.keep
    trash.keep.click()
    assert trash.empty.isVisible() and opened.library.trash()
    trash.empty.click()
    trash.sure.click()
    opened.until(lambda: not trash.isVisible() and not opened.library.trash())
    opened.until(lambda: opened.said[-1].text == "4.2 GB freed")


def test_one_in_the_trash_is_put_back(opened: Open) -> None:
    cards = library(opened)
    choose(cards[G], "Move to the trash")
    trash = opened.page.library.trash
    opened.until(lambda: len(trash.list.lines) == 1)
    assert G not in opened.page.library.cards
    trash.list.lines[0].button.click()
    opened.until(lambda: G in opened.page.library.cards)
    assert not trash.isVisible() and opened.library.trash() == ()


def test_an_imported_one_is_only_forgotten(opened: Open) -> None:
    cards = library(opened)
    assert "Remove from the library" in menu_texts(cards[L])
    choose(cards[L], "Remove from the library")
    opened.until(lambda: bool(opened.said))
    assert "Its file stays where it is" in opened.said[-1].text and not opened.page.library.trash.isVisible()


def test_verifying_shows_how_far_it_is_and_can_be_stopped(opened: Open) -> None:
    cards = library(opened)
    opened.library.hold.set()
    choose(cards[Q], "Verify")
    choose(cards[G], "Verify")
    opened.until(lambda: cards[Q].checked.text().startswith("verified: ") and cards[Q].bar.fraction() > 0)
    assert cards[G].checked.text() == "waiting to be verified" and "Verify" not in menu_texts(cards[Q])
    cards[Q].stop.click()
    opened.until(lambda: not cards[Q].bar.isVisible() and cards[G].checked.text().startswith("verified: "))
    opened.library.hold.clear()
    opened.until(lambda: bool(opened.said))
    assert opened.said[-1].text == "Granite 4 H Tiny · Q4_K_M is intact: every byte is correct"
    assert opened.failed == []
    opened.until(lambda: cards[G].happened.text().endswith("verified today"))


def test_damage_is_found_and_repaired(opened: Open) -> None:
    cards = library(opened)
    opened.library.bad.add(Q)
    choose(cards[Q], "Verify")
    opened.until(lambda: cards[Q].mend.isVisible())
    assert cards[Q].state.text() == "Some of its bytes are damaged."
    assert "Repair" in menu_texts(cards[Q])
    opened.until(lambda: bool(opened.said))
    assert opened.said[-1].action == "Repair"
    opened.library.hold.set()
    cards[Q].mend.click()
    opened.until(lambda: cards[Q].checked.text().startswith("downloading again: "))
    assert not cards[Q].mend.isVisible()
    opened.library.hold.clear()
    opened.until(lambda: not cards[Q].state.isVisible())
    assert ("verify", Q, True) in opened.library.asked


def test_a_model_that_vanished_is_told(make_page: Make) -> None:
    shelves = Shelves()
    shelves.library.all.append(a_model(QWEN, "Q4_K_M", 18.6, state="missing"))
    opened = make_page(shelves).ready()
    card = library(opened)[Q]
    assert card.state.text().startswith("Its file was moved or deleted: /home/someone/")
    assert not card.use.isEnabled() and not card.verdict.isVisible()
    card.mend.click()
    opened.until(lambda: shown(opened) == [])


def test_the_one_in_use_says_so(opened: Open) -> None:
    cards = library(opened)
    opened.page.library.show_loaded(opened.library.get(G).path)
    assert cards[G].loaded.isVisible() and not cards[Q].loaded.isVisible()
    assert cards[G].accessibleName().endswith("in use")


def test_files_and_hashes_can_be_copied(opened: Open) -> None:
    cards = library(opened)
    choose(cards[Q], "Files and hashes")
    QApplication.processEvents()
    text = cards[Q].files.words.toPlainText()
    assert cards[Q].files.isVisible()
    assert "/home/someone/.local/share/coterie/models/" in text and "SHA-256 5f5f5f5f 5f5f5f5f" in text
    choose(cards[Q], "Hide the files")
    assert not cards[Q].files.isVisible()


def test_duplicates_are_told_with_what_could_be_saved(make_page: Make) -> None:
    shelves = Shelves().fill()
    shelves.library.same = ((Q, G),)
    opened = make_page(shelves).ready()
    library(opened)
    words = opened.page.library.duplicates
    assert words.isVisible() and words.text().endswith("are identical. Keeping one would free 4.2 GB.")


def test_models_of_other_programs_are_ticked_and_taken_in(opened: Open, qtbot: QtBot) -> None:
    library(opened)
    view = opened.page.library
    view.bar.import_elsewhere.emit()
    opened.until(lambda: len(view.found.rows) == 3)
    assert [row.tick.isChecked() for row in view.found.rows] == [True, True, False]
    assert not view.found.rows[2].tick.isEnabled()
    assert view.found.rows[0].note.whole() == "LM Studio · 4.4 GB · /home/someone/.lmstudio/models/m/M.gguf"
    view.found.all.click()
    assert view.found.ticked() == [] and not view.found.go.isEnabled()
    qtbot.keyClick(view.found.rows[1].tick, Qt.Key.Key_Space)
    assert view.found.go.text() == "Add 1 model"
    view.found.go.click()
    opened.until(lambda: bool(opened.said))
    assert opened.said[-1].text == "gemma is in your library"
    assert [asked for asked in opened.library.asked if asked[0] == "import"] == [
        ("import", "/home/someone/.cache/huggingface/hub/g/gemma.gguf", "hf_cache")
    ]
    opened.until(lambda: "gemma" in view.cards and view.cards["gemma"].hasFocus())
    assert not view.found.isVisible()


def test_files_are_taken_in_and_what_cannot_be_is_told(opened: Open) -> None:
    library(opened)
    opened.page.library.bar.import_files.emit(["/m/a.gguf", "/m/b.gguf"])
    opened.until(lambda: bool(opened.said))
    assert opened.said[-1].text == "2 models are in your library"
    opened.library.error = UserError("model.not_gguf", path="/m/c.gguf")
    opened.page.library.bar.import_files.emit(["/m/c.gguf"])
    opened.until(lambda: [error.code for error in opened.failed] == ["model.not_gguf"])


def test_what_downloads_left_behind_is_cleared(make_page: Make) -> None:
    shelves = Shelves().fill()
    shelves.library.leftover = 3 * 10**9
    opened = make_page(shelves).ready()
    library(opened)
    disk = opened.page.library.disk
    assert disk.clear_leftovers.isVisible()
    disk.clear_leftovers.click()
    opened.until(lambda: [said.text for said in opened.said] == ["3 GB freed"])
    opened.until(lambda: not disk.clear_leftovers.isVisible())


def test_an_empty_library_says_what_it_is_for(make_page: Make) -> None:
    opened = make_page(Shelves()).ready()
    view = opened.view("library")
    opened.until(view.state.isVisible)
    assert (
        view.state.title.text() == "Nothing downloaded yet"
        and QApplication.focusWidget() is view.state.buttons[0]
    )
    view.state.buttons[1].click()
    opened.until(lambda: any("No models of Hugging Face" in words for words in labels(view.found)))
    view.state.buttons[0].click()
    assert opened.page.discover.isVisible()


def test_many_models_are_built_in_slices(make_page: Make) -> None:
    shelves = Shelves()
    shelves.library.all += [a_model(f"o/Model-{n}-GGUF", "Q8_0", 1) for n in range(40)]
    opened = make_page(shelves).ready()
    opened.page.show_view("library")
    assert len(opened.page.library.cards) < 40
    opened.until(lambda: len(opened.page.library.cards) == 40)
    assert len(shown(opened)) == 40


# Showing files outside


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is run; no file manager answers on the bus, and Explorer says 1 as it always does."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        return subprocess.CompletedProcess(command, int(command[0] in ("dbus-send", "explorer")))

    monkeypatch.setattr(revealing.subprocess, "run", run)
    return asked


@pytest.mark.parametrize(
    ("platform", "command"),
    [("linux", "xdg-open"), ("darwin", "open"), ("win32", "explorer")],
)
def test_a_file_is_shown_in_the_file_manager(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, command: str
) -> None:
    monkeypatch.setattr(revealing.sys, "platform", platform)
    revealing.reveal(str(tmp_path / "a model.gguf"))
    assert commands[-1][0] == command
    if platform == "linux":
        assert commands[0][0] == "dbus-send" and "a%20model.gguf" in commands[0][-2]
    revealing.open_folder(tmp_path)
    assert commands[-1] == [command, str(tmp_path)]


def test_a_system_without_a_file_manager_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(revealing.sys, "platform", "linux")
    failed = subprocess.CompletedProcess([], 3)
    monkeypatch.setattr(revealing.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(UserError, match=r"desktop\.not_shown"):
        revealing.open_folder(tmp_path)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        revealing.open_folder(tmp_path / "gone")
    assert error.value.code == "desktop.not_shown"


def test_showing_a_file_asks_for_its_folder(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("app.desktop.models.library_view.reveal", asked.append)
    cards = library(opened)
    choose(cards[Q], "Show in the file manager")
    opened.until(lambda: asked == [opened.library.get(Q).path])


def test_tools_are_checked_with_progress_and_the_rating_stays_on_the_card(opened: Open) -> None:
    cards = library(opened)
    card, checks = cards[Q], opened.tool_checks
    assert card.tools.isHidden() and card.bar.isHidden()
    choose(card, "Check tools (30 s)")
    assert card.checked.text() == "checking tools" and "Check tools (30 s)" not in menu_texts(card)
    checks.go_on.release(3)
    opened.until(lambda: card.checked.text() == "checking tools: 3 of 10")
    assert cards[G].bar.isHidden()
    checks.go_on.release(7)
    opened.until(lambda: not card.tools.isHidden())
    assert card.tools.text() == "tools: fair" and card.bar.isHidden()
    assert card.tools.toolTip() == (
        "tools: fair. Used tools correctly in 8 of 10 tasks. What went wrong: calling a tool when asked in Korean;"
        " two calls in a row."
    )
    assert "tools: fair" in card.accessibleName() and cards[G].tools.isHidden()


def test_a_check_of_tools_can_be_stopped_and_says_nothing_then(opened: Open) -> None:
    card, checks = library(opened)[Q], opened.tool_checks
    choose(card, "Check tools (30 s)")
    checks.go_on.release(2)
    opened.until(lambda: card.checked.text() == "checking tools: 2 of 10")
    card.stop.click()
    assert card.bar.isHidden() and card.tools.isHidden()
    opened.qtbot.wait(50)
    assert not checks.kept and not opened.failed


def test_a_check_that_is_refused_is_told_in_a_sentence(opened: Open) -> None:
    card, checks = library(opened)[Q], opened.tool_checks
    checks.error = UserError("check.answering", name="Qwen3")
    told: list[UserError] = []
    opened.tool_checking.failed.connect(told.append)
    choose(card, "Check tools (30 s)")
    opened.until(lambda: bool(told))
    assert told[0].code == "check.answering" and card.bar.isHidden()


def test_several_models_go_to_the_trash_together_and_come_back_with_one_undo(
    opened: Open, qtbot: QtBot
) -> None:
    cards = library(opened)
    view = opened.page.library
    assert shown(opened) == [Q, G, L]
    qtbot.mouseClick(cards[Q], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert view.selected.isVisible() and view.selected.words.text() == "1 model selected · 18.6 GB"
    qtbot.mouseClick(cards[G], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    assert view.selection.ids == {Q, G}
    assert view.selected.remove.text() == "Move 2 to the trash"
    assert cards[G].accessibleDescription() == "selected"
    view.selected.remove.click()
    opened.until(lambda: shown(opened) == [L])
    assert not view.selected.isVisible()
    (said,) = opened.said
    assert said.text == "2 models were removed from the library. Emptying the trash frees 22.8 GB."
    said.act()
    opened.until(lambda: shown(opened) == [Q, G, L])


def test_ctrl_and_a_click_on_any_part_of_a_card_adds_its_model(opened: Open, qtbot: QtBot) -> None:
    cards, view, ctrl = library(opened), opened.page.library, Qt.KeyboardModifier.ControlModifier
    for id in (Q, G):
        qtbot.mouseClick(cards[id], Qt.MouseButton.LeftButton, ctrl)
    assert view.selection.ids == {Q, G} and view.selected.remove.text() == "Move 2 to the trash"
    window = cards[L].window()
    parts = [
        part
        for part in cards[L].findChildren(QWidget)
        if part.isVisible() and not part.findChildren(QWidget) and not isinstance(part, QAbstractButton)
    ]
    assert len(parts) >= 3
    for part in parts:
        before = L in view.selection.ids
        where = part.mapTo(window, part.rect().center())
        under = window.childAt(where)
        if under is None or isinstance(under, QAbstractButton) or not cards[L].isAncestorOf(under):
            continue
        qtbot.mouseClick(under, Qt.MouseButton.LeftButton, ctrl, under.mapFrom(window, where))
        assert (L in view.selection.ids) is not before, type(under).__name__
        assert {Q, G} <= view.selection.ids


def test_models_are_chosen_by_keys(opened: Open, qtbot: QtBot) -> None:
    cards = library(opened)
    selection = opened.page.library.selection
    shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(cards[Q], Qt.Key.Key_Down, shift)
    assert selection.ids == {Q, G} and QApplication.focusWidget() is cards[G]
    qtbot.keyClick(cards[G], Qt.Key.Key_Down, shift)
    assert selection.ids == {Q, G, L}
    assert opened.page.library.selected.remove.text() == "Remove 3 from the library"
    qtbot.keyClick(cards[L], Qt.Key.Key_Space, ctrl)
    assert selection.ids == {Q, G}
    qtbot.keyClick(cards[L], Qt.Key.Key_Escape)
    assert selection.ids == frozenset()
    qtbot.keyClick(cards[L], Qt.Key.Key_A, ctrl)
    assert selection.ids == {Q, G, L}
    qtbot.mouseClick(cards[G], Qt.MouseButton.LeftButton)
    assert selection.ids == frozenset()


def test_a_model_that_stays_does_not_keep_the_others(opened: Open) -> None:
    done = remove_models(SimpleNamespace(library=opened.library), [Q, "nobody/x:Q4", G])  # type: ignore[arg-type]
    assert [removed.model.id for removed in done.removed] == [Q, G]
    assert done.error is not None
