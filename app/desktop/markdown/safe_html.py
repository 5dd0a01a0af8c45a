"""HTML of strangers, cut down to the subset that QTextDocument reads and that loads and runs nothing.

What comes out is built anew from what is allowed; nothing of the source is passed through but its words and the
addresses of its links, both escaped.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec

from app.desktop.markdown.safe_tags import MAX_DEPTH, closed_tag, escaped_text, opened_tag

# What is inside these is no text.
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object",
                    "select", "textarea", "audio", "video", "canvas"})  # fmt: skip
# These end a paragraph.
BLOCKS = frozenset({"p", "div", "section", "article", "center", "header", "footer", "details", "summary", "figure",
                    "figcaption", "blockquote", "pre", "dl", "dt", "dd", "main", "nav", "aside"})  # fmt: skip
_MARK = re.compile("<[A-Za-z!/?]")
_SECTION = re.compile(r"<!\[(?!CDATA\[)")
_TAG = re.compile("<[^>]*>")
HEADING = re.compile(r"h[1-6]")
LISTS = ("ul", "ol")
CELLS = ("td", "th")
# So many items or rows stand in one piece, so that nobody has to lay out hundreds of them at once.
MAX_ROWS = 40
# A longer page is cut: nobody reads more than this below an answer.
MAX_PAGE = 100_000


class Page(msgspec.Struct, frozen=True):
    """What can be shown of a page: pieces that are whole in themselves. `cut`: the page goes on after them."""

    pieces: tuple[str, ...]
    cut: bool = False


class _Builder(HTMLParser):
    """Builds paragraphs, lists and one level of tables from a stretch of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.parts: list[str] = []  # of the piece that is being built
        self._silent: list[str] = []
        self._inline: list[str] = []
        self._paragraph = ""  # the tag of what takes text now: "p", "li", "td", "th"
        self._lists: list[str] = []
        self._table = self._row = False
        self._rows = 0  # of the table, or items of the list, in this piece
        self._item = 0  # the number of the last item of the outermost list
        self._is_kept = False  # spaces and ends of lines count

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
        if not self._lists and not self._table:
            self._end_piece()

    def _end_piece(self) -> None:
        if self.parts:
            self.pieces.append("".join(self.parts))
            self.parts.clear()
        self._rows = 0

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
            self._item = self._item if self._lists else 0
            self._lists.append(tag)
            self.parts.append(f"<{tag}>")
        elif tag == "li" and self._lists and not self._table:
            self._begin_item()
        elif tag in BLOCKS:
            self._block(tag)
        else:
            self._inline_tag(tag, dict(attrs))

    def _begin_item(self) -> None:
        self._end()
        if len(self._lists) == 1:
            if self._rows >= MAX_ROWS:
                self.parts.append(f"</{self._lists[0]}>")
                self._end_piece()
                start = f' start="{self._item + 1}"' if self._lists[0] == "ol" else ""
                self.parts.append(f"<{self._lists[0]}{start}>")
            self._rows += 1
            self._item += 1
        self._take("li", "<li>")

    def _block(self, tag: str) -> None:
        self._is_kept = tag == "pre" or self._is_kept
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
        html = opened_tag(tag, attrs, opened := list(self._inline))
        if html or len(opened) > len(self._inline):
            self._begin()
            self._inline = opened
            self.parts.append(html)

    def _table_tag(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table":
            if not self._table:  # of a table within a table the cells are cells of the outer one
                self._end()
                self._begin_table()
            return
        self._end()
        if self._table and tag == "tr":
            self._end_row()
            if self._rows >= MAX_ROWS and not self._lists:
                self._end_table()
                self._end_piece()
                self._begin_table()
            self.parts.append("<tr>")
            self._row = True
            self._rows += 1
        elif self._table and self._row:
            span = attrs.get("colspan") or ""
            wide = f' colspan="{span}"' if span.isdigit() and 1 < int(span) < 50 else ""
            self._take(tag, f'<{tag} align="left"{wide}>')

    def _begin_table(self) -> None:
        self._table = True
        self.parts.append('<table class="data" width="100%" cellspacing="0">')

    def _end_row(self) -> None:
        if self._row:
            self.parts.append("</tr>")
            self._row = False

    def handle_endtag(self, tag: str) -> None:
        self._is_kept = self._is_kept and tag != "pre"
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
        elif tag == "table" and self._table:
            self._end_table()
        elif tag in CELLS or tag == "li":
            self._end()
        elif tag == "tr" and self._row:
            self._end()
            self._end_row()
        elif tag in LISTS and self._lists:
            self._end()
            self.parts.append(f"</{self._lists.pop()}>")
        elif tag in BLOCKS or HEADING.fullmatch(tag):
            if self._paragraph == "p":
                self._end()
        else:
            self.parts.append(closed_tag(tag, self._inline))

    def _end_table(self) -> None:
        self._end()
        self._end_row()
        self.parts.append("</table>")
        self._table = False

    def handle_data(self, data: str) -> None:
        words = data if self._is_kept else re.sub(r"\s+", " ", data)
        if self._silent or (not self._paragraph and not words.strip()):
            return
        if self._table and not self._paragraph:
            return  # words between cells belong nowhere
        self._begin()
        html = escaped_text(words)
        if self._is_kept:
            html = html.replace("\n", "<br>").replace("  ", "&nbsp; ")
        self.parts.append(html)

    def finished(self) -> list[str]:
        # A mark that does not end is no words: newer Pythons leave it out themselves.
        if _MARK.match(self.rawdata):
            self.rawdata = ""
        self.close()
        self._end()
        if self._table:
            self._end_table()
        while self._lists:
            self.parts.append(f"</{self._lists.pop()}>")
        self._end_piece()
        return self.pieces


def safe_html(source: str) -> str:
    """A stretch of HTML as harmless HTML, whole in itself: every tag that is opened is closed."""
    return "".join(_pieces(source))


def safe_page(source: str) -> Page:
    """The words of a page, or of its beginning. Takes up to a second for what is no page: not on the GUI thread."""
    pieces = _pieces(source[:MAX_PAGE])
    return Page(tuple(piece for piece in pieces if _TAG.sub("", piece).strip()), len(source) > MAX_PAGE)


def _pieces(source: str) -> list[str]:
    builder = _Builder()
    # Older Pythons give up at a section that they do not know.
    builder.feed(_SECTION.sub("<!", source))
    return builder.finished()
