"""Files and pictures that are dropped or pasted where a message or a task is written."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.runs.new_run import NewRun
from app.desktop.text_entry import reading
from app.desktop.text_entry.reading import GivenFile, fenced, read
from tests.app.desktop.conftest import Running
from tests.support.window.chat import card, editor
from tests.support.window.pressing import press
from tests.support.window.reading import labels


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(f"file://{path}" for path in paths))
    return data


def drop(target: QWidget, data: QMimeData) -> QDropEvent:
    """Drag `data` onto a widget as a file manager does, which offers to move it."""
    either = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # programs are not meant to make these
        enter = QDragEnterEvent(QPoint(9, 9), either, data, left, none)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(9, 9), either, data, left, none)
    QApplication.sendEvent(target, event)
    return event


def written(running: Running, condition: Callable[[str], bool]) -> str:
    composer = running.window.chat.composer
    running.until(lambda: condition(composer.text()))
    return composer.text()


def said(running: Running) -> str:
    strip = running.window.chat.files.strip
    running.until(strip.isVisible)
    return strip.text()


def test_text_files_are_put_in_with_their_names(running: Running, tmp_path: Path) -> None:
    one, two = tmp_path / "notes.md", tmp_path / "메모.txt"
    one.write_text("Some ```code``` here\n```py\nx = 1\n```\n")
    two.write_bytes("안녕하세요\r\n".encode("cp949"))
    running.window.chat.composer.edit.setPlainText("Look at this:")
    running.window.chat.composer.edit.moveCursor(
        running.window.chat.composer.edit.textCursor().MoveOperation.End
    )
    running.window.chat.composer.edit.insertFromMimeData(files(one, two))
    text = written(running, lambda text: "안녕" in text)
    assert text == (
        "Look at this:\n`notes.md`\n\n````md\nSome ```code``` here\n```py\nx = 1\n```\n````\n"
        "`메모.txt`\n\n```txt\n안녕하세요\n```\n"
    )
    assert not running.window.chat.files.strip.isVisible()
    field = running.window.chat.composer.edit
    running.until(lambda: field.wanted_height() <= field.height() and field.verticalScrollBar().value() == 0)
    running.window.chat.composer.edit.undo()
    assert "안녕" not in running.window.chat.composer.text()


def test_files_are_read_off_the_gui_thread(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, hold, real = tmp_path / "slow.txt", threading.Event(), reading.read
    file.write_text("slow words")

    def slow(paths: list[Path]) -> tuple[GivenFile, ...]:
        assert hold.wait(60)
        return real(paths)

    monkeypatch.setattr(reading, "read", slow)
    running.window.chat.composer.edit.insertFromMimeData(files(file))
    QApplication.processEvents()
    assert running.window.chat.composer.text() == ""
    hold.set()
    written(running, lambda text: "slow words" in text)


def test_what_is_dropped_anywhere_on_the_chat_is_copied_and_taken(running: Running, tmp_path: Path) -> None:
    (file := tmp_path / "a.txt").write_text("from the drop")
    assert drop(running.window.chat, files(file)).dropAction() == Qt.DropAction.CopyAction
    written(running, lambda text: "from the drop" in text)
    running.window.chat.composer.set_text("")
    field = running.window.chat.composer.edit.viewport()
    assert drop(field, files(file)).dropAction() == Qt.DropAction.CopyAction
    assert "file://" not in written(running, lambda text: "from the drop" in text)


def test_a_folder_offers_tools_in_it(running: Running, tmp_path: Path) -> None:
    (folder := tmp_path / "project").mkdir()
    drop(running.window.chat, files(folder))
    assert "folder" in said(running) and running.window.chat.composer.text() == ""
    press(running.window.chat.files.strip, "Use tools in this folder")
    tools = running.window.chat.tools
    running.until(lambda: tools.sheet is not None and tools.sheet.isVisible())
    assert tools.sheet is not None and tools.sheet.folder.folder() == str(folder)
    tools.sheet.close_overlay()
    tools.open()
    running.until(tools.sheet.isVisible)
    assert tools.sheet.folder.folder() != str(folder)
    tools.sheet.close_overlay()


def test_a_picture_is_said_not_to_be_readable_yet(running: Running, tmp_path: Path) -> None:
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    edit = running.window.chat.composer.edit
    assert edit.canInsertFromMimeData(data)
    edit.insertFromMimeData(data)
    assert said(running) == "Coterie can’t read pictures yet."
    (picture := tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    edit.insertFromMimeData(files(picture, picture))
    running.until(lambda: said(running) == "Coterie can’t read pictures yet.")
    assert running.window.chat.composer.text() == ""


def test_a_text_that_comes_with_a_picture_is_taken(running: Running) -> None:
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    data.setText("1\t2")
    running.window.chat.composer.edit.insertFromMimeData(data)
    assert running.window.chat.composer.text() == "1\t2"
    assert not running.window.chat.files.strip.isVisible()


def test_another_chat_takes_the_sentence_away(running: Running, qtbot: QtBot) -> None:
    running.window.chat.composer.edit.refused.emit("picture", 0)
    assert said(running)
    running.window.go.new_chat()
    assert not running.window.chat.files.strip.isVisible()


def test_a_sent_message_that_is_changed_takes_files_as_the_composer_does(
    running: Running, tmp_path: Path
) -> None:
    (notes := tmp_path / "notes.md").write_text("from the notes\n")
    (folder := tmp_path / "project").mkdir()
    running.send("Look at this:")
    view = running.window.chat.transcript
    shown = card(view, view.ids[0])
    shown.start_editing()
    field, low = editor(shown), shown.height()
    field.insertFromMimeData(files(notes))
    running.until(lambda: "from the notes" in field.toPlainText())
    assert field.toPlainText() == "Look at this:\n`notes.md`\n\n```md\nfrom the notes\n```\n"
    drop(field.viewport(), files(folder))
    running.until(lambda: any("folder doesn’t fit" in text for text in labels(shown)))
    assert "file://" not in field.toPlainText() and running.window.chat.composer.text() == ""
    assert shown.height() > low
    view_before = shown.height()
    press(shown, "Dismiss")
    running.until(lambda: shown.height() < view_before)


def test_the_task_of_a_run_takes_files_and_offers_their_folder(
    qtbot: QtBot, looks: Callable[[], None], tmp_path: Path
) -> None:
    form = NewRun()
    qtbot.addWidget(form)
    form.show()
    (notes := tmp_path / "notes.md").write_text("from the notes\n")
    (paper := tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7")
    form.task.insertFromMimeData(files(notes))
    qtbot.waitUntil(lambda: "from the notes" in form.task.toPlainText())
    assert "file://" not in form.task.toPlainText()
    drop(form, files(paper))
    qtbot.waitUntil(form.files.strip.isVisible)
    press(form.files.strip, "Work in this folder")
    assert form.folder.folder() == str(tmp_path) and not form.files.strip.isVisible()


def test_what_a_file_is_follows_from_its_bytes(tmp_path: Path) -> None:
    made = {
        "a.py": ("text", b"x = 1\n"),
        "bom.txt": ("text", "\ufeffwords".encode("utf-16-le")),
        "empty.txt": ("text", b""),
        "a.bin": ("other", bytes(range(256)) * 40),
        "big.bin": ("other", bytes(600_000)),
        "big.txt": ("long", "가".encode() * 200_000),
        "line.txt": ("long", b"x" * 60_000),
        "a.pdf": ("document", b"%PDF-1.7"),
        "a.hwp": ("document", b"\xd0\xcf\x11\xe0"),
        "A.JPG": ("picture", b"\xff\xd8"),
    }
    for name, (_, content) in made.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "pipe.txt")
    names = [*made, "pipe.txt", "gone.txt"]
    found = read([tmp_path / name for name in names])
    kinds = {file.path.name: file.kind for file in found}
    wanted = {name: kind for name, (kind, _) in made.items()}
    assert kinds == {**wanted, "pipe.txt": "unreadable", "gone.txt": "unreadable"}
    assert found[1].text == "words"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path) -> None:
    (file := tmp_path / "secret.txt").write_text("x")
    file.chmod(0)
    assert read([file])[0].kind == "unreadable"


def test_a_name_cannot_break_out_of_its_line() -> None:
    text = fenced(GivenFile(Path("/x/a`\n# b.t`t"), "text", 1, "~~~\n`````\n"))
    assert text == "`a' # b.t't`\n\n``````\n~~~\n`````\n``````\n"
