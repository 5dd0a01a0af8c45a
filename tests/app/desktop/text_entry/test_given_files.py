"""Files and pictures that are dropped or pasted where a message or a task is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.runs.new_run import NewRun
from app.desktop.text_entry.reading import GivenFile, fenced, read
from tests.app.desktop.conftest import Running
from tests.support.window.chat import card, editor
from tests.support.window.dropping import drop, files
from tests.support.window.pressing import press
from tests.support.window.reading import labels


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
