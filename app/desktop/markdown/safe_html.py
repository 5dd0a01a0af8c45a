"""HTML of strangers, cut down to the subset that QTextDocument reads and that loads and runs nothing.

What comes out is built anew from what is allowed; nothing of the source is passed through but its words and the
addresses of its links, both escaped.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from app.markdown.markdown import is_safe_link

# Tags that stand within a line, and what each becomes.
INLINE = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "del": "s", "code": "code", "kbd": "code",
    "samp": "code", "tt": "code", "sub": "sub", "sup": "sup",
}  # fmt: skip
# What is inside these is no text.
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object",
                    "select", "textarea", "audio", "video", "canvas"})  # fmt: skip
# These end a paragraph.
BLOCKS = frozenset({"p", "div", "section", "article", "center", "header", "footer", "details", "summary", "figure",
                    "figcaption", "blockquote", "pre", "dl", "dt", "dd", "main", "nav", "aside"})  # fmt: skip
HEADING = re.compile(r"h[1-6]")
LISTS = ("ul", "ol")
CELLS = ("td", "th")
MAX_DEPTH = 8


def escaped_text(text: str) -> str:
    """Text as HTML, with every mark of HTML in it made harmless."""
    return escape(text, quote=True)


class _Tags(HTMLParser):
    """Reads one tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)


def inline_tag(source: str, open_tags: list[str]) -> str:
    """One tag within a line. `open_tags` is what is open there, and is kept up to date: "" stands for a link
    without an address that may be followed."""
    reader = _Tags()
    reader.feed(source)
    reader.close()
    html = "".join(_opened(tag, attrs, open_tags) for tag, attrs in reader.opened)
    return html + "".join(
        _closed(tag, open_tags) for tag in reader.closed if tag not in ("br", "img", "input")
    )


def _opened(tag: str, attrs: dict[str, str | None], open_tags: list[str]) -> str:
    if tag == "br":
        return "<br>"
    if tag == "input" and attrs.get("type") == "checkbox":
        return "☑ " if "checked" in attrs else "☐ "
    if tag == "a":
        address = attrs.get("href") or ""
        safe = is_safe_link(address) and "a" not in open_tags
        open_tags.append("a" if safe else "")
        return f'<a href="{escaped_text(address)}">' if safe else ""
    if tag == "img":
        return escaped_text(attrs.get("alt") or "") if "a" in open_tags else ""
    if tag in INLINE and len(open_tags) < MAX_DEPTH:
        open_tags.append(INLINE[tag])
        return f"<{INLINE[tag]}>"
    return ""


def _closed(tag: str, open_tags: list[str]) -> str:
    wanted = INLINE.get(tag, tag)
    if tag == "a":
        wanted = "a" if "a" in open_tags else ""
    if wanted not in open_tags:
        return ""
    html = ""
    while open_tags:
        last = open_tags.pop()
        html += f"</{last}>" if last else ""
        if last == wanted:
            break
    return html


class _Builder(HTMLParser):
    """Builds paragraphs, lists and one level of tables from a stretch of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []
        self._inline: list[str] = []
        self._paragraph = ""  # the tag of what takes text now: "p", "li", "td", "th"
        self._lists: list[str] = []
        self._table = self._row = False

    # Paragraphs

    def _begin(self) -> None:
        if not self._paragraph:
            self._paragraph = "p"
            self.parts.append("<p>")

    def _end(self) -> None:
        while self._inline:
            tag = self._inline.pop()
            self.parts.append(f"</{tag}>" if tag else "")
        if self._paragraph:
            self.parts.append(f"</{self._paragraph}>")
            self._paragraph = ""

    def _take(self, tag: str, opening: str) -> None:
        self._end()
        self._paragraph = tag
        self.parts.append(opening)

    # What the parser meets

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent or tag in SILENT:
            self._silent += [tag] if tag in SILENT else []
        elif HEADING.fullmatch(tag) and not self._table:
            self._take("p", f'<p class="h{min(6, int(tag[1]) + 1)}">')
        elif tag == "hr" and not self._table:
            self._end()
            self.parts.append("<hr />")
        elif tag in ("table", "tr", *CELLS):
            self._table_tag(tag, dict(attrs))
        elif tag in LISTS and not self._table and len(self._lists) < MAX_DEPTH:
            self._end()
            self._lists.append(tag)
            self.parts.append(f"<{tag}>")
        elif tag == "li" and self._lists:
            self._take("li", "<li>")
        elif tag in BLOCKS:
            self._block(tag)
        else:
            self._inline_tag(tag, dict(attrs))

    def _block(self, tag: str) -> None:
        # Within a cell or an item a new paragraph is only a new line.
        if self._paragraph in ("li", *CELLS):
            if self.parts[-1] not in (f"<{self._paragraph}>", "<br>"):
                self.parts.append("<br>")
            return
        self._end()
        if tag == "summary":
            self._begin()
            self._inline.append("b")
            self.parts.append("<b>")

    def _inline_tag(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "br" and not self._paragraph:
            return
        html = _opened(tag, attrs, opened := list(self._inline))
        if html or len(opened) > len(self._inline):
            self._begin()
            self._inline = opened
            self.parts.append(html)

    def _table_tag(self, tag: str, attrs: dict[str, str | None]) -> None:
        self._end()
        if tag == "table":
            self._table = True
            self.parts.append('<table class="data" width="100%" cellspacing="0">')
        elif self._table and tag == "tr":
            self.parts.append("</tr><tr>" if self._row else "<tr>")
            self._row = True
        elif self._table and self._row:
            span = attrs.get("colspan") or ""
            wide = f' colspan="{span}"' if span.isdigit() and 1 < int(span) < 50 else ""
            self._take(tag, f'<{tag} align="left"{wide}>')

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        elif tag == "table" and self._table:
            self._end_table()
        elif tag in CELLS or tag == "li":
            self._end()
        elif tag == "tr" and self._row:
            self._end()
            self.parts.append("</tr>")
            self._row = False
        elif tag in LISTS and self._lists:
            self._end()
            self.parts.append(f"</{self._lists.pop()}>")
        elif tag in BLOCKS or HEADING.fullmatch(tag):
            if self._paragraph == "p":
                self._end()
        else:
            self.parts.append(_closed(tag, self._inline))

    def _end_table(self) -> None:
        self._end()
        self.parts.append("</tr></table>" if self._row else "</table>")
        self._table = self._row = False

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data)
        if self._silent or (not self._paragraph and not words.strip()):
            return
        if self._table and not self._paragraph:
            return  # words between cells belong nowhere
        self._begin()
        self.parts.append(escaped_text(words))

    def finished(self) -> str:
        self.close()
        self._end()
        if self._table:
            self._end_table()
        while self._lists:
            self.parts.append(f"</{self._lists.pop()}>")
        return "".join(self.parts)


def safe_html(source: str) -> str:
    """A stretch of HTML as harmless HTML, whole in itself: every tag that is opened is closed."""
    builder = _Builder()
    builder.feed(source)
    return builder.finished()
