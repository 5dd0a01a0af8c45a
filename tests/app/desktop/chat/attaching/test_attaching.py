"""Files, pictures and long texts that are attached to a message in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.chat.attaching.attachment_chip import AttachmentChip
from app.desktop.chat.attaching.parts_sheet import PartsSheet
from app.desktop.chat.attaching.picture_sheet import PictureSheet
from app.desktop.chat.attaching.sent_picture import SentPicture
from app.desktop.widgets.banner import Banner
from app.store.records import Attachment
from engine.api import GenerateRequest
from tests.app.desktop.conftest import Running
from tests.support.documents.hangul import hwp, paragraph
from tests.support.documents.made import HWPX, ODS, ODT, epub, pdf, slides, word, workbook
from tests.support.documents.pictures import picture, scan
from tests.support.window.chat import card, editor, shown_card
from tests.support.window.chat_windows import open_chat, opened
from tests.support.window.dropping import drop, files
from tests.support.window.finding import find_all
from tests.support.window.menus import choose
from tests.support.window.pressing import press

W = TypeVar("W", bound=QWidget)
pytestmark = [pytest.mark.long, pytest.mark.process]


@pytest.fixture
def counting(make_desktop: Callable[..., Running]) -> Running:
    """A model with room for 4,096 tokens, which counts one for each four characters."""
    return make_desktop(counts=True, settings={"context": 4096}).ready()


def chips(running: Running) -> list[AttachmentChip]:
    return running.window.chat.attaching.chips.chips


def draft(running: Running) -> tuple[Attachment, ...]:
    conversation = running.window.chat.shown.now.id
    return () if conversation is None else running.services.conversations.get(conversation).attachments


def give(running: Running, *paths: Path) -> None:
    running.window.chat.composer.edit.insertFromMimeData(files(*paths))


def attached(running: Running, *names: str) -> list[AttachmentChip]:
    """The chips, once these and no others are read."""
    running.until(lambda: [each.name for each in draft(running)] == list(names))
    running.until(lambda: [chip.entry.name for chip in chips(running)] == list(names))
    running.until(lambda: all(chip.entry.attachment is not None for chip in chips(running)))
    return chips(running)


def weighed(running: Running, *names: str) -> list[AttachmentChip]:
    """As `attached`, once the model has counted what can be read."""
    shown = attached(running, *names)

    def counted(chip: AttachmentChip) -> bool:
        attachment = chip.entry.attachment
        return attachment is not None and (chip.is_refused or not attachment.estimated)

    running.until(lambda: all(map(counted, shown)))
    return shown


def paste(text: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    return data


def said(running: Running) -> str:
    strip = running.window.chat.attaching.strip
    running.until(strip.isVisible)
    return strip.text()


def asked(running: Running) -> str:
    """What the last user's turn said to the model."""
    turns = [each.content for each in running.engine.requests[-1].messages if each.role == "user"]
    return str(turns[-1])


def asked_first(running: Running) -> str:
    """What the first user's turn said to the model."""
    return next(each.content for each in running.engine.requests[-1].messages if each.role == "user")


def send(running: Running, text: str) -> None:
    composer, before = running.window.chat.composer, len(running.engine.requests)
    composer.edit.setPlainText(text)
    running.qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    running.until(lambda: len(running.engine.requests) > before)
    running.until(lambda: not running.services.answers.answering() and not chips(running))


def test_a_file_becomes_a_chip_and_its_whole_text_goes_to_the_model(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    (paper := tmp_path / "paper.pdf").write_bytes(pdf("One page", "Another page"))
    give(running, notes, paper)
    weighed(running, "notes.md", "paper.pdf")
    assert running.window.chat.composer.text() == ""
    send(running, "What color?")
    assert "The door is green." in asked(running) and "Another page" in asked(running)
    assert asked(running).endswith("What color?")
    assert draft(running) == ()


@pytest.mark.long
def test_every_kind_of_file_goes_to_the_model(running: Running, tmp_path: Path) -> None:
    kinds = {
        "a.docx": word(),
        "a.xlsx": workbook(),
        "a.pptx": slides(),
        "a.pdf": pdf("words of the page"),
        "a.odt": ODT,
        "a.ods": ODS,
        "a.hwpx": HWPX,
        "a.hwp": hwp(paragraph("한글")),
        "a.epub": epub("<p>words</p>"),
        "a.rtf": rb"{\rtf1 words}",
        "a.eml": b"Subject: x\n\nwords\n",
        "a.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "words"}]}',
        "a.html": b"<p>words",
        "a.csv": "항목,금액\n월세,500\n".encode("cp949"),
        "a.srt": b"1\n00:00:01,500 --> 00:00:02,000\nwords\n",
        "a.md": b"# words",
        "a.py": b"print(1)\n",
    }
    for name, content in kinds.items():
        (tmp_path / name).write_bytes(content)
    give(running, *(tmp_path / name for name in kinds))
    assert all(chip.entry.attachment.state == "whole" for chip in attached(running, *kinds))  # type: ignore[union-attr]
    running.send("What is in them?")
    told = running.engine.requests[-1].messages[-1].content
    assert isinstance(told, str) and all(f'File "{name}":' in told for name in kinds)
    assert "월세" in told and "한글" in told


def test_the_first_chip_of_a_chat_is_seen_whole(running: Running, tmp_path: Path) -> None:
    # Where nothing was attached before, the strip is laid out before it is seen.
    (tmp_path / "note.txt").write_text("Cats are allowed.")
    give(running, tmp_path / "note.txt")
    (chip,) = attached(running, "note.txt")
    running.until(lambda: chip.visibleRegion().boundingRect() == chip.rect())


def test_it_can_be_sent_without_words_and_shows_its_chips_in_the_card(
    running: Running, tmp_path: Path
) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    assert not running.window.chat.composer.button.isEnabled()
    give(running, notes)
    attached(running, "notes.md")
    assert running.window.chat.composer.button.isEnabled()
    send(running, "")
    view = running.window.chat.transcript
    running.until(lambda: len(view.ids) == 2 and view.shows(view.ids[0]))
    (chip,) = find_all(card(view, view.ids[0]), kind=AttachmentChip)
    chip.click()
    sources = running.window.chat.sources
    running.until(
        lambda: sources.pane is not None and sources.pane.text.toPlainText() == "The door is green."
    )


def test_what_is_dropped_anywhere_on_the_chat_is_attached(running: Running, tmp_path: Path) -> None:
    (file := tmp_path / "a.txt").write_text("from the drop")
    assert drop(running.window.chat, files(file)).dropAction() == Qt.DropAction.CopyAction
    attached(running, "a.txt")


def test_what_costs_is_told_and_what_does_not_fit_is_not_sent(counting: Running, tmp_path: Path) -> None:
    (small := tmp_path / "small.txt").write_text("word " * 400)
    (large := tmp_path / "large.txt").write_text("word " * 4000)
    give(counting, small, large)
    fits, too_long = weighed(counting, "small.txt", "large.txt")
    counting.until(lambda: too_long.is_refused)
    assert "tokens" in fits.detail() and not fits.is_refused
    assert "there’s room for" in too_long.detail()
    before = len(counting.engine.requests)
    counting.window.chat.composer.edit.setPlainText("Read this")
    counting.qtbot.keyClick(counting.window.chat.composer.edit, Qt.Key.Key_Return)
    assert "large.txt" in said(counting)
    assert counting.window.chat.composer.text() == "Read this" and len(counting.engine.requests) == before
    choose(too_long, "Remove")
    attached(counting, "small.txt")
    send(counting, "Read this")
    assert "word word" in asked(counting)


def test_pages_of_a_long_document_are_chosen(counting: Running, tmp_path: Path) -> None:
    (book := tmp_path / "book.pdf").write_bytes(
        pdf(*(f"Page {number} " + "word " * 700 for number in range(1, 7)))
    )
    give(counting, book)
    (chip,) = weighed(counting, "book.pdf")
    counting.until(lambda: chip.is_refused)
    choose(chip, "Choose parts…")
    (sheet,) = counting.window.findChildren(PartsSheet)
    sheet.first.show_number(2)
    sheet.last.show_number(3)
    sheet.use.click()
    counting.until(lambda: [(each.first, each.last) for each in draft(counting)] == [(2, 3)])
    (chip,) = weighed(counting, "book.pdf")
    assert "parts 2 to 3" in chip.detail() and not chip.is_refused
    send(counting, "Go on")
    assert "Page 3" in asked(counting) and "Page 4" not in asked(counting)


def test_what_does_not_fit_is_searched_when_a_person_wants_that(counting: Running, tmp_path: Path) -> None:
    pages = [f"{'word ' * 400} Rule {number}." for number in range(1, 13)]
    (book := tmp_path / "book.pdf").write_bytes(pdf(*pages))
    give(counting, book)
    (chip,) = weighed(counting, "book.pdf")
    counting.until(lambda: chip.is_refused)
    counting.window.chat.composer.edit.setPlainText("What does rule 7 say?")
    counting.qtbot.keyClick(counting.window.chat.composer.edit, Qt.Key.Key_Return)
    press(counting.window.chat.attaching.strip, "Search in it")
    counting.until(lambda: [each.state for each in draft(counting)] == ["searched"])
    counting.until(lambda: "Searched for what you ask" in chips(counting)[0].detail())
    choose(chips(counting)[0], "Read all of it")
    counting.until(lambda: [each.state for each in draft(counting)] == ["whole"])
    counting.until(lambda: chips(counting)[0].does_not_fit)
    choose(chips(counting)[0], "Search in it")
    counting.until(lambda: [each.state for each in draft(counting)] == ["searched"])
    counting.until(lambda: not chips(counting)[0].is_refused)
    send(counting, "What does rule 7 say?")
    assert "Rule 7." in asked(counting) and "[1] book.pdf, page" in asked(counting)
    view = counting.window.chat.transcript
    counting.until(lambda: bool(view.ids) and view.shows(view.ids[0]))
    (sent,) = find_all(card(view, view.ids[0]), kind=AttachmentChip)
    assert "searched" in sent.detail()


def test_a_long_document_is_read_part_by_part_until_that_is_stopped(
    counting: Running, tmp_path: Path
) -> None:
    pages = [f"{'word ' * 400} Rule {number}." for number in range(1, 25)]
    (book := tmp_path / "book.pdf").write_bytes(pdf(*pages))
    give(counting, book)
    (chip,) = weighed(counting, "book.pdf")
    counting.until(lambda: chip.is_refused)
    choose(chip, "Read part by part")
    counting.until(lambda: [each.by_parts for each in draft(counting)] == [True])
    counting.until(
        lambda: "part by part" in chips(counting)[0].detail() and not chips(counting)[0].is_refused
    )
    counting.engine.hold.set()
    chat = counting.window.chat
    chat.composer.edit.setPlainText("Which rules are there?")
    counting.until(lambda: chat.composer.button.isEnabled())
    counting.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    counting.until(lambda: said(counting).startswith("Reading “book.pdf”: part 1 of"))
    assert chat.composer.text() == "" and not counting.services.conversations.path(chat.shown.now.id or 0)
    press(chat.attaching.strip, "Stop")  # before the first note: as if nothing had been sent
    counting.until(lambda: chat.composer.text() == "Which rules are there?")
    counting.until(lambda: len(chips(counting)) == 1 and chat.attaching.strip.isHidden())
    counting.engine.hold.clear()
    counting.until(lambda: not chips(counting)[0].is_refused and chat.composer.button.isEnabled())
    counting.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    view = chat.transcript
    counting.until(lambda: len(view.ids) == 2 and not counting.services.answers.answering())
    assert "noted part by part" in asked(counting)
    counting.until(lambda: bool(view.ids) and view.shows(view.ids[0]) and chat.attaching.strip.isHidden())
    (sent,) = find_all(card(view, view.ids[0]), kind=AttachmentChip)
    assert "part by part" in sent.detail()


def test_chips_are_removed_by_cross_delete_and_backspace(running: Running, tmp_path: Path) -> None:
    names = ["a.txt", "b.txt", "c.txt", "d.txt"]
    for name in names:
        (tmp_path / name).write_text(name)
    give(running, *(tmp_path / name for name in names))
    shown = attached(running, *names)
    press(shown[0], "Remove “a.txt”")
    attached(running, "b.txt", "c.txt", "d.txt")
    shown[1].setFocus()
    running.qtbot.keyClick(shown[1], Qt.Key.Key_Delete)
    attached(running, "c.txt", "d.txt")
    assert QApplication.focusWidget() is shown[2]
    edit = running.window.chat.composer.edit
    edit.setFocus()
    edit.insertPlainText("x")
    running.qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.toPlainText() == "" and len(chips(running)) == 2
    running.qtbot.keyClick(edit, Qt.Key.Key_Backspace)
    attached(running, "c.txt")
    chips(running)[0].setFocus()
    running.qtbot.keyClick(chips(running)[0], Qt.Key.Key_Delete)
    attached(running)
    assert QApplication.focusWidget() is edit


def test_a_long_text_that_is_pasted_is_attached_and_can_be_put_in_instead(running: Running) -> None:
    edit = running.window.chat.composer.edit
    edit.insertFromMimeData(paste("short"))
    text = "<p>가나다 & more</p>\n" * 300
    edit.insertFromMimeData(paste(text))
    (chip,) = attached(running, "Pasted text")
    assert edit.toPlainText() == "short"
    edit.insertFromMimeData(paste(text + "!"))
    attached(running, "Pasted text", "Pasted text 2")
    choose(chip, "Insert as text")
    attached(running, "Pasted text 2")
    running.until(lambda: edit.toPlainText() == "short" + text)


def test_a_picture_says_that_the_model_cannot_see_it_and_is_not_sent(running: Running) -> None:
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    running.window.chat.composer.edit.insertFromMimeData(data)
    (chip,) = attached(running, "Pasted picture.png")
    running.until(lambda: chip.is_refused)
    assert "can’t see pictures" in chip.accessibleDescription()
    running.window.chat.composer.submit()
    assert "can’t see pictures" in said(running) and not running.engine.requests


def test_a_model_that_cannot_see_goes_on_without_the_pictures_when_a_person_says_so(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    running = make_desktop(counts=True, sees=True).ready()
    (red := tmp_path / "red.png").write_bytes(picture())
    give(running, red)
    weighed(running, "red.png")
    send(running, "What color?")
    running.engine.sees = False
    running.services.models.reload()
    running.until(lambda: (facts := running.window.chat.model.facts) is not None and not facts.sees)
    send(running, "And now?")
    transcript = running.window.chat.transcript

    def below(kind: type[W]) -> list[W]:
        """What the last answer shows of this kind, [] before it has a card."""
        last = shown_card(transcript, transcript.ids[-1]) if transcript.ids else None
        return [] if last is None else find_all(last, kind=kind)

    running.until(lambda: any("can’t see pictures" in strip.text() for strip in below(Banner)))
    press(below(Banner)[0], "Go on without pictures")
    running.until(lambda: "not shown to this model" in asked_first(running))
    running.until(lambda: any("1 picture was left out" in line.text() for line in below(QLabel)))


def test_a_scan_is_read_by_the_model_when_a_person_says_so(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    def reads(request: GenerateRequest) -> Sequence[str]:
        return ("The invoice is red.",) if request.messages[-1].media else ("An answer.",)

    running = make_desktop(counts=True, sees=True, answer=reads).ready()
    (paper := tmp_path / "scan.pdf").write_bytes(scan("red", "blue"))
    give(running, paper)
    (chip,) = weighed(running, "scan.pdf")
    running.until(lambda: chip.can_be_read)
    assert chip.is_refused and "can read them" in chip.detail()
    running.window.chat.composer.edit.setPlainText("What is it?")
    running.window.chat.composer.submit()
    assert "can read them" in said(running)
    press(running.window.chat.attaching.strip, "Read them")
    running.until(lambda: [each.state for each in draft(running)] == ["whole"])
    (chip,) = weighed(running, "scan.pdf")
    running.until(lambda: "read 2 pages" in chips(running)[0].detail())
    send(running, "What is it?")
    assert "[page 2]\nThe invoice is red." in asked(running)
    transcript = running.window.chat.transcript

    def told() -> list[str]:
        first = shown_card(transcript, transcript.ids[0]) if transcript.ids else None
        return [] if first is None else [sent.detail() for sent in find_all(first, kind=AttachmentChip)]

    running.until(lambda: any("read by" in detail for detail in told()))


def test_a_picture_is_seen_in_its_chip_and_in_the_message_and_opens_large(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    running = make_desktop(counts=True, sees=True).ready()
    (red := tmp_path / "red.png").write_bytes(picture(size=(900, 300)))
    give(running, red)
    (chip,) = weighed(running, "red.png")
    running.until(lambda: chip.picture is not None and chip.picture.pixelColor(5, 5).name() == "#ff0000")
    for small in (QImage(), chip.picture):  # it is as wide as its words and its picture take
        chip.show_picture(small)
        assert chip.size() == chip.sizeHint()
    assert not chip.is_refused and "tokens" in chip.detail()
    choose(chip, "Show picture")
    sheet = running.window.findChildren(PictureSheet)[-1]
    running.until(lambda: sheet.isVisible() and sheet.shown.width() > 400)
    running.qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
    send(running, "Which color?")
    assert [each.width for each in running.engine.requests[-1].messages[-1].media] == [900]
    view = running.window.chat.transcript
    running.until(lambda: len(view.ids) == 2 and view.shows(view.ids[0]))
    (sent,) = find_all(card(view, view.ids[0]), kind=SentPicture)
    running.until(lambda: sent.picture is not None and sent.picture.pixelColor(5, 5).name() == "#ff0000")
    assert sent.accessibleName() == "Picture: red.png" and sent.size().toTuple() == (240, 80)
    sent.click()
    large = running.window.findChildren(PictureSheet)[-1]
    running.until(large.isVisible)
    running.qtbot.keyClick(large, Qt.Key.Key_Escape)
    assert large.isHidden()


def test_a_folder_offers_tools_in_it(running: Running, tmp_path: Path) -> None:
    (folder := tmp_path / "project").mkdir()
    drop(running.window.chat, files(folder))
    assert "folder" in said(running) and not chips(running)
    press(running.window.chat.attaching.strip, "Use tools in this folder")
    tools = running.window.chat.tools
    running.until(lambda: tools.sheet is not None and tools.sheet.isVisible())
    assert tools.sheet is not None and tools.sheet.folder.folder() == str(folder)
    tools.sheet.close_overlay()


def test_the_draft_keeps_them_through_other_chats_and_a_restart(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    running = make_desktop().ready()
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    attached(running, "notes.md")
    chat = running.window.chat.shown.now.id
    assert chat is not None
    running.window.go.new_chat()
    assert not chips(running)
    running.window.go.open_chat(chat)
    attached(running, "notes.md")
    running.close()
    again = make_desktop().ready()
    again.window.go.open_chat(chat)
    attached(again, "notes.md")
    send(again, "What color?")
    assert "The door is green." in asked(again)


def test_a_file_is_read_for_the_chat_that_it_was_given_to(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("words")
    give(running, notes)
    running.window.go.new_chat()
    running.until(lambda: any(chat.attachments for chat in running.services.conversations.all()))
    assert not chips(running)


def test_what_is_being_read_is_cancelled_by_its_cross(running: Running, tmp_path: Path) -> None:
    (slow := tmp_path / "slow.pdf").write_bytes(pdf(*["word " * 50] * 300))
    (next_one := tmp_path / "next.txt").write_text("words")
    give(running, slow, next_one)
    assert [chip.entry.name for chip in chips(running)] == ["slow.pdf", "next.txt"]
    running.window.chat.composer.edit.setPlainText("Go")
    running.window.chat.composer.submit()
    assert "still being read" in said(running)
    press(chips(running)[0], "Remove “slow.pdf”")
    attached(running, "next.txt")


def test_an_edited_and_a_regenerated_message_keep_them(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    attached(running, "notes.md")
    send(running, "What color?")
    view = running.window.chat.transcript
    running.until(lambda: len(view.ids) == 2 and view.shows(view.ids[0]))
    shown = card(view, view.ids[0])
    shown.start_editing()
    editor(shown).setPlainText("Which color?")
    before = len(running.engine.requests)
    running.qtbot.keyClick(editor(shown), Qt.Key.Key_Return)
    running.until(lambda: len(running.engine.requests) > before and not running.services.answers.answering())
    assert "The door is green." in asked(running) and asked(running).endswith("Which color?")
    running.until(lambda: view.shows(view.ids[0]) and len(view.ids) == 2)
    assert find_all(card(view, view.ids[0]), kind=AttachmentChip)


def test_the_same_file_is_attached_to_the_next_message_too(running: Running, tmp_path: Path) -> None:
    running.send("hello")
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    for _ in range(2):
        give(running, notes)
        attached(running, "notes.md")
        running.send("What color?")
    assert asked(running).count("The door is green.") == 1


def test_what_is_attached_is_removed_from_a_sent_message_while_that_is_changed(
    running: Running, tmp_path: Path
) -> None:
    view = running.window.chat.transcript
    for name in ("door.md", "roof.md"):
        (tmp_path / name).write_text(f"The {name[:4]} is green.\n")
    give(running, tmp_path / "door.md", tmp_path / "roof.md")
    attached(running, "door.md", "roof.md")
    running.send("What color?")
    running.until(lambda: bool(find_all(card(view, view.ids[0]), kind=AttachmentChip)))
    give(running, tmp_path / "roof.md")  # of the next message
    attached(running, "roof.md")
    view.edit_message(view.ids[0])
    shown = card(view, view.ids[0])
    door = find_all(shown, kind=AttachmentChip)[0]
    running.qtbot.keyClick(door, Qt.Key.Key_Delete)
    assert [chip.entry.name for chip in find_all(shown, kind=AttachmentChip)] == ["roof.md"]
    running.qtbot.keyClick(editor(shown), Qt.Key.Key_Escape)
    names = [chip.entry.name for chip in find_all(shown, kind=AttachmentChip)]
    assert names == ["door.md", "roof.md"]  # nothing was changed
    view.edit_message(view.ids[0])
    press(find_all(shown, kind=AttachmentChip)[0], "Remove “door.md”")
    before = len(running.engine.requests)
    running.qtbot.keyClick(editor(shown), Qt.Key.Key_Return)
    running.until(lambda: len(running.engine.requests) > before and not running.services.answers.answering())
    assert "The roof is green." in asked(running) and "The door" not in asked(running)
    assert [each.name for each in draft(running)] == ["roof.md"]


def test_a_question_waits_with_its_attachments_and_gives_them_back_to_be_changed(
    make_desktop: Callable[..., Running], tmp_path: Path
) -> None:
    running = make_desktop().ready()
    running.engine.hold.set()  # nothing is answered yet
    composer = running.window.chat.composer
    composer.edit.setPlainText("Talk")
    composer.submit()
    running.until(
        lambda: bool(running.services.answers.answering()) and running.window.chat.shown.answering()
    )
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    attached(running, "notes.md")
    composer.edit.setPlainText("What color?")
    composer.submit()
    store = running.services.store
    conversation = running.window.chat.shown.now.id
    assert conversation is not None
    strip = running.window.chat.queue.strip
    running.until(lambda: len(strip.rows) == 1 and not chips(running))
    assert strip.rows[0].accessibleName() == "Waiting question 1 with notes.md: What color?"
    assert composer.text() == "" and store.conversations.get(conversation).attachments == ()
    composer.edit.setPlainText("And why?")
    press(strip.rows[0], "Edit this question")
    running.until(lambda: not strip.rows and len(chips(running)) == 1)
    running.until(lambda: composer.text() == "What color?\nAnd why?")
    running.until(lambda: store.conversations.get(conversation).draft == "What color?\nAnd why?")
    composer.submit()
    running.until(lambda: len(strip.rows) == 1 and not chips(running))
    running.engine.hold.clear()
    running.until(lambda: len(store.messages.path(conversation)) == 4)
    running.until(lambda: not running.services.answers.answering())
    question = store.messages.get_all(store.messages.path(conversation))[2]
    assert question.content == "What color?\nAnd why?"
    assert [each.name for each in question.attachments] == ["notes.md"]
    assert "The door is green." in running.engine.requests[-1].messages[-1].content


def test_two_windows_of_a_chat_show_the_same_chips(running: Running, tmp_path: Path) -> None:
    running.send("hello")
    other = opened(running, open_chat(running)).chat.attaching.chips
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    attached(running, "notes.md")
    running.until(lambda: [chip.entry.name for chip in other.chips] == ["notes.md"])
    other.chips[0].removed.emit()
    attached(running)
    running.until(lambda: not other.chips)


def test_a_temporary_chat_takes_them_too_and_keeps_nothing(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    running.window.go.temporary_chat()
    give(running, notes)
    attached(running, "notes.md")
    send(running, "What color?")
    assert "The door is green." in asked(running)
    assert not list(running.home.glob("attachments/*"))


def test_sending_while_it_is_counted_sends_as_soon_as_it_is(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    attached(running, "notes.md")
    running.window.chat.attaching.weigh()
    send(running, "What color?")
    assert "The door is green." in asked(running)


def test_the_attached_stays_while_what_was_sent_with_it_comes_back(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    running.send("hello")
    chat = open_chat(running)
    give(running, notes)
    weighed(running, "notes.md")
    running.services.store.messages.add(
        chat, running.window.chat.transcript.ids[-1], "user", "from elsewhere"
    )
    composer = running.window.chat.composer
    composer.edit.setPlainText("What color?")
    composer.submit()
    assert composer.text() == ""  # sent
    running.until(lambda: composer.text() == "What color?" and len(chips(running)) == 1)
    attached(running, "notes.md")


def test_chips_speak_korean_and_follow_the_language(running: Running, tmp_path: Path) -> None:
    (notes := tmp_path / "notes.md").write_text("The door is green.\n")
    give(running, notes)
    (chip,) = weighed(running, "notes.md")
    languages.choose("ko")
    running.until(lambda: "토큰" in chip.detail() and chip.accessibleName() == "첨부: notes.md")
