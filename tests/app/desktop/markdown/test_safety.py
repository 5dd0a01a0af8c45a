"""A message that tries to read a file or to reach an address does neither."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QWidget

from app.desktop.chat.select_text import SelectTextView
from app.desktop.chat.transcript import TranscriptView
from app.desktop.markdown.text_browser import SafeTextBrowser
from tests.app.desktop.chat.conversations import message
from tests.support.window.chat import answer, thoughts

_seen: list[tuple[str, str]] = []
_listening = False
WATCHED = ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen")


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _listening and event in (
        "open",
        "socket.connect",
        "socket.getaddrinfo",
        "urllib.Request",
        "subprocess.Popen",
    ):
        _seen.append((event, str(arguments[0] if event == "open" else arguments)))


# An audit hook cannot be taken away again; the flag keeps it silent outside these tests.
sys.addaudithook(_audit)


@pytest.fixture
def watched():
    global _listening
    _seen.clear()
    _listening = True
    yield _seen
    _listening = False


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    path = tmp_path / "secret.png"
    assert image.save(str(path))
    return path


def shows_red(widget) -> bool:
    image = widget.grab().toImage()
    return any(
        image.pixelColor(x, y) == QColor("#ff0000")
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
    )


def hostile(picture: Path) -> str:
    return "\n\n".join(
        [
            f"![a]({picture})", f"![a](file://{picture})", "![a](//127.0.0.1/share/x.png)",
            "![a](http://127.0.0.1:9/?q=secret)", "![a](data:image/png;base64,AAAA)",
            f"<img src='{picture}'>", f"<a href='file://{picture}'>x</a>", f"[x](file://{picture})",
            f"[x]({picture})",
            "[x](javascript:alert(1))",
            f"| ![a]({picture}) |\n|---|\n| <img src={picture}> |",
            f"$\\includegraphics{{{picture}}}$", f"![a][r]\n\n[r]: {picture}",
            f"a[^1]\n\n[^1]: ![a]({picture})",
            f"```html\n<img src='{picture}'>\n```", "<style>@import 'http://127.0.0.1:9/x.css';</style>",
        ]
    )  # fmt: skip


def test_a_hostile_message_reads_nothing_and_shows_no_picture(qtbot, picture, watched):
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(900, 1400)
    view.show()
    text = hostile(picture)
    view.add_message(message(1, "user", text))
    view.add_message(message(2, "assistant", "", "streaming", reasoning=text))
    for start in range(0, len(text), 11):
        view.append_delta(2, "", text[start : start + 11])
    qtbot.wait(80)
    view.finish_message(message(2, "assistant", text, reasoning=text))
    thoughts(answer(view, 2)).unfold()
    qtbot.wait(80)
    assert not shows_red(view)
    touched = [entry for entry in watched if entry[0] != "open" or "secret" in entry[1]]
    assert touched == []
    view.clear()


def test_the_whole_text_shows_no_picture_either(qtbot, picture, watched):
    window = QWidget()
    qtbot.addWidget(window)
    view = SelectTextView(window)
    window.resize(900, 1400)
    view.resize(900, 1400)
    window.show()
    view.page_wanted.connect(
        lambda ids: view.take_page([message(i, "assistant", hostile(picture)) for i in ids])
    )
    view.open([1])
    qtbot.waitUntil(lambda: view.is_complete)
    assert not shows_red(view)
    assert [entry for entry in watched if "secret" in entry[1]] == []
    view.close_view()


def test_a_browser_serves_no_resource_but_its_own(qtbot, picture):
    browser = SafeTextBrowser(None)
    qtbot.addWidget(browser)
    image = QTextDocument.ResourceType.ImageResource.value
    for address in (str(picture), f"file://{picture}", "http://127.0.0.1:9/x", "//host/share/x.png"):
        assert browser.loadResource(image, QUrl(address)).width() == 1
    style = QTextDocument.ResourceType.StyleSheetResource.value
    assert browser.loadResource(style, QUrl.fromLocalFile(str(picture))) is None
    # Even HTML that names the picture, which no message can produce.
    browser.setHtml(f"<img src='{picture}' width=40 height=40>")
    browser.resize(200, 200)
    browser.show()
    assert not shows_red(browser)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "ssh://host", "/etc/passwd"]
)
def test_a_click_on_anything_else_is_not_a_link(qtbot, address):
    browser = SafeTextBrowser(None)
    qtbot.addWidget(browser)
    with qtbot.assertNotEmitted(browser.link_asked):
        browser.anchorClicked.emit(QUrl(address))
    with qtbot.waitSignal(browser.link_asked):
        browser.anchorClicked.emit(QUrl("https://example.org/ä"))
