"""Code has its colors while it is written, can be wrapped, and saved as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base import tasks
from app.desktop.markdown.body import shown_blocks
from app.desktop.markdown.code import CodeBlock, Colours
from app.desktop.markdown.code_file import SaveButton, file_name
from app.markdown.markdown import Code
from tests.support.window.finding import find, part
from tests.support.window.pressing import button

pytestmark = pytest.mark.usefixtures("looks")
TEXT = 'def greet(name):\n    """Say hello."""\n    return f"Hello, {name}"\n'


@pytest.fixture
def holder(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.show()
    yield widget


def block(holder: QWidget, code: Code) -> CodeBlock:
    made = CodeBlock(holder, code, shown_blocks)
    made.setGeometry(0, 0, 500, made.fit(500))
    made.show()
    return made


def document(code: CodeBlock) -> QTextDocument:
    return find(code, kind=QTextEdit).document()


def colored_lines(code: CodeBlock) -> list[bool]:
    lines, line = [], document(code).begin()
    while line.isValid():
        lines.append(bool(line.layout().formats()))
        line = line.next()
    return lines


def test_whole_lines_have_their_colors_while_more_come(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("python", "", closed=False))
    for end in range(1, len(TEXT) - 4, 3):
        code.set_code(Code("python", TEXT[:end], closed=False))
    qtbot.waitUntil(lambda: colored_lines(code) == [True, True, False])
    before = code.fit(500)
    code.set_code(Code("python", TEXT.rstrip()))
    qtbot.waitUntil(lambda: colored_lines(code) == [True, True, True])
    assert code.fit(500) == before


def test_only_lines_with_other_colors_are_touched(
    qtbot: QtBot, holder: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = block(holder, Code("python", "x = 1\n" * 40, closed=False))
    qtbot.waitUntil(lambda: all(colored_lines(code)[:40]))
    touched: list[int] = []
    (colors,) = code.findChildren(Colours)
    real = colors.rehighlightBlock
    monkeypatch.setattr(
        colors, "rehighlightBlock", lambda line: (touched.append(line.blockNumber()), real(line))
    )
    code.set_code(Code("python", "x = 1\n" * 41))
    qtbot.waitUntil(lambda: all(colored_lines(code)[:41]))
    assert set(touched) <= {40, 41}


def test_a_long_block_is_colored_while_it_grows(qtbot: QtBot, holder: QWidget) -> None:
    text = "value = compute(1, 'two')  # three\n" * 400
    code = block(holder, Code("python", "", closed=False))
    for end in range(0, len(text), 2000):
        code.set_code(Code("python", text[:end], closed=False))
        qtbot.wait(5)
    qtbot.waitUntil(lambda: sum(colored_lines(code)) > 300)
    code.set_code(Code("python", text))
    qtbot.waitUntil(lambda: sum(colored_lines(code)) == 400)


def test_long_lines_are_wrapped_when_asked(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("text", "word " * 200))
    text = find(code, kind=QTextEdit)
    low = code.fit(500)
    qtbot.waitUntil(lambda: text.horizontalScrollBar().maximum() > 0)
    with qtbot.waitSignal(code.height_changed):
        button(code, "Wrap long lines").click()
    high = code.fit(500)
    code.setGeometry(0, 0, 500, high)
    assert high > low + 60
    qtbot.waitUntil(lambda: text.horizontalScrollBar().maximum() == 0)
    assert text.verticalScrollBar().maximum() == 0
    button(code, "Wrap long lines").click()
    assert code.fit(500) == low


def test_code_is_saved_as_a_file(qtbot: QtBot, holder: QWidget, tmp_path: Path) -> None:
    code = block(holder, Code("python", "x = '값'"))
    save = part(code, SaveButton)
    file = tmp_path / "code.py"
    save.save(str(file), code.code.text)
    qtbot.waitUntil(lambda: save.text() == "Saved")
    assert file.read_bytes() == "x = '값'\n".encode()
    save.save(str(tmp_path / "nowhere" / "code.py"), code.code.text)
    qtbot.waitUntil(lambda: save.text() == "Not saved")
    assert save.toolTip().startswith("“code.py” couldn’t be saved: No such file")
    qtbot.waitUntil(lambda: save.text() == "Save")
    tasks.shutdown()


def test_the_name_of_the_file_follows_from_the_language() -> None:
    names = [
        file_name(Code(language, ""))
        for language in ("python", "Rust", "c", "dockerfile", "", "../etc", "한글")
    ]
    assert names == ["code.py", "code.rs", "code.c", "Dockerfile", "code.txt", "code.txt", "code.txt"]
