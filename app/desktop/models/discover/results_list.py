"""The results of a search as a list of cards."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.desktop.base.icons import icon
from app.desktop.base.style import hover
from app.desktop.base.theme import themes
from app.desktop.models.discover.results_model import ResultsModel, Role
from app.desktop.widgets.elided import fitting
from app.desktop.widgets.list_rows import Index

PADDING, GAP, LINE = 14, 8, 20
# Keys that walk through the list open what they rest on, not all that they pass.
REST_MS = 180


def card_height() -> int:
    """A card without the gap below it: a title and three lines, as high as their fonts."""
    theme = themes.current
    fonts = (theme.font(15, bold=True), theme.font(13), theme.font(12), theme.font(12))
    lines = sum(QFontMetrics(font).height() for font in fonts)
    return 2 * theme.px(PADDING - 2) + lines + 3 * theme.px(3)


class ResultDelegate(QStyledItemDelegate):
    """Draws one card: the name, what it is, how it is used, how it would run here and what it can do; a lock for
    gated ones, a tick for those on disk."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, card_height() + themes.current.px(GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = themes.current
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(1, 1, -1, -theme.px(GAP))
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(QColor(hover(theme) if hovered and not chosen else theme.card))
        painter.setPen(
            QPen(QColor(theme.accent if chosen else theme.line), 2 if focused else 1.2 if chosen else 1)
        )
        inset = 1.0 if focused else 0.5
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), theme.px(12), theme.px(12))
        inner = box.toRect().adjusted(theme.px(16), theme.px(PADDING - 2), -theme.px(14), 0)
        self._paint_words(painter, inner, index)
        painter.restore()

    def _paint_words(self, painter: QPainter, inner: QRect, index: Index) -> None:
        theme = themes.current
        marks = []
        if index.data(Role.OWNED):
            marks.append(("check", "good"))
        if index.data(Role.MODEL).gate:
            marks.append(("lock", "muted"))
        size, right = theme.px(15), inner.right()
        for name, colour in marks:
            icon(name, colour, 15).paint(painter, right - size, inner.top() + theme.px(3), size, size)
            right -= size + theme.px(6)
        top = inner.top()
        about = theme.font(13)
        painter.setFont(about)
        words = fitting(painter.fontMetrics(), index.data(Role.ABOUT), inner.width())
        lines = (
            (theme.font(15, bold=True), theme.text, index.data(), right - inner.left()),
            (about, theme.muted, words, inner.width()),
            (theme.font(12), theme.muted, index.data(Role.POPULARITY), inner.width()),
        )
        for font, colour, text, width in lines:
            height = _paint_line(painter, QRect(inner.left(), top, width, 0), font, colour, text).height()
            top += height + theme.px(3)
        self._paint_verdict(painter, QRect(inner.left(), top, inner.width(), 0), index)

    def _paint_verdict(self, painter: QPainter, place: QRect, index: Index) -> None:
        theme = themes.current
        (verdict, tone), signs = index.data(Role.VERDICT), index.data(Role.SIGNS)
        colour = {"accent": theme.accent, "warning": theme.warning}.get(tone, theme.text)
        drawn = _paint_line(painter, place, theme.font(12), colour, verdict)
        if signs:
            rest = place.adjusted(drawn.width() if verdict else 0, 0, 0, 0)
            _paint_line(painter, rest, theme.font(12), theme.muted, f" · {signs}" if verdict else signs)


def _paint_line(painter: QPainter, place: QRect, font: QFont, colour: str, text: str) -> QRect:
    """Draw a line at the top of a place, as much as there is room for; returns what it takes."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    line = QRect(place.left(), place.top(), place.width(), metrics.height())
    # A line of words in another face than the first is higher than the first one says.
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    painter.drawText(line, flags, shown)
    line.setWidth(metrics.horizontalAdvance(shown))
    return line


class ResultsList(QListView):
    """`opened` carries the repository that a person rests on, `entered` one that Enter or a click chose;
    `end_near` comes when the last cards are in sight, `left_upwards` when Up leaves the first one."""

    opened = Signal(object)
    entered = Signal(object)
    end_near = Signal()
    left_upwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results = ResultsModel(self)
        self.setModel(self.results)
        self.setItemDelegate(ResultDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._open_current)
        self.clicked.connect(self._enter)
        self.verticalScrollBar().valueChanged.connect(self.look_ahead)
        # Once they are laid out: until then the scroll bar knows nothing of them.
        self.results.rowsInserted.connect(lambda: QTimer.singleShot(0, self, self._look_at_new))
        themes.changed.connect(self.scheduleDelayedItemsLayout)

    def show_chosen(self, repo: str) -> None:
        """Mark the card of a repository, if it is among them; "" marks none."""
        index = self.results.row_of(repo)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self._rest.stop()

    def take_focus(self) -> None:
        """Let the keys begin at the chosen card, else at the first."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.results.index(0))
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_ahead(self) -> None:
        """Tell when the end of what there is comes near."""
        bar = self.verticalScrollBar()
        if self.results.rowCount() and bar.maximum() - bar.value() < 2 * self.viewport().height():
            self.end_near.emit()

    def _look_at_new(self) -> None:
        self.doItemsLayout()
        self.look_ahead()

    def _open_current(self) -> None:
        model = self.currentIndex().data(Role.MODEL)
        if model is not None:
            self.opened.emit(model)

    def _enter(self, index: QModelIndex) -> None:
        self._rest.stop()
        self.entered.emit(index.data(Role.MODEL))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._enter(index)
        elif event.key() == Qt.Key.Key_Up and index.row() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)
            if self.currentIndex() != index:
                self._rest.start()

    def hideEvent(self, event: object) -> None:
        self._rest.stop()
