"""The bar over the chat: title, context gauge, load progress, chat settings, model."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionFrame, QStylePainter, QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.model_picker.context_button import ContextButton
from app.desktop.model_picker.model_pill import ModelMenu
from app.desktop.text.remote_marks import RemoteChip
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import name_icon, set_texts
from app.desktop.widgets.layouts import Row
from app.desktop.widgets.slim_bar import Gauge
from app.format import format_context, format_count
from app.services.models.events import ModelChanged
from app.store.records import Project

# Below this width the gauge gives the room of its words to the title.
GAUGE_FROM = 680
# The longest name of a project.
PROJECT = 150
# Above this width there is room for the memory that is in use.
MEMORY_FROM = 1000
# A model elsewhere is marked with a sentence, a word, or the cloud of the pill alone.
SENTENCE_FROM, WORD_FROM = 1060, 640
# Below this width the title has what the buttons beside it leave.
TITLE_FROM = 280


class TitleField(TextField):
    """The title; a click makes it a field, Enter or leaving keeps the change, Esc takes it back."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "title")
        self.setMaxLength(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title = ""
        self.returnPressed.connect(self.clearFocus)

    def show_title(self, title: str, *, editable: bool) -> None:
        self._title = title
        self.setReadOnly(not editable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.NoFocus)
        if not self.hasFocus():
            self._put_back()

    def _put_back(self) -> None:
        self.setText(self._title)
        self.setCursorPosition(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            super().paintEvent(event)
            return
        # A field cuts a long text at its edge; a title ends in an ellipsis.
        painter = QStylePainter(self)
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option)
        inner = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        inner.adjust(2, 0, -2, 0)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        painter.setPen(self.palette().text().color())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        title = " ".join(self.text().split())
        if title and title != self._title:
            self.renamed.emit(title)
        else:
            self._put_back()
        self.setCursorPosition(0)


class Header(ThemedWidget):
    """Shows the state of the chat and of the model; tells what a person wants."""

    renamed = Signal(str)
    project_wanted = Signal(int)
    options_wanted = Signal()
    cancel_wanted = Signal()
    context_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "head")
        self.project = push_button(self, "quiet")
        self._project: Project | None = None
        self.title = TitleField(self)
        self.context = ContextButton(self)
        self.progress = Gauge(self)
        self.cancel, self.options = push_button(self, "icon"), push_button(self, "icon")
        self.options.setCheckable(True)
        self.remote_servers = RemoteChip(self)
        self.model = ModelMenu(self)
        self._used, self._size = 0, 0
        self._state: ModelChanged | None = None
        self._title: str | None = None
        self._is_known = False
        beside = (
            self.context, self.progress, self.cancel, self.options, self.remote_servers, self.model,
        )  # fmt: skip
        middle = Qt.AlignmentFlag.AlignVCenter
        items = ((widget, 0, middle) for widget in beside)
        self._more: QWidget | None = None
        self._beside = Row(
            (self.project, 0, middle),
            (self.title, 1),
            *items,
            parent=self,
            margins=(12, 0, 20, 0),
            spacing=12,
        )
        self.project.clicked.connect(self._want_project)
        self.title.renamed.connect(self.renamed)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.options.clicked.connect(self.options_wanted)
        self.context.clicked.connect(self.context_wanted)
        self.refresh()

    def stand_in(self, widget: QWidget) -> None:
        """A widget before the model, where there is room for it."""
        self._more = widget
        self._beside.insertWidget(self._beside.count() - 2, widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._show_parts()

    def show_title(self, title: str | None) -> None:
        """The title of the conversation; None for a chat that has not begun. Nothing stands there before."""
        self._title, self._is_known = title, True
        self.title.show_title(title or self.tr("New chat"), editable=title is not None)

    def show_project(self, project: Project | None) -> None:
        """The project of the conversation, None for none."""
        if project != self._project:
            self._project = project
            self.retranslate()

    def _want_project(self) -> None:
        if self._project is not None:
            self.project_wanted.emit(self._project.id)

    def show_context(self, used: int, size: int) -> None:
        """`used` of `size` tokens; 0 hides the gauge."""
        if (used, size) != (self._used, self._size):
            self._used, self._size = used, size
            self.retranslate()

    def show_model(self, state: ModelChanged) -> None:
        self._state = state
        self.model.know(state=state)
        self.remote_servers.show_model(state.path)
        self.retranslate()

    def _loading(self) -> bool:
        return self._state is not None and self._state.state == "loading"

    def _show_parts(self) -> None:
        loading = self._loading()
        self.progress.setVisible(loading)
        self.cancel.setVisible(loading)
        wide = self.width() >= themes.current.px(GAUGE_FROM)
        self._show_progress(short=not wide)
        self.remote_servers.set_short(self.width() < themes.current.px(SENTENCE_FROM))
        room = self.width() >= themes.current.px(WORD_FROM)
        self._yield_title((loading and not wide) or self.width() < themes.current.px(TITLE_FROM))
        self.remote_servers.setVisible(self.remote_servers.marks() and room)
        self._show_project(named=room)
        self.context.setVisible(bool(self._used and self._size and not loading))
        self.context.set_short(not wide)
        if self._more is not None:
            self._more.setVisible(self.width() >= themes.current.px(MEMORY_FROM) and not loading)

    def _yield_title(self, yields: bool) -> None:
        """Give the title what room is left beside the model that is loaded and how far it is."""
        policy = QSizePolicy.Policy.Ignored if yields else QSizePolicy.Policy.Expanding
        self.title.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        self.title.setMinimumWidth(1 if yields else themes.current.px(120))

    def _show_progress(self, *, short: bool) -> None:
        if self._state is None or not self._loading():
            return
        percent = f"{round(self._state.fraction * 100)}"
        text = self.tr("Loading {percent}%").format(percent=percent)
        if self._state.tuning:
            text = self.tr("Tuning…")
        self.progress.set_short(short)
        said = text if self._state.tuning or not short else f"{percent}%"
        self.progress.show_value(said, self._state.fraction, text)

    def _show_project(self, *, named: bool) -> None:
        self.project.setVisible(self._project is not None)
        if self._project is None:
            return
        name, metrics = self._project.name, self.project.fontMetrics()
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, themes.current.px(PROJECT))
        # Room between the sign and the words.
        words = f" {short.replace('&', '&&')}" if named else ""
        set_texts(
            self.project, words, self.tr("Project {name}: settings").format(name=name), tip=plain_tip(name)
        )

    def resizeEvent(self, event: object) -> None:
        self._show_parts()

    def retranslate(self) -> None:
        if self._is_known:
            self.show_title(self._title)
        self.title.setAccessibleName(self.tr("Chat title"))
        self.title.setToolTip(self.tr("Click to rename") if self._title is not None else "")
        tuning = self._state is not None and self._state.tuning
        cancel = self.tr("Cancel tuning") if tuning else self.tr("Cancel loading")
        name_icon(self.cancel, cancel)
        name_icon(self.options, self.tr("Chat settings"))
        if self._used and self._size:
            self.context.show_value(
                self.tr("{used} of {size} tokens").format(
                    used=format_context(self._used), size=format_context(self._size)
                ),
                self._used / self._size,
                self.tr("{used} of {size} context tokens in use").format(
                    used=format_count(self._used), size=format_count(self._size)
                ),
            )
        self._show_parts()

    def restyle(self) -> None:
        px = themes.current.px
        self.setFixedHeight(px(52))
        set_icon(self.cancel, "x", "muted", 16)
        set_icon(self.project, "folder", "muted", 16)
        set_icon(self.options, "sliders-horizontal", "muted", 18)
        self._show_parts()
