"""Text of a message: a text browser that loads nothing, without frame or scroll bars, as high as its text."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.style import grounds
from app.desktop.base.theme import Theme, themes
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.markdown.formula_object import OVERHANG
from app.desktop.markdown.highlight import UNSLANTED
from app.desktop.markdown.maths import Place, formulas
from app.desktop.markdown.source_marks import Marks, cited, is_unknown, marked, numbers_in
from app.desktop.markdown.text_browser import SafeTextBrowser
from app.markdown.formulas import Request
from app.markdown.markdown import FORMULA_MARK, Formula, Prose

BODY_PIXELS = 14
LINE_HEIGHT = 1.55
MINIMUM_HEIGHT = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
# Emphasis of letters that have no slanted form: leaning, they touch the next one.
_UPRIGHT = re.compile(f"<em>(?=(?:(?!</em>).)*{UNSLANTED})", re.DOTALL)


@lru_cache(maxsize=8)
def style_sheet(theme: Theme) -> str:
    """The style of prose in QTextDocument's CSS. Line heights are minima, so a tall formula makes room."""
    line = theme.px(BODY_PIXELS * LINE_HEIGHT)
    fixed = ", ".join(f'"{family}"' for family in theme.fixed_font().families())
    headings = "".join(
        f"p.h{level} {{ font-size: {theme.px(size)}px; font-weight: 600;"
        f" line-height: {theme.px(size * 1.4)}px;"
        f" margin-top: {theme.px(top)}px; margin-bottom: {theme.px(8)}px; }}"
        for level, size, top in ((1, 20, 20), (2, 17, 18), (3, 15, 16), (4, 14, 14), (5, 14, 12), (6, 14, 12))
    )
    small, gap = theme.px(13), theme.px(12)
    cell = f"padding: {theme.px(7)}px {gap}px {theme.px(7)}px 0; border-bottom: 1px solid {theme.line};"
    quote = f"border-left: 2px solid {theme.line}; padding: 0 0 0 {theme.px(12)}px; color: {theme.muted};"
    warning_ground, warning = grounds(theme, "warning")
    pre = f"background-color: {theme.code}; border: 1px solid {theme.line}; padding: {theme.px(10)}px;"
    return f"""
        p {{ margin-top: 0; margin-bottom: {gap}px; line-height: {line}px; }}
        ul, ol {{ margin-top: 0; margin-bottom: {gap}px; }}
        li {{ margin-top: 0; margin-bottom: {theme.px(4)}px; line-height: {line}px; }}
        li ul, li ol {{ margin-bottom: 0; }}
        li p {{ margin-bottom: {theme.px(4)}px; }}
        ul.contains-task-list {{ list-style-type: none; }}
        ol.footnotes, ol.footnotes p {{ color: {theme.muted}; font-size: {small}px; }}
        em.upright {{ font-style: normal; font-weight: 600; }}
        a {{ color: {theme.accent}; text-decoration: underline; }}
        code {{ font-family: {fixed}; font-size: {small}px; background-color: {theme.user_bubble}; }}
        pre {{ font-family: {fixed}; font-size: {small}px; white-space: pre-wrap; margin: 0; }}
        sup {{ color: {theme.accent}; }}
        a.source, a.missing {{ font-size: {theme.px(12)}px; text-decoration: none; }}
        a.source {{ color: {theme.accent}; background-color: {theme.accent_soft}; }}
        a.source span.edge {{ color: {theme.accent_soft}; }}
        a.missing {{ color: {warning}; background-color: {warning_ground}; }}
        a.missing span.edge {{ color: {warning_ground}; }}
        a.unknown {{ color: {theme.text}; text-decoration: none; }}
        span.between {{ color: {theme.muted}; font-size: {theme.px(12)}px; }}
        hr {{ background-color: {theme.line}; }}
        table {{ margin-top: {theme.px(14)}px; margin-bottom: {theme.px(14)}px; }}
        table.data th {{ color: {theme.muted}; font-weight: 600; font-size: {small}px; {cell} }}
        table.data td {{ font-size: {small}px; vertical-align: middle; {cell} }}
        td.quote {{ {quote} }}
        table.data th.last, table.data td.last {{ padding-right: 0; }}
        td.pre {{ {pre} }}
        {headings}
    """


@lru_cache(maxsize=8)
def _palette(theme: Theme, text: str) -> QPalette:
    palette = theme.palette()
    palette.setColor(QPalette.ColorRole.Text, QColor(text))
    palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
    palette.setColor(QPalette.ColorRole.Dark, QColor(theme.line))
    return palette


class ProseBlock(SafeTextBrowser):
    """One stretch of prose. `fit` gives its height for a width; `height_changed` comes when that changed.
    `source_asked` carries the Cited whose mark was pressed."""

    height_changed = Signal()
    source_asked = Signal(object)

    def __init__(self, parent: QWidget, prose: Prose) -> None:
        super().__init__(parent)
        self.prose = prose
        self._width = 0
        self._waiting = False
        self._listening = False
        self._drawn_tex: list[str] = []
        self._marks: Marks | None = None
        self._first_mark = 0
        # The line that `fit` leaves out after a table could be scrolled to, and the first line out of sight.
        self.verticalScrollBar().valueChanged.connect(lambda _: self.verticalScrollBar().setValue(0))
        self.restyle()

    def restyle(self) -> None:
        theme = themes.current
        self.setPalette(_palette(theme, theme.text))
        self.document().setDefaultFont(theme.font(BODY_PIXELS))
        self.document().setDefaultStyleSheet(style_sheet(theme))
        self._render()

    def set_prose(self, prose: Prose) -> None:
        if prose != self.prose:
            self.prose = prose
            self._render()

    def let_go(self) -> None:
        super().let_go()
        if self._marks is not None:
            self._marks, self._first_mark, self.prose = None, 0, Prose("")

    def set_marks(self, marks: Marks, first: int) -> int:
        """Show numbers of sources as marks, the first one as the `first` of the answer; how many there may be."""
        changed = (marks, first) != (self._marks, self._first_mark)
        self._marks, self._first_mark = marks, first
        found = len(numbers_in(self.prose.html))
        if changed and found:
            self._render()
        return found

    def _clicked(self, url: QUrl) -> None:
        found = cited(url.toString())
        if found is None:
            super()._clicked(url)
        else:
            self.source_asked.emit(found)

    def tip_at(self, place: QPoint) -> str:
        found = cited(self.anchorAt(place))
        if self._marks is None:
            return super().tip_at(place)
        if found is not None:
            return wrapped_tip(self._marks.tip(found))
        names = self.cursorForPosition(place).charFormat().anchorNames()
        return wrapped_tip(self._marks.unknown) if any(map(is_unknown, names)) else super().tip_at(place)

    def _underline_missing(self, quotes: Sequence[str]) -> None:
        """Quotations that are not in their sources have a dotted line, which is seen without its color too."""
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        form.setUnderlineColor(QColor(themes.current.warning))
        for quote in quotes:
            found = self.document().find(quote)
            if not found.isNull():
                found.mergeCharFormat(form)

    def _render(self) -> None:
        cursor = self.textCursor()
        selected = (cursor.anchor(), cursor.position()) if cursor.hasSelection() else None
        self._waiting = False
        self._formulas.clear()
        self._drawn_tex.clear()
        text = FORMULA_MARK.sub(
            lambda mark: self._formula(self.prose.formulas[int(mark[1])]), self.prose.html
        )
        if self._marks is not None:
            text = marked(text, self._marks, self._first_mark)
        self.document().setHtml(_UPRIGHT.sub('<em class="upright">', text))
        if self._marks is not None:
            self._underline_missing(self._marks.quotes)
        if text.startswith("<table"):
            self._close_gap_above()
        has_links = "<a href" in self.prose.html or 'href="source:' in text
        # Read out where Tab stops: the browser's own text says nothing as a name.
        self.setAccessibleName(self.tr("Answer text") if has_links else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if has_links else Qt.FocusPolicy.ClickFocus)
        if selected is not None:
            self._select(*selected)
        if self._waiting and not self._listening:
            formulas().drawn.connect(self._drawn)
            self._listening = True

    def _close_gap_above(self) -> None:
        """A table's own distance is for text above it, and the first one has none."""
        table = self.document().rootFrame().childFrames()[0]
        frame = table.frameFormat()
        frame.setTopMargin(0)
        table.setFrameFormat(frame)

    def _select(self, anchor: int, position: int) -> None:
        end = self.document().characterCount() - 1
        cursor = self.textCursor()
        cursor.setPosition(min(anchor, end))
        cursor.setPosition(min(position, end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _formula(self, formula: Formula) -> str:
        theme = themes.current
        request = Request(formula, theme.px(BODY_PIXELS + (2 if formula.display else 1)), theme.text)
        drawn = formulas().image(request, Place(self.devicePixelRatioF(), self._width or 700))
        if drawn is None:
            self._waiting = self._waiting or formulas().pending(request)
            return f"<code>{html.escape(formula.tex)}</code>"
        self._drawn_tex.append(formula.tex)
        return self._formulas.add(drawn, self.document())

    def formula_texts(self) -> Sequence[str]:
        """The TeX of each formula that is drawn, in the order of the object characters that stand for them."""
        return self._drawn_tex

    def _drawn(self) -> None:
        formulas().drawn.disconnect(self._drawn)
        self._listening = False
        self._render()
        self.height_changed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reason = Qt.FocusReason
        if event.reason() in (reason.TabFocusReason, reason.BacktabFocusReason):
            # Straight to the first or last link: the text itself has nothing to press.
            self.focusNextPrevChild(event.reason() == reason.TabFocusReason)

    def fit(self, width: int) -> int:
        """Lays the text out for `width`; returns the height it takes."""
        self._width = width
        document = self.document()
        self.lay_out(width)
        height = document.size().height()
        last = document.lastBlock()
        # After a table at the end Qt keeps an empty line, which is not ours to show.
        if not last.text() and last.previous().isValid() and last.textList() is None:
            table_end = document.documentLayout().blockBoundingRect(last).top()
            height = min(height, table_end) if table_end > 0 else height
        is_wide, bars = document.size().width() > width + 1, Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bars.ScrollBarAlwaysOn if is_wide else bars.ScrollBarAlwaysOff)
        if is_wide:
            height += self.horizontalScrollBar().sizeHint().height()
        if self.prose.formulas:
            height += OVERHANG * QFontMetricsF(document.defaultFont()).height()
        return math.ceil(height)


class PlainBlock(SafeTextBrowser):
    """Plain text that keeps its line breaks: the user's words, a chain of thought, what a tool is given."""

    def __init__(
        self,
        parent: QWidget,
        text: str,
        *,
        pixels: float = BODY_PIXELS,
        quiet: bool = False,
        fixed: bool = False,
    ) -> None:
        super().__init__(parent)
        self._pixels, self._quiet, self._fixed = pixels, quiet, fixed
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        if fixed:
            option = self.document().defaultTextOption()
            option.setTextDirection(Qt.LayoutDirection.LeftToRight)
            self.document().setDefaultTextOption(option)
        self.restyle()

    def restyle(self) -> None:
        theme = themes.current
        self.setPalette(_palette(theme, theme.muted if self._quiet else theme.text))
        font = theme.fixed_font(self._pixels) if self._fixed else theme.font(self._pixels)
        self.document().setDefaultFont(font)
        self.set_text(self._text)

    def set_text(self, text: str) -> None:
        self._text = text
        self.setPlainText(text)
        self._space_lines(0)

    def append_text(self, text: str) -> None:
        """Adds text at the end; what is there is not laid out again."""
        self._text += text
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        start = cursor.blockNumber()
        cursor.insertText(text)
        self._space_lines(start)

    def _space_lines(self, first_block: int) -> None:
        cursor = QTextCursor(self.document().findBlockByNumber(first_block))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        block = cursor.blockFormat()
        block.setLineHeight(themes.current.px(self._pixels * LINE_HEIGHT), MINIMUM_HEIGHT)
        cursor.setBlockFormat(block)
        self.updateGeometry()

    def natural_width(self, most: int) -> int:
        """The width of the longest line, at most `most`."""
        self.lay_out(most)
        return math.ceil(min(most, self.document().idealWidth()))

    def fit(self, width: int) -> int:
        self.lay_out(width)
        return math.ceil(self.document().size().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.lay_out(event.size().width())  # a layout may have asked for other widths since
        super().resizeEvent(event)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self.fit(width)

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)
