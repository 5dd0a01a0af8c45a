"""Model cards are written by strangers: what is shown of them, and what is not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.markdown.safe_html import safe_html
from app.desktop.markdown.safe_tags import inline_tag
from app.desktop.markdown.text_browser import SafeTextBrowser
from app.desktop.models.discover import card_view
from app.desktop.models.discover.card_text import MAX_CARD, MAX_CODE, MAX_ROWS, PIECE, card_text, piece_blocks
from app.desktop.models.discover.card_view import ModelCard
from app.markdown.markdown import Block, Code, Prose

ALLOWED = {
    "p", "b", "i", "u", "s", "a", "br", "hr", "ul", "ol", "li", "table", "tr", "td", "th", "code", "sub", "sup",
    "strong", "em", "thead", "tbody", "pre",
}  # fmt: skip
EVIL = [
    "<script>alert(1)</script>after",
    "<img src=x onerror=alert(1)>after",
    "<iframe src='https://x'></iframe>after",
    "<a href='javascript:alert(1)'>after</a>",
    "<a href=' file:///etc/passwd'>after</a>",
    "<a href='//host/share'>after</a>",
    "<style>p { background: url(https://x) }</style>after",
    "<object data='https://x'>in</object>after",
    "<svg><image href='https://x'/></svg>after",
    "<p style='background-image: url(https://x)' onclick='x()'>after",
    "<link rel=stylesheet href='https://x'>after",
    "<meta http-equiv=refresh content='0;url=https://x'>after",
    "<body background='https://x'>after",
    "<table background='https://x'><tr><td bgcolor=red background='https://x'>after</table>",
    "<<b>>after",
    "<a href='https://ok.example'><a href='javascript:x'>after</a></a>",
    "<div><!-- <img src='https://x'> -->after</div>",
    "<![CDATA[<img src=x>]]>after",
    "<ul><li><ul><li>after",
    "</td></tr></table>after",
]


def blocks(card: str) -> tuple[Block, ...]:
    return tuple(block for piece in card_text(card).pieces for block in piece_blocks(piece))


def html_of(card: str) -> str:
    return "".join(block.html for block in blocks(card) if isinstance(block, Prose))


def tags_of(html: str) -> list[tuple[str, str]]:
    return re.findall(r"<(/?[a-zA-Z0-9]+)([^>]*)>", html)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("form", ["{}", "<div>\n{}\n</div>", "Words {} words"])
def test_nothing_in_a_card_can_load_or_run_anything(evil: str, form: str) -> None:
    html = html_of(form.format(evil))
    assert "after" in html
    for tag, attributes in tags_of(html):
        assert tag.removeprefix("/") in ALLOWED
        names = re.findall(r"([a-z-]+)=", re.sub(r'"[^"]*"', '""', attributes))
        assert set(names) <= {"href", "align", "class", "width", "cellspacing", "colspan"}
        for address in re.findall(r'href="([^"]*)"', attributes):
            assert address.startswith("https://ok.example")


@pytest.mark.parametrize(
    "source", [*EVIL, "<table><tr><td>a<td>b<tr><th>c", "<b><i>x</b>y</i>", "<ol><li>a</ol></ol>"]
)
def test_every_tag_that_is_opened_is_closed(source: str) -> None:
    for html in (safe_html(source), html_of(f"Line {source} end")):
        stack: list[str] = []
        for tag, _ in tags_of(html):
            if tag.startswith("/"):
                assert stack.pop() == tag[1:]
            elif tag not in ("br", "hr"):
                stack.append(tag)
        assert stack == []


def test_a_card_keeps_what_text_is_made_of() -> None:
    html = html_of(
        "---\nlicense: mit\ntags: [x]\n---\n"
        '<div align="center"><img src="https://x/logo.png"/><h1>Name</h1></div>\n\n'
        "# Title <br> more\n\n"
        "[![Discord](https://x/badge.png)](https://discord.example) ![](y.png) ![alt](https://x/z.png)\n\n"
        "<details><summary>More</summary>\n\n**bold**\n\n</details>\n\n"
        "<table><tr><th>A</th></tr><tr><td>1 &amp; 2</td></tr></table>\n\n- [x] done\n"
    )
    assert "license" not in html and "logo" not in html and "y.png" not in html
    assert '<p class="h2">Name</p>' in html and '<p class="h2">Title <br> more</p>' in html
    assert '<a href="https://discord.example">Discord</a>' in html
    assert '<a href="https://x/z.png">alt</a>' in html
    assert "<b>More</b>" in html and "<strong>bold</strong>" in html
    assert '<th align="left">A</th>' in html and "1 &amp; 2" in html and "☑" in html


def test_code_in_a_card_is_code() -> None:
    assert blocks("```html\n<img src=x>\n<!-- kept -->\n```\n") == (
        Code("html", "<img src=x>\n<!-- kept -->"),
    )


def test_long_parts_are_cut_or_divided() -> None:
    long = "word " * 40_000
    assert card_text(long).cut and len(html_of(long)) < 2 * MAX_CARD
    (code,) = blocks("```\n" + "x = 1\n" * 5_000 + "```\n")
    assert isinstance(code, Code) and len(code.text) <= MAX_CODE + 2 and code.text.endswith("…")
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 100
    pieces = blocks(table)
    assert len(pieces) == 3 and all(isinstance(piece, Prose) for piece in pieces)
    assert sum(piece.html.count("<td") for piece in pieces if isinstance(piece, Prose)) == 200
    assert "<th" in pieces[-1].html and pieces[0].html.count("<tr>") == MAX_ROWS + 1  # type: ignore[union-attr]


def test_pieces_are_cut_between_paragraphs_and_know_the_names_of_links() -> None:
    code = "```\n" + "x = 1\n\n" * (PIECE // 4) + "```"
    card = "\n\n".join(
        [f"Part {n} [link][home] " + "word " * 300 for n in range(20)] + [code, "[home]: https://ok.example"]
    )
    pieces = card_text(card).pieces
    assert len(pieces) > 3 and all(len(piece) >= PIECE for piece in pieces[:-2])
    assert html_of(card).count('<a href="https://ok.example">link</a>') == 20
    assert [block for block in blocks(card) if isinstance(block, Code)] and "[home]" not in html_of(card)
    fences = [piece.count("```") % 2 for piece in pieces]
    assert fences == [0] * len(pieces)


def test_a_card_that_is_only_pictures_and_settings_shows_nothing() -> None:
    assert blocks("---\na: b\n---\n<img src=x>\n\n<div>\n</div>\n<!-- -->\n") == ()


def test_inline_tags_are_counted() -> None:
    opened: list[str] = []
    assert inline_tag("<b>", opened) == "<b>" and opened == ["b"]
    assert inline_tag("</i>", opened) == "" and inline_tag("</b>", opened) == "</b>" and opened == []
    assert inline_tag("<a href='ftp://x'>", opened) == "" and opened == [""]
    assert inline_tag("</a>", opened) == "" and opened == []


# The widget


def built(qtbot: QtBot, card: ModelCard) -> None:
    qtbot.waitUntil(card.is_built, timeout=300_000)


@pytest.fixture
def card(qtbot: QtBot, looks: None) -> Iterator[ModelCard]:
    made = ModelCard()
    made.resize(560, 100)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_a_card_loads_no_resource(qtbot: QtBot, card: ModelCard, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        SafeTextBrowser, "loadResource", lambda self, kind, name: asked.append(QUrl(name).toString())
    )
    card.show_card(
        "![a](https://x/a.png) <img src='/etc/x.png'> [b](https://ok.example)\n\n" + "\n\n".join(EVIL)
    )
    built(qtbot, card)
    QApplication.processEvents()
    assert asked == [] and card.height() > 20


def test_a_link_of_a_card_only_says_so(qtbot: QtBot, card: ModelCard) -> None:
    asked: list[str] = []
    card.link_asked.connect(asked.append)
    card.show_card("[here](https://ok.example/page)")
    built(qtbot, card)
    card.findChildren(SafeTextBrowser)[0].anchorClicked.emit(QUrl("https://ok.example/page"))
    assert asked == ["https://ok.example/page"]


@pytest.mark.long
def test_a_long_card_is_built_as_far_as_one_sees_and_never_at_once(
    qtbot: QtBot, card: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock finds it two thirds of a slice later: one block fits into one.
    looks = itertools.count(step=card_view.SLICE_S * 2 / 3)
    monkeypatch.setattr(card_view, "time", SimpleNamespace(perf_counter=lambda: next(looks)))
    counts: list[int] = []
    for timer in card.findChildren(QTimer):
        timer.timeout.connect(lambda: counts.append(len(card.findChildren(SafeTextBrowser))))
    card.show_card("\n\n".join(f"## Part {n}\n\n{'word ' * 120}" for n in range(70)))
    built(qtbot, card)
    first = len(card.findChildren(SafeTextBrowser))
    assert 2 <= first < 30
    assert all(after - before <= 1 for before, after in itertools.pairwise([0, *counts])), counts
    card.reach(100_000)
    built(qtbot, card)
    assert len(card.findChildren(SafeTextBrowser)) > first
    height = card.height()
    card.resize(300, card.height())
    built(qtbot, card)
    assert card.height() > height


def test_another_card_takes_the_place_of_the_first(qtbot: QtBot, card: ModelCard) -> None:
    card.show_card("first " * 2000)
    card.show_card("second")
    built(qtbot, card)
    texts = [
        browser.toPlainText().strip() for browser in card.findChildren(SafeTextBrowser) if browser.isVisible()
    ]
    assert texts == ["second"]
    card.show_card("")
    assert card.height() == 0
