"""Text of a message: a text browser that loads nothing, without frame or scroll bars, as high as its text."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QPalette,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QTextBrowser, QTextEdit, QWidget

from app.desktop.base.theme import Theme, themes
from app.desktop.markdown.formula_object import OVERHANG, FormulaObject
from app.desktop.markdown.maths import Place, formulas
from app.desktop.markdown.selectable import Selectable
from app.markdown.formulas import Request
from app.markdown.markdown import FORMULA_MARK, Formula, Prose, is_safe_link

BODY_PIXELS = 14
LINE_HEIGHT = 1.55
MINIMUM_HEIGHT = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
SCROLL_KEYS = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Space,
}  # fmt: skip


@lru_cache(maxsize=8)
def style_sheet(theme: Theme) -> str:
    """The style of prose in QTextDocument's CSS. Line heights are minima, so a tall formula makes room."""
    line = theme.px(BODY_PIXELS * LINE_HEIGHT)
    fixed = theme.fixed_font().family()
    headings = "".join(
        f"p.h{level} {{ font-size: {theme.px(size)}px; font-weight: 600;"
        f" line-height: {theme.px(size * 1.4)}px;"
        f" margin-top: {theme.px(top)}px; margin-bottom: {theme.px(8)}px; }}"
        for level, size, top in ((1, 20, 20), (2, 17, 18), (3, 15, 16), (4, 14, 14), (5, 14, 12), (6, 14, 12))
    )
    small, gap = theme.px(13), theme.px(12)
    cell = f"padding: {theme.px(7)}px {gap}px {theme.px(7)}px 0; border-bottom: 1px solid {theme.line};"
    quote = f"border-left: 2px solid {theme.line}; padding: 0 0 0 {theme.px(12)}px; color: {theme.muted};"
    pre = f"background-color: {theme.code}; border: 1px solid {theme.line}; padding: {theme.px(10)}px;"
    return f"""
        p {{ margin-top: 0; margin-bottom: {gap}px; line-height: {line}px; }}
        ul, ol {{ margin-top: 0; margin-bottom: {gap}px; }}
        li {{ margin-top: 0; margin-bottom: {theme.px(4)}px; line-height: {line}px; }}
        li ul, li ol {{ margin-bottom: 0; }}
        li p {{ margin-bottom: {theme.px(4)}px; }}
        ul.contains-task-list {{ list-style-type: none; }}
        ol.footnotes, ol.footnotes p {{ color: {theme.muted}; font-size: {small}px; }}
        a {{ color: {theme.accent}; text-decoration: underline; }}
        code {{ font-family: "{fixed}"; font-size: {small}px; background-color: {theme.user_bubble}; }}
        pre {{ font-family: "{fixed}"; font-size: {small}px; white-space: pre-wrap; margin: 0; }}
        sup {{ color: {theme.accent}; }}
        hr {{ background-color: {theme.line}; }}
        table {{ margin-top: {theme.px(14)}px; margin-bottom: {theme.px(14)}px; }}
        table.data th {{ color: {theme.muted}; font-weight: 600; font-size: {small}px; {cell} }}
        table.data td {{ font-size: {small}px; vertical-align: middle; {cell} }}
        td.quote {{ {quote} }}
        table.data th.last, table.data td.last {{ padding-right: 0; }}
        td.pre {{ {pre} }}
        {headings}
    """


@lru_cache(maxsize=1)
def _nothing() -> QImage:
    image = QImage(1, 1, QImage.Format.Format_ARGB32)
    image.fill(0)
    return image


def show_only(editor: QTextEdit | QPlainTextEdit) -> None:
    """Let an editor show text and nothing else: no frame, no ground and no undo; keys reach it after a click."""
    editor.setReadOnly(True)
    editor.setUndoRedoEnabled(False)
    editor.setFrameShape(QFrame.Shape.NoFrame)
    editor.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    editor.document().setDocumentMargin(0)
    editor.viewport().setAutoFillBackground(False)


class SafeTextBrowser(Selectable, QTextBrowser):
    """Shows text of a model. Reads no file and no address; a click on a link only says so."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        # Before there is any text: this draws what stands for an image.
        self._formulas = FormulaObject(self)
        image_object = QTextFormat.ObjectTypes.ImageObject.value
        self.document().documentLayout().registerHandler(image_object, self._formulas)
        show_only(self)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        # The width is set by `fit` alone; else the browser lays out for whatever width it happens to have.
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        document = self.document()
        document.setIndentWidth(24)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self.anchorClicked.connect(self._clicked)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        # What a text names does not exist for us. An image that exists also stops Qt from asking again.
        return _nothing() if kind == QTextDocument.ResourceType.ImageResource.value else None

    def _clicked(self, url: QUrl) -> None:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if is_safe_link(address):
            self.link_asked.emit(address)

    def lay_out(self, width: int) -> None:
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.horizontalScrollBar().maximum() > 0 and abs(event.angleDelta().x()) > abs(
            event.angleDelta().y()
        ):
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        selects = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in SCROLL_KEYS and not selects:
            event.ignore()
        else:
            super().keyPressEvent(event)


def _palette(theme: Theme, text: str) -> QPalette:
    palette = theme.palette()
    palette.setColor(QPalette.ColorRole.Text, QColor(text))
    palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
    palette.setColor(QPalette.ColorRole.Dark, QColor(theme.line))
    return palette


class ProseBlock(SafeTextBrowser):
    """One stretch of prose. `fit` gives its height for a width; `height_changed` comes when that changed."""

    height_changed = Signal()

    def __init__(self, parent: QWidget, prose: Prose) -> None:
        super().__init__(parent)
        self.prose = prose
        self._width = 0
        self._waiting = False
        self._listening = False
        self._drawn_tex: list[str] = []
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

    def _render(self) -> None:
        cursor = self.textCursor()
        selected = (cursor.anchor(), cursor.position()) if cursor.hasSelection() else None
        self._waiting = False
        self._formulas.clear()
        self._drawn_tex.clear()
        text = FORMULA_MARK.sub(
            lambda mark: self._formula(self.prose.formulas[int(mark[1])]), self.prose.html
        )
        self.document().setHtml(text)
        if text.startswith("<table"):
            self._close_gap_above()
        has_links = "<a href" in self.prose.html
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
            super().focusNextPrevChild(event.reason() == reason.TabFocusReason)

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
        if document.size().width() > width + 1:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
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
