"""Models of other programs on this machine, with a list to tick: they are taken in where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.theme import themes
from app.desktop.models.library_text import origin_name
from app.desktop.text.run_labels import folder_text
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import name_icon, set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row, discard
from app.desktop.widgets.tick_box import TickBox
from app.format import format_size

if TYPE_CHECKING:
    from app.services.library.values import Found


class FoundRow(QWidget):
    """A model to tick, anywhere in its row: its name, and below whose it is, its size and where it lies."""

    def __init__(self, found: Found, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = found
        self.tick = TickBox(self)
        self.tick.setEnabled(not found.known)
        self.name, self.note = ElidedLabel(self), ElidedLabel(self, pixels=13)
        # The name is cut where there is no room, which the words of a check box are not.
        for label in (self.name, self.note):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        Row(
            (self.tick, 0, Qt.AlignmentFlag.AlignTop),
            (Column(self.name, self.note, spacing=1), 1),
            parent=self,
            spacing=8,
        )
        self.retranslate()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.tick.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.tick.toggle()

    def retranslate(self) -> None:
        found = self.found
        known = self.tr("Already in your library") if found.known else ""
        facts = joined([origin_name(found.origin), known or format_size(found.bytes)])
        self.name.set_whole(found.name)
        self.note.set_whole(joined([facts, folder_text(found.path)]))
        self.tick.setAccessibleName(", ".join([found.name, facts]))
        palette = self.note.palette()
        palette.setColor(palette.ColorRole.WindowText, QColor(themes.current.muted))
        self.note.setPalette(palette)


class ImportCard(Card):
    """`import_wanted` carries the ticked ones; `closed` comes when it is put away."""

    import_wanted = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[FoundRow] = []
        self._found: tuple[Found, ...] | None = None
        self._words = wrapped_label(self, "small")
        self.close_button = push_button(self, "icon")
        self.all, self.go = push_button(self, "link"), push_button(self, "primary")
        self.add_to_head(self.close_button)
        self._list = Column(spacing=10)
        self._foot = FlowRow(self, self.go, self.all)
        self.inside.addWidget(self._words)
        self.inside.addLayout(self._list)
        self.inside.addWidget(self._foot)
        self.close_button.clicked.connect(self.closed)
        self.all.clicked.connect(self._tick_all)
        self.go.clicked.connect(lambda: self.import_wanted.emit(self.ticked()))
        self.refresh()

    def show_searching(self) -> None:
        self._found = None
        self._build(())
        self.retranslate()

    def show_found(self, found: tuple[Found, ...]) -> None:
        """What lies on this machine; those that are not in the library yet are ticked."""
        self._found = found
        self._build(found)
        for row in self.rows:
            row.tick.setChecked(not row.found.known)
        self.retranslate()

    def ticked(self) -> list[Found]:
        return [row.found for row in self.rows if row.tick.isChecked() and not row.found.known]

    def _build(self, found: tuple[Found, ...]) -> None:
        for row in self.rows:
            discard(row, self._list)
        self.rows = [FoundRow(each, self) for each in found]
        for row in self.rows:
            self._list.addWidget(row)
            row.tick.toggled.connect(self._show_foot)

    def _tick_all(self) -> None:
        on = len(self.ticked()) < self._open_count()
        for row in self.rows:
            if not row.found.known:
                row.tick.setChecked(on)

    def _open_count(self) -> int:
        return sum(not row.found.known for row in self.rows)

    def _show_foot(self) -> None:
        count, possible = len(self.ticked()), self._open_count()
        self.go.setVisible(possible > 0)
        self.all.setVisible(possible > 1)
        self.go.setEnabled(count > 0)
        text = self.tr("Add 1 model") if count == 1 else self.tr("Add {count} models").format(count=count)
        set_texts(self.go, text)
        choose = self.tr("Select none") if count == possible else self.tr("Select all")
        set_texts(self.all, choose)
        self._foot.refit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self.set_title(self.tr("From other apps on this computer"))
        name_icon(self.close_button, self.tr("Close this list"))
        if self._found is None:
            words = self.tr("Looking for models of Hugging Face, LM Studio, and Ollama…")
        elif not self._found:
            words = self.tr("No models of Hugging Face, LM Studio, or Ollama found.")
        elif not self._open_count():
            words = self.tr("All of these are in your library already.")
        else:
            words = self.tr("They are used in place: nothing is copied, and the other apps keep them.")
        self._words.setText(words)
        for row in self.rows:
            row.retranslate()
        self._show_foot()

    def restyle(self) -> None:
        set_icon(self.close_button, "x", "muted", 16)
