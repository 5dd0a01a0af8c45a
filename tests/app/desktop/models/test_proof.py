"""What the reasoning switch of a model changes, seen over the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.models.proof_sheet import PromptBox, ProofSheet
from app.store.records import LibraryFile
from tests.app.desktop.models.conftest import Open
from tests.app.desktop.models.test_library import G, Q, choose, library
from tests.app.desktop.test_accessibility import without_name
from tests.engine.formats import templates
from tests.support.library.scripted_library import ScriptedLibrary
from tests.support.models.gguf_bytes import Row, gguf, key_string
from tests.support.window.models import choices, prompts
from tests.support.window.pressing import press

Show = Callable[..., ProofSheet]


def put_model(library: ScriptedLibrary, folder: Path, template: str | None, id: str = Q) -> None:
    """The file of a model that is in the library."""
    keys = [key_string("general.architecture", "newmoe")]
    if template is not None:
        keys.append(key_string("tokenizer.chat_template", template))
    path = folder / "model.gguf"
    path.write_bytes(gguf(keys, [Row("blk.0.ffn_up.weight", (32, 4), 8)], 136))
    model = library.get(id)
    library.put(msgspec.structs.replace(model, files=(LibraryFile(str(path), path.stat().st_size),)))


@pytest.fixture
def show(opened: Open, tmp_path: Path) -> Show:
    """Shows what the switch of a model with this template changes."""

    def shown(template: str | None) -> ProofSheet:
        put_model(opened.library, tmp_path, template)
        card = library(opened)[Q]
        opened.until(lambda: card.model.path.startswith(str(tmp_path)))
        choose(card, "What reasoning changes")
        sheet = opened.page.library.proofs.sheet
        assert sheet is not None and sheet.isVisible()
        opened.until(lambda: sheet.about.isVisible() or bool(sheet.state.words.text()))
        QApplication.processEvents()
        return sheet

    return shown


def test_the_prompts_of_each_choice_stand_side_by_side(show: Show) -> None:
    sheet = show(templates.SWITCH)
    assert sheet.about.text() == (
        "Qwen3-30B-A3B · Q4_K_M is asked “Why is the sky blue?”. This is what each choice of reasoning changes."
    )
    assert choices(sheet) == {
        "Auto": "Nothing is added: the model follows its own default.",
        "Off": "Adds “<think> </think>”. The model starts with the answer.",
        "On": "Sends the same text as Auto.",
        "Limit: 512 tokens": (
            "Sends the same text as Auto. Coterie ends the reasoning after 512 tokens, and the answer begins."
        ),
    }
    assert prompts(sheet) == ["Auto, On, Limit: 512 tokens", "Off"]
    first, second = sheet.boxes
    assert first.y() == second.y() and first.x() + first.width() < second.x()
    assert "+ <think>" in second.text.toPlainText() and "Why is the sky blue?" in second.text.toPlainText()
    assert sheet.legend.isVisible()


def colour_of(box: PromptBox, line: str) -> str:
    block = box.text.document().find(line).block()
    (marked,) = block.layout().formats()
    return marked.format.foreground().color().name()


def test_what_differs_has_a_colour_besides_its_sign(show: Show) -> None:
    sheet = show(templates.FREE_LEVELS)
    low = next(box for box in sheet.boxes if box.text.accessibleName() == "Low")
    assert colour_of(low, "+ Reasoning: low") == themes.current.good.lower()
    assert colour_of(low, "- Reasoning: medium") == themes.current.bad.lower()


def test_the_copy_of_a_prompt_has_no_marks(show: Show) -> None:
    off = show(templates.SWITCH).boxes[1]
    press(off, "Copy this text")
    copied = QGuiApplication.clipboard().text()
    assert copied.rstrip().endswith("<think>\n\n</think>") and "+" not in copied


def test_a_model_without_a_switch_is_said_to_have_none(show: Show) -> None:
    sheet = show(templates.PLAIN)
    assert sheet.about.text() == "This model has no reasoning switch: it always gets the same text."
    assert prompts(sheet) == ["Auto"] and not choices(sheet) and not sheet.legend.isVisible()


def test_a_model_without_a_template_is_said_to_have_none(show: Show) -> None:
    sheet = show(None)
    assert sheet.about.text().startswith("This model comes without a chat template")
    assert sheet.boxes[0].text.toPlainText().startswith("User:\nWhy is the sky blue?")


def test_a_broken_template_is_told_in_the_usual_sentence(show: Show) -> None:
    sheet = show("{% if %}")
    assert sheet.state.words.text().startswith("The model’s chat template has an error in line 1")
    assert not sheet.boxes and not sheet.about.isVisible()


def test_a_file_that_is_gone_is_told_in_the_usual_sentence(opened: Open) -> None:
    card = library(opened)[G]
    choose(card, "What reasoning changes")
    sheet = opened.page.library.proofs.sheet
    assert sheet is not None
    opened.until(lambda: sheet.state.words.text().startswith("There’s no file at /home/someone"))
    assert not opened.failed, "said once"


def test_an_error_goes_when_another_model_is_shown(show: Show) -> None:
    sheet = show("{% if %}")
    sheet.close_overlay()
    assert show(templates.SWITCH) is sheet
    assert choices(sheet) and not sheet.state.isVisible()


def test_keys_reach_all_of_it_and_close_it(show: Show, opened: Open, qtbot: QtBot) -> None:
    sheet = show(templates.SWITCH)
    assert QApplication.focusWidget() is sheet.done
    reached = []
    for _ in range(8):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert {box.text for box in sheet.boxes} <= set(reached) and sheet.done in reached
    assert all(sheet.isAncestorOf(widget) for widget in reached)
    assert not without_name(sheet)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_in_a_narrow_window_with_large_text_all_stands_below_each_other(show: Show, opened: Open) -> None:
    opened.window.resize(900, 640)
    sheet = show(templates.SWITCH)
    assert sheet.boxes[0].y() == sheet.boxes[1].y()
    themes.choose("dark", 2.0)
    QApplication.processEvents()
    first, second = sheet.boxes
    assert first.x() == second.x() and first.geometry().bottom() < second.y()
    name, words = sheet.lines[1]
    assert name.x() == words.x() and name.geometry().bottom() < words.y()
    assert sheet.card.geometry().bottom() < opened.window.height()
    assert sheet.scroller.height() > opened.window.height() // 3
    assert sheet.card.width() <= opened.window.width()
    assert all(box.text.height() >= box.text.heightForWidth(box.text.width()) for box in sheet.boxes)


def test_it_is_told_in_korean_at_once(show: Show) -> None:
    sheet = show(templates.SWITCH)
    languages.choose("ko")
    QApplication.processEvents()
    assert choices(sheet)["끄기"] == "‘<think> </think>’ 부분을 더합니다. 모델이 바로 답변을 시작합니다."
    assert sheet.title.text() == "추론 설정에 따라 달라지는 것"


def test_a_screen_reader_says_a_choice_with_its_sentence_and_what_the_signs_mean(show: Show) -> None:
    sheet = show(templates.SWITCH)
    assert sheet.lines[1][1].accessibleName().startswith("Off: Adds “<think> </think>”.")
    assert "+ marks lines that are added" in sheet.boxes[1].text.accessibleDescription()


def test_a_card_says_that_a_model_has_no_template(opened: Open) -> None:
    opened.placements.without_template.add(opened.library.get(G).path)
    cards = library(opened)
    opened.until(lambda: cards[G].state.isVisible())
    assert cards[G].state.text().startswith("This model comes without a chat template")
    assert "without a chat template" in cards[G].accessibleName()
    opened.until(lambda: cards[Q].verdict.isVisible())
    assert not cards[Q].state.isVisible()


def test_what_is_wrong_with_a_file_is_said_before_what_it_lacks(opened: Open) -> None:
    opened.placements.without_template.add(opened.library.get(G).path)
    cards = library(opened)
    opened.until(lambda: cards[G].state.isVisible())
    opened.library.put(msgspec.structs.replace(opened.library.get(G), state="damaged"))
    opened.until(lambda: cards[G].state.text() == "Some of its bytes are damaged.")
