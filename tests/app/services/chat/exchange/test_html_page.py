"""Chats as HTML pages: whole, harmless, and readable without a network."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.language import Language
from app.services.chat.exchange.html_page import html_page
from app.services.chat.exchange.html_text import MAX_MARKDOWN, formula_html, markdown_html
from app.services.chat.exchange.labels import Labels
from app.store.records import Attachment, ChatOptions, Conversation, Message, Source, WholeChat
from engine.errors import ErrorInfo
from engine.values import ToolCall

VOID = {"meta", "br", "hr", "input"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "p",
    "article", "time", "details", "summary", "div", "span", "pre", "code", "table", "thead", "tbody", "tr", "th",
    "td", "ul", "ol", "li", "blockquote", "hr", "br", "strong", "em", "s", "sup", "a", "svg", "path", "rect", "g",
    "line", "circle", "ellipse", "polygon", "polyline",
}  # fmt: skip


class Read(HTMLParser):
    """What a page is made of; every tag has to be closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def page(content: str, language: Language = "en", title: str = "Tea", **fields: object) -> str:
    thought = str(fields.pop("reasoning", ""))
    answer = Message(2, 1, 1, "assistant", content, thought, "done", 1.8e9, **fields)  # type: ignore[arg-type]
    question = Message(1, 1, None, "user", content, "", "done", 1.8e9)
    given = Conversation(1, title, "user", False, 1.8e9, 1.8e9, None, 2, "", ChatOptions())
    return "".join(html_page(WholeChat(given, (question, answer)), Labels(language, given, "Kitchen")))


def check_harmless(text: str) -> Read:
    found = Read(text)
    assert set(found.tags) <= TAGS
    for tag, name, value in found.attributes:
        assert not name.startswith("on") and name not in ("src", "style", "srcset", "xlink:href", "action")
        assert name != "href" or (tag == "a" and re.match(r"https?://|mailto:", value, re.IGNORECASE))
        assert "url(" not in value or tag == "svg"
    return found


def test_a_page_may_use_its_own_style_and_nothing_else() -> None:
    text = page("hello")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy and style
    hashed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{hashed}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "url(" not in style[1] and "@import" not in style[1] and "<" not in style[1]
    assert "(prefers-color-scheme: dark)" in style[1] and "(prefers-color-scheme: light)" in style[1]
    found = check_harmless(text)
    assert found.tags.count("article") == 2 and "script" not in found.tags


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</title><script>x</script>",
        "</style><img src=x onerror=x>",
        '"><svg onload=x>',
        "[a](javascript:x) [b](data:text/html,x) ![c](http://x/y.png)",
        "```html\n</code></pre><script>x</script>\n```",
        '```"><script>\nx\n```',
        r"$\text{</mtext><script>x</script>}$ $\href{javascript:x}{y}$ $\color{url(http://x)}{y}$",
        "> " * 60 + "deep",
        "| a |\n|:-:|\n| <b onclick=x> |",
        "x[^1]\n\n[^1]: <iframe src=http://x>",
    ],
)
def test_nothing_of_a_text_becomes_markup(hostile: str) -> None:
    call = ToolCall(hostile, hostile, {hostile: hostile})
    text = page(
        hostile,
        title=hostile,
        model=hostile,
        reasoning=hostile,
        tool_calls=(call,),
        error=ErrorInfo("engine.load_failed", {"detail": hostile}),
    )
    check_harmless(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*"<>&\"'`*_[]()#|~$\\-= \n{}", "ab", "한", "1. ", "http://x.y"])))
def test_any_text_makes_a_whole_page(pieces: list[str]) -> None:
    check_harmless(page("".join(pieces), reasoning="".join(reversed(pieces))))


def test_an_answer_is_formatted_and_a_question_is_as_it_was_typed() -> None:
    text = page("# Big\n\n**bold** `x < y`\n\n```python\nif a < b: pass\n```\n\n| a |\n|---|\n| 1 |")
    question, answer = text.split("<article")[1:]
    assert "**bold** `x &lt; y`" in question and "<strong>" not in question
    assert "<h3>Big</h3>" in answer and "<strong>bold</strong>" in answer and "<table>" in answer
    assert '<span class="k">if</span>' in answer and "&lt;" in answer
    assert "<code>x &lt; y</code>" in answer


def test_formulas_are_drawn_and_what_is_none_is_told() -> None:
    drawn = markdown_html(r"so $\frac{a}{b}$ and" + "\n\n$$x^2$$\n")
    assert drawn.count("<svg") == 2 and 'aria-label="\\frac{a}{b}"' in drawn and "currentColor" in drawn
    assert re.search(r'class="formula d\d+"', drawn) and 'class="formula display"' in drawn
    assert formula_html(r"\frac{<", False) == r"<code>\frac{&lt;</code>"


def test_a_very_long_text_stays_as_it_is() -> None:
    assert markdown_html("*a* " * MAX_MARKDOWN).startswith('<div class="plain">*a* *a*')


def test_a_korean_page_says_so() -> None:
    text = page("네", "ko", reasoning="음", tool_calls=(ToolCall("1", "look", {}),))
    assert '<html lang="ko">' in text
    for words in ("나", "답변", "추론", "도구", "Kitchen"):
        assert f">{words}" in text or words in text


def test_what_was_attached_is_named_and_is_no_markup() -> None:
    files = (Attachment('<img src="x">.pdf', "pdf", 9), Attachment("둘\nb.csv", "csv", 1))
    made = page("ok", "ko", attachments=files)
    assert '<p class="about">첨부: &lt;img src=&quot;x&quot;&gt;.pdf, 둘 b.csv</p>' in made
    check_harmless(made)


def test_what_is_cited_is_listed_and_is_no_markup() -> None:
    source = Source(1, "<b>lease</b>.pdf", "<script>", "", "", 2, "page 2")
    made = page("500 [1]", "ko", sources=(source,))
    assert (
        "<h3>출처</h3>" in made and "<li>[1] &lt;b&gt;lease&lt;/b&gt;.pdf, 2쪽: &lt;script&gt;</li>" in made
    )
    check_harmless(made)
