"""Which format chats are exported in, and how far that is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.slim_bar import SlimBar
from app.desktop.window.export.format_choice import FormatChoice
from app.format import format_count

WIDTH = 520


class ExportSheet(Sheet):
    """`place_wanted` carries the format to choose a place for; `stop_wanted` ends the export that is shown.

    Closed while it works, it lets the export go on.
    """

    place_wanted = Signal(str)
    stop_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._name, self._count = "", 0
        self._progress: tuple[int, int] | None = None
        inside = self.scroller.inside
        self.formats = FormatChoice(inside)
        self.working, self.bar = wrapped_label(inside, "small", selectable=False), SlimBar(inside)
        for part in (self.formats, self.working, self.bar):
            self.scroller.column.addWidget(part)
        self.scroller.column.addStretch(1)
        self.scroller.column.setSpacing(6)
        self.cancel, self.choose = push_button(self.card), push_button(self.card, "primary")
        self.foot.add(STRETCH)
        self.foot.add(self.cancel)
        self.foot.add(self.choose)
        self.cancel.clicked.connect(self._cancel)
        self.choose.clicked.connect(self.confirm)
        self.refresh()

    def show_chats(self, name: str, count: int) -> None:
        """What is exported: the chat `name`, or `count` chats, 0 for all."""
        self._name, self._count = name, count
        self._progress = None
        self._show_state()

    def show_progress(self, done: int, total: int) -> None:
        """So many chats are exported; of one it says only that it works."""
        begins, self._progress = self._progress is None, (done, total)
        if begins and self.isVisible():  # what had the focus goes
            self.choose.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_state()

    def open(self) -> None:
        super().open()
        self.fit()
        if self._progress is None:
            self.formats.take_focus()
        else:
            self.choose.setFocus(Qt.FocusReason.PopupFocusReason)

    def confirm(self) -> None:
        if self._progress is None:
            self.place_wanted.emit(self.formats.format())
        else:
            self.close_overlay()

    # Inside

    def _cancel(self) -> None:
        if self._progress is not None:
            self.stop_wanted.emit()
        self.close_overlay()

    def _show_state(self) -> None:
        working = self._progress is not None
        self.formats.setVisible(not working)
        for part in (self.working, self.bar):
            part.setVisible(working)
        done, total = self._progress or (0, 0)
        words = self.tr("{done} of {total} chats").format(done=format_count(done), total=format_count(total))
        words = words if total > 1 else self.tr("This can take a moment.")
        self.working.setText(words)
        self.bar.show_value(done / total if total else 0.0, words)
        self._show_words(working)
        self.fit()

    def _show_words(self, working: bool) -> None:
        title = self.tr("Export all chats")
        if self._name:
            title = self.tr("Export “{title}”").format(title=self._name)
        elif self._count:
            title = self.tr("Export {count} chats").format(count=format_count(self._count))
        set_texts(self.title, title)
        self.card.setAccessibleName(title)
        set_texts(self.cancel, self.tr("Stop exporting") if working else self.tr("Cancel"))
        set_texts(self.choose, self.tr("Continue in background") if working else self.tr("Choose location…"))

    def retranslate(self) -> None:
        self._show_state()
