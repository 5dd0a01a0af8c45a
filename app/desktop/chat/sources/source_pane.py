"""The pane that shows a source: its name, its page, the ways to others, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.language import languages
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.sources.page_view import PageView
from app.desktop.chat.sources.part_text import PartText
from app.desktop.widgets.buttons import paint_focus_ring, push_button, word_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import announce, name_icon, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count
from app.store.records import Source
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.chat.source_views import SourceView

_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class _Ring(QWidget):
    """The ring around what has the focus by keys."""

    def __init__(self, parent: QWidget, views: Sequence[QWidget]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        for view in views:
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.setVisible(event.gotFocus() and event.reason() in _BY_KEYS)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Resize):
            self.setGeometry(self.parentWidget().rect())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_focus_ring(painter, QRectF(self.rect()), 4)
        painter.end()


class SourcePane(ThemedWidget):
    """`turned` carries the number of the page that is wanted, `text_wanted` whether its text is wanted in the place
    of its picture. `kept_wanted`: the file is to be seen outside of here."""

    closed = Signal()
    turned = Signal(int)
    text_wanted = Signal(bool)
    kept_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self.source: Source | None = None
        self.view: SourceView | None = None
        self.back = push_button(self, "icon")
        self.back.hide()
        self.title = ElidedLabel(self, pixels=15, bold=True)
        self._close = push_button(self, "icon")
        self.previous, self.next = push_button(self, "icon"), push_button(self, "icon")
        self._where = ElidedLabel(self, pixels=13)
        self._where.setProperty("kind", "small")
        self.text_button, self.keep_button = word_button(self), word_button(self)
        self._note = wrapped_label(self, "small")
        self._note.hide()
        self.page, self.text = PageView(self), PartText(self)
        self._told = wrapped_label(self, "small")
        self._told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._told.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._views = QStackedWidget(self)
        for view in (self._told, self.page, self.text):
            self._views.addWidget(view)
        self._ring = _Ring(self._views, (self.page, self.text))
        self._steps = Row(
            self.previous, self.next, (self._where, 1), self.text_button, self.keep_button, spacing=6
        )
        Column(
            Row(self.back, (self.title, 1), self._close, spacing=8),
            self._steps,
            self._note,
            (self._views, 1),
            parent=self,
            margins=(16, 10, 10, 10),
            spacing=8,
        )
        for button in (self.back, self._close):
            button.clicked.connect(self.closed)
        self.previous.clicked.connect(lambda: self._turn(-1))
        self.next.clicked.connect(lambda: self._turn(1))
        self.text_button.clicked.connect(
            lambda: self.text_wanted.emit(self._views.currentWidget() is self.page)
        )
        self.keep_button.clicked.connect(self.kept_wanted)
        self.refresh()

    # What is shown

    def begin(self, source: Source) -> None:
        """Another source comes."""
        self.source, self.view = source, None
        self._say("")
        self.retranslate()

    def wait(self) -> None:
        """It takes long."""
        if self.view is None:
            self._say(self.tr("Opening…"))

    def show_view(self, view: SourceView, quote: str) -> None:
        """A page has come, or the same one sharper."""
        before, self.view = self.view, view
        again = before is not None and (before.page, before.picture is None) == (
            view.page,
            view.picture is None,
        )
        if view.picture is not None:
            picture = QPixmap()
            picture.loadFromData(view.picture.png)
            self._show(self.page)
            self.page.show_picture(picture, view.picture.boxes, again=again)
        else:
            self.text.turns = view.count > 1
            self._show(self.text)
            self.text.show_part(view.text, view.ranges)
        marked = view.ranges or (view.picture is not None and view.picture.boxes)
        words = quote or (self.source.text if self.source is not None else "")
        for widget in (self.page, self.text):
            widget.setAccessibleDescription(self.tr("Marked: {words}").format(words=words) if marked else "")
        self.retranslate()
        if not again:
            announce(self, self.accessibleName())

    def show_error(self, error: UserError) -> None:
        """What was asked for cannot be shown."""
        self._say(languages.tell(error))
        announce(self, languages.tell(error))
        self.retranslate()

    def told(self) -> str:
        """Why there is no page, "" while there is one."""
        return self._told.text() if self._views.currentWidget() is self._told else ""

    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._show(self._told)

    def _show(self, view: QWidget) -> None:
        focused = holds_focus(self._views)
        self._views.setCurrentWidget(view)
        view.setGeometry(self._views.rect())  # Qt would get to it only with the next event
        if focused:
            self.take_focus()

    def take_focus(self) -> None:
        """To what is shown, or to what is said in its place."""
        self._views.currentWidget().setFocus(Qt.FocusReason.OtherFocusReason)

    def picture_width(self) -> int:
        """How wide a picture of a page is to be now, in pixels of the screen."""
        self.layout().activate()  # it may just have come
        return self.page.picture_width(self._views.width())

    def set_alone(self, alone: bool) -> None:
        """Whether it stands in the place of the conversation: there is a way back then."""
        self.back.setVisible(alone)
        self._close.setVisible(not alone)

    # Pages

    def _turn(self, by: int) -> None:
        view = self.view
        if view is not None and 1 <= view.page + by <= view.count:
            self.turned.emit(view.page + by)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def where(self) -> str:
        """Which page or part it is."""
        view = self.view
        if view is None or view.count < 2:
            return ""
        page, count = format_count(view.page), format_count(view.count)
        if view.pictured:
            return self.tr("Page {page} of {count}").format(page=page, count=count)
        return self.tr("Part {page} of {count}").format(page=page, count=count)

    def retranslate(self) -> None:
        view, name = self.view, "" if self.source is None else self.source.name
        where = self.where()
        self.title.set_whole(name)
        self._where.set_whole(where)
        self.setAccessibleName(", ".join(filter(None, (name, where))))
        for widget in (self.page, self.text):
            widget.setAccessibleName(self.accessibleName())
        name_icon(self.back, self.tr("Back to the chat"))
        name_icon(self._close, self.tr("Close"))
        name_icon(self.previous, self.tr("Previous page (Page Up)"))
        name_icon(self.next, self.tr("Next page (Page Down)"))
        for button in (self.previous, self.next):
            button.setVisible(view is not None and view.count > 1)
        self.previous.setEnabled(view is not None and view.page > 1)
        self.next.setEnabled(view is not None and view.page < view.count)
        pictured = view is not None and view.picture is not None
        self.text_button.setVisible(view is not None and view.pictured)
        words = self.tr("Show as text") if pictured else self.tr("Show page")
        set_texts(self.text_button, words)
        on_disk = self.source is not None and bool(self.source.path)
        set_texts(self.keep_button, self.tr("Show in folder") if on_disk else self.tr("Save a copy…"))
        changed = view is not None and view.changed
        show_text(self._note, self.tr("This file has changed since it was read.") if changed else "")

    def restyle(self) -> None:
        for button, sign in ((self.back, "arrow-left"), (self._close, "x"), (self.previous, "chevron-left"),
                             (self.next, "chevron-right")):  # fmt: skip
            set_icon(button, sign, "muted", 16)
        self.text.restyle()
        self.page.paper.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(280), 0)
