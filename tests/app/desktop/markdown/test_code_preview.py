"""Pictures of code are painted from shapes alone; what stays code says so."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.markdown.body import shown_blocks
from app.desktop.markdown.code import CodeBlock
from app.desktop.markdown.code_preview import MOST_HEIGHT, CodePreview, look_of, painted
from app.desktop.markdown.prose import ProseBlock
from app.desktop.markdown.safe_html import MAX_ROWS, safe_page
from app.desktop.markdown.safe_svg import MOST_ELEMENTS, safe_svg
from app.desktop.markdown.text_browser import SafeTextBrowser
from app.markdown.markdown import Code
from tests.support.window.finding import find, find_all, found
from tests.support.window.pressing import button
from tests.support.window.reading import labels

pytestmark = pytest.mark.usefixtures("looks")
NS = 'xmlns="http://www.w3.org/2000/svg"'
RED = f'<svg {NS} width="80" height="40"><rect width="80" height="40" fill="#ff0000"/></svg>'


def svg(inside: str) -> str:
    return f'<svg {NS} xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="40">{inside}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<image href="file:///etc/passwd"/>',
        '<image xlink:href="https://example.org/a.png"/>',
        '<foreignObject><iframe src="https://example.org"/></foreignObject>',
        '<rect onload="alert(1)" onclick="x()"/>',
        '<use href="https://example.org/a.svg#x"/>',
        '<rect fill="url(https://example.org/a)"/>',
        "<rect style=\"fill:url( 'http://example.org/x' )\"/>",
        '<style>@import "https://example.org/a.css";</style>',
        "<style>rect { fill: url(file:///a) }</style>",
        '<animate attributeName="x" href="https://example.org"/>',
    ],
)
def test_nothing_outside_the_picture_is_named(inside: str) -> None:
    safe = safe_svg(svg(inside + '<circle r="3"/>'))
    assert safe is not None and "circle" in safe
    for word in (
        "example.org",
        "file:",
        "alert",
        "script",
        "onload",
        "image",
        "foreignObject",
        "@import",
        "animate",
    ):
        assert word not in safe, safe


def test_what_leads_within_the_picture_stays() -> None:
    inside = (
        '<defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient><g id="b"/></defs>'
        '<rect fill="url(#a)" style="stroke: url(#a)"/><use xlink:href="#b"/><a href="https://example.org"><text>W</text></a>'
    )
    safe = safe_svg(svg(inside))
    assert safe is not None and safe.count("url(#a)") == 2 and 'href="#b"' in safe and ">W<" in safe


@pytest.mark.parametrize(
    "source",
    [
        "no picture",
        "<svg",
        "<html/>",
        svg("<g>" * 60 + "</g>" * 60),
        svg("<g/>" * (MOST_ELEMENTS + 1)),
        svg('<text x="' + "1 " * 150_000 + '">a</text>'),
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + svg("<text>&b;</text>"),
        svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g><use href="#a"/>'),
        svg('<g id="a">' + "<g/>" * 900 + "</g>" + '<use href="#a"/>' * 5),
    ],
)
def test_what_is_no_picture_or_would_take_for_ever_is_none(source: str) -> None:
    assert safe_svg(source) is None and painted(source, 1.0) is None


def test_a_picture_is_painted_on_white_and_stays_small() -> None:
    image = painted(RED, 2.0)
    assert image is not None and (image.width(), image.height()) == (160, 80)
    assert image.pixelColor(5, 5) == QColor("#ff0000")
    high = painted(f'<svg {NS} viewBox="0 0 100 20000"><circle cx="50" cy="50" r="40"/></svg>', 1.0)
    assert high is not None and high.height() == MOST_HEIGHT and high.pixelColor(0, 400) == QColor("white")
    typed = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">\n'
        + RED
    )
    assert painted(typed, 1.0) is not None


@pytest.mark.parametrize(
    ("language", "text", "look"),
    [
        ("svg", "", "svg"),
        ("xml", RED, "svg"),
        ("html", f"<!-- a -->\n{RED}", "svg"),
        ("html", "<p>a</p>", "html"),
        ("mermaid", "graph TD", "mermaid"),
        ("xml", "<a/>", ""),
        ("python", RED, ""),
    ],
)
def test_what_is_expected_of_code_follows_from_its_language(language: str, text: str, look: str) -> None:
    assert look_of(Code(language, text)) == look


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(500, 600)
    widget.show()
    return widget


def block(holder: QWidget, code: Code) -> CodeBlock:
    made = CodeBlock(holder, code, shown_blocks)
    made.setGeometry(0, 0, 500, made.fit(500))
    made.height_changed.connect(lambda: made.resize(500, made.fit(500)))
    made.show()
    return made


def test_an_svg_is_shown_below_its_code_when_it_is_asked_for(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("svg", "", closed=False))
    assert not find_all(code, re.compile("picture of this code"))
    code.set_code(Code("svg", RED))
    low = code.fit(500)
    assert not find_all(code, kind=CodePreview)
    show = button(code, "Show the picture of this code")
    show.click()
    qtbot.waitUntil(lambda: found(code, "Picture of this code", QLabel) is not None)
    picture = found(code, "Picture of this code", QLabel)
    assert picture is not None and picture.pixmap().deviceIndependentSize().toTuple() == (80, 40)
    assert code.height() >= low + 40
    show.click()
    assert not find_all(code, kind=CodePreview) and code.height() == low


def test_a_picture_that_cannot_be_shown_is_said(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("svg", "<svg> broken"))
    assert not any("can’t be shown" in words for words in labels(code))
    button(code, "Show the picture of this code").click()
    qtbot.waitUntil(lambda: any("can’t be shown" in words for words in labels(code)))
    assert found(code, "Picture of this code", QLabel) is None


def test_mermaid_stays_code_and_says_so_once_it_is_whole(holder: QWidget) -> None:
    code = block(holder, Code("mermaid", "graph TD\n", closed=False))
    assert not any("as text" in words for words in labels(code))
    code.set_code(Code("mermaid", "graph TD\n  A --> B"))
    assert any("as text" in words for words in labels(code))
    assert not find_all(code, re.compile("picture"))


PAGE = """<!doctype html><html><head><title>No text</title><meta http-equiv="refresh" content="0;url=https://x.example">
<link rel="stylesheet" href="https://x.example/a.css"><style>p { background: url(https://x.example/b.png) }</style>
<script>document.write("written")</script></head><body onload="run()" background="file:///etc/passwd">
<h1>Opening hours</h1><p style="background: url(https://x.example/c.png)" onclick="run()">We are <b>open</b>
&amp; glad. <a href="https://ok.example/page">Where</a> <a href="file:///etc/passwd">secret</a>
<a href="javascript:run()">run</a></p><iframe src="https://x.example">framed</iframe>
<img src="data:image/png;base64,AAAA" alt="logo"><ul><li>Monday</li><li>Tuesday</li></ul>
<table><tr><th>Day</th></tr><tr><td>Friday</td></tr></table>
<form action="https://x.example"><input name="a" value="typed"><button>Send</button></form>
<pre>one
  two</pre></body></html>"""


def shown_page(qtbot: QtBot, code: CodeBlock) -> str:
    """Press the switch; the words of the page, once they are there."""
    button(code, "Show the words of this page").click()
    qtbot.waitUntil(lambda: any("words" in label and "page" in label for label in labels(code)))
    return "\n".join(prose.toPlainText() for prose in find_all(code, kind=ProseBlock))


def test_of_a_page_the_words_are_shown_when_they_are_asked_for(
    qtbot: QtBot, holder: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(
        SafeTextBrowser, "loadResource", lambda self, kind, name: loaded.append(QUrl(name).toString())
    )
    code = block(holder, Code("html", PAGE))
    low = code.fit(500)
    assert not find_all(code, kind=CodePreview)
    words = shown_page(qtbot, code)
    for word in ("Opening hours", "We are open & glad.", "Where", "Monday", "Friday", "Send", "one\n  two"):
        assert word in words
    for word in ("No text", "written", "framed", "typed", "background"):
        assert word not in words
    assert code.height() > low + 100 and loaded == []
    button(code, "Show the words of this page").click()
    assert not find_all(code, kind=CodePreview) and code.height() == low


def test_a_page_is_as_high_as_its_words_in_every_language_and_size(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("html", PAGE))
    shown_page(qtbot, code)
    for language, scale in (("ko", 1.0), ("en", 1.0), ("en", 2.0)):
        themes.choose("light", scale)
        languages.choose(language)
        code.restyle()
        code.resize(500, code.fit(500))
        QApplication.processEvents()
        preview = find(code, kind=CodePreview)
        assert preview.height() == preview.layout().totalHeightForWidth(preview.width())
        for prose in find_all(code, kind=ProseBlock):
            assert prose.height() >= prose.fit(prose.width())
            assert not prose.horizontalScrollBar().isVisible()


def test_a_link_of_a_page_asks_as_any_other_does(qtbot: QtBot, holder: QWidget) -> None:
    code, asked = block(holder, Code("html", PAGE)), list[str]()
    code.link_asked.connect(asked.append)
    shown_page(qtbot, code)
    addresses = set[str]()
    for prose in find_all(code, kind=ProseBlock):
        addresses |= set(re.findall('href="([^"]*)"', prose.prose.html))
        prose.anchorClicked.emit(QUrl("https://ok.example/page"))
    assert addresses == {"https://ok.example/page"} and asked


@pytest.mark.parametrize("source", ["", "<canvas>a</canvas><script>b()</script>", "<![foo[", "<a " * 1000])
def test_a_page_without_words_says_so(qtbot: QtBot, holder: QWidget, source: str) -> None:
    code = block(holder, Code("html", source))
    assert shown_page(qtbot, code) == ""
    assert any("no words" in label for label in labels(code))


@pytest.mark.long
def test_of_a_long_page_the_beginning_is_shown(qtbot: QtBot, holder: QWidget) -> None:
    code = block(holder, Code("html", "<ul>" + "<li>word word</li>" * 6_000))
    assert "word word" in shown_page(qtbot, code)
    assert any("beginning of a long page" in label for label in labels(code))
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in code.findChildren(QTimer)))


def test_a_page_of_5_mb_is_read_as_far_as_it_is_shown_and_comes_in_pieces() -> None:
    page = safe_page("<ol>" + "<li>word word</li>" * 300_000)
    assert page.cut and len(page.pieces) > 100
    assert all(piece.count("<li>") <= MAX_ROWS for piece in page.pieces)
    assert page.pieces[2].startswith(f'<ol start="{2 * MAX_ROWS + 1}">')


PARTS = [
    *"<table> </table> <tr> <td> </td> <ul> </ul> <ol> <li> <p> <pre> </pre> <b> </b> </a> <a> <h1> </h1>".split(),
    *"<div> <script> </script> <![x[ <!-- --> &lt;b&gt; a".split(),
    *(" ", "<a href='https://ok.example'>", "<li>" * 50, "<tr><td>x" * 50),
]


@given(st.lists(st.sampled_from(PARTS)))
def test_each_piece_of_a_page_closes_what_it_opens(parts: list[str]) -> None:
    for piece in safe_page("".join(parts)).pieces:
        opened: list[str] = []
        for tag in re.findall("<(/?[a-z]+)", piece):
            if tag.startswith("/"):
                assert opened.pop() == tag[1:]
            elif tag not in ("br", "hr"):
                opened.append(tag)
        assert opened == []
