"""Opens sources beside the chat: reads them off the GUI thread, and divides the room with the conversation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QSplitter, QWidget
from shiboken6 import isValid

from agents.tools.documents.places import numbered
from app.desktop.base.notification import Notification
from app.desktop.base.revealing import reveal
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.tasks import Task
from app.desktop.base.theme import themes
from app.desktop.chat.shown_chat import ShownChat
from app.store.records import Attachment, Source
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.chat.sources.source_pane import SourcePane
    from app.services.chat.source_views import SourceView

# At a text size of 100 %: as wide as it is first, and the least of both sides.
WIDTH, LEAST, TALK = 520, 320, 400
# Without a page by then it says that it is opening.
PATIENCE_MS = 400


class SourceControl(QObject):
    """`splitter` holds `talk`, the conversation, and what is open beside it. `width` is that of the pane, in pixels
    at a text size of 100 %."""

    # A `Notification` for the foot of the window.
    said = Signal(object)

    def __init__(self, calls: ServiceCalls, shown: ShownChat, talk: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls, self._shown, self._talk = calls, shown, talk
        self.width = WIDTH
        self._keep_width: Callable[[int], None] = lambda width: None
        self.pane: SourcePane | None = None
        self._before: QWidget | None = None
        self._conversation: int | None = None
        self._quote = ""
        self._page, self._as_text = 0, False
        self._task: Task | None = None
        self._long = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._long.timeout.connect(self._wait)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(talk)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.splitterMoved.connect(self._moved)
        self.splitter.installEventFilter(self)
        shown.leaving.connect(self.close)

    def keep_width(self, width: int, keep: Callable[[int], None]) -> None:
        """Be as wide as it was, where `width` is known, and have the width kept that a person chooses."""
        self.width, self._keep_width = width or WIDTH, keep

    @property
    def is_open(self) -> bool:
        return self.pane is not None and not self.pane.isHidden()

    # Opening

    def open_attachment(self, attachment: Attachment) -> None:
        """Show what was attached to a message, from its first chosen part."""
        label = (
            numbered("page", attachment.first).label if attachment.first and attachment.kind == "pdf" else ""
        )
        self.open(Source(0, attachment.name, "", attachment.sha256, "", attachment.first or 0, label))

    def open(self, source: Source, quote: str = "") -> None:
        """Show a source of the shown chat at its place, with the words of `quote` marked, or those of the source."""
        if self._shown.now.id is None:
            return
        pane = self._made()
        if not holds_focus(pane):
            self._before = QApplication.focusWidget()
        self._conversation, self._quote, self._page, self._as_text = self._shown.now.id, quote, 0, False
        pane.begin(source)
        pane.show()
        self._divide()
        pane.take_focus()
        self._read()

    def _made(self) -> SourcePane:
        if self.pane is None:
            from app.desktop.chat.sources.source_pane import SourcePane  # most chats have no sources

            self.pane = SourcePane(self.splitter)
            self.pane.hide()
            self.pane.closed.connect(self.close)
            self.pane.turned.connect(self._turn)
            self.pane.text_wanted.connect(self._change_form)
            self.pane.kept_wanted.connect(self._keep)
            self.pane.page.sharper_wanted.connect(self._read)
            self.splitter.addWidget(self.pane)
            self.splitter.setStretchFactor(1, 0)
        return self.pane

    def close(self) -> None:
        """Give the room, and the focus, back to the conversation."""
        if self.pane is None or not self.is_open:
            return
        focused = holds_focus(self.pane)
        self._stop()
        self._talk.show()
        self.pane.hide()
        self._calls.do(lambda services: services.source_views.end(), executor="io")
        before, self._before = self._before, None
        if focused and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def make_way(self) -> None:
        """Close the pane where it stands in the place of the conversation, which is wanted."""
        if self._talk.isHidden():
            self.close()

    # Reading

    def _turn(self, page: int) -> None:
        self._page = page
        self._read()

    def _change_form(self, as_text: bool) -> None:
        self._as_text = as_text
        self._read()

    def _read(self) -> None:
        pane, conversation = self.pane, self._conversation
        if pane is None or pane.source is None or conversation is None:
            return
        self._stop()
        source, page, quote, as_text = pane.source, self._page, self._quote, self._as_text
        width = pane.picture_width()
        self._long.start()
        self._task = self._calls.stream(
            lambda services, task: services.source_views.view(
                conversation,
                source,
                page,
                quote=quote,
                width=width,
                as_text=as_text,
                cancelled=lambda: not task.keep_going(),
            ),
            lambda _: None,
            self._show,
            self._fail,
            executor="io",
            owner=pane,
        )

    def _show(self, view: SourceView) -> None:
        self._stop()
        self._page = view.page
        if self.pane is not None:
            self.pane.show_view(view, self._quote)

    def _fail(self, error: UserError) -> None:
        self._stop()
        if self.pane is not None and error.code != "attachment.cancelled":
            self.pane.show_error(error)

    def _wait(self) -> None:
        if self.pane is not None:
            self.pane.wait()

    def _stop(self) -> None:
        self._long.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # The file outside of here

    def _keep(self) -> None:
        """Show where a file lies, or let a person save a copy: what came with a message is opened by no program."""
        source, conversation = None if self.pane is None else self.pane.source, self._conversation
        if source is None or conversation is None:
            return
        if source.path:
            self._calls.do(lambda _: reveal(source.path), executor="io", owner=self)
            return
        dialog = QFileDialog(self.splitter.window(), self.tr("Save a copy"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(source.name)
        dialog.fileSelected.connect(lambda path: self.save(conversation, source, Path(path)))
        dialog.open()

    def save(self, conversation: int, source: Source, path: Path) -> None:
        """Write a copy of a source's file."""
        self._calls.do(
            lambda s: _write(path, s.source_views.content(conversation, source)),
            lambda _: self._say_saved(path),
            executor="io",
            owner=self,
        )

    def _say_saved(self, path: Path) -> None:
        def show() -> None:
            self._calls.do(lambda _: reveal(str(path)), executor="io", owner=self)

        words = self.tr("Saved as “{name}”").format(name=path.name)
        self.said.emit(Notification(words, self.tr("Show in folder"), show))

    # The room

    def _is_narrow(self) -> bool:
        px = themes.current.px
        return self.splitter.width() < px(LEAST) + px(TALK)

    def _divide(self) -> None:
        """Stand beside the conversation, or where there is no room for both in its place."""
        if self.pane is None or not self.is_open:
            return
        px, narrow = themes.current.px, self._is_narrow()
        self.pane.set_alone(narrow)
        self._talk.setHidden(narrow)
        self.splitter.refresh()  # one of them may just have come
        if not narrow:
            width = max(px(LEAST), min(px(self.width), self.splitter.width() - px(TALK)))
            self.splitter.setSizes([self.splitter.width() - width, width])

    def _moved(self) -> None:
        if self.pane is not None and self.is_open and not self._is_narrow():
            self.width = round(self.pane.width() / themes.current.scale)
            self._keep_width(self.width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._divide()
        return False


def _write(path: Path, content: bytes) -> None:
    """Raises UserError `exchange.not_written`."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UserError(
            "exchange.not_written", path=str(path), detail=error.strerror or str(error)
        ) from error
