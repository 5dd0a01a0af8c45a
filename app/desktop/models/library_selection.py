"""Several models of the library chosen at once, to be removed together: which they are, and the bar that says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import announce, set_texts, text_label
from app.desktop.widgets.layouts import Column
from app.format import format_count, format_size
from app.store.records import LibraryModel

# What a click or a key does: one model joins or leaves, all from the last one to it are chosen, or none is.
Picking = Literal["toggle", "extend", "none"]
WORDS = 180


def picking_of(modifiers: Qt.KeyboardModifier) -> Picking:
    """What a click or Space does while these keys are held."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "extend"
    return "toggle" if modifiers & Qt.KeyboardModifier.ControlModifier else "none"


class LibrarySelection:
    """The ids that are chosen. `order` are always those of the list as it is shown."""

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()
        self._anchor = ""

    def pick(self, id: str, picking: Picking, order: Sequence[str]) -> None:
        if picking == "none":
            self.ids, self._anchor = frozenset(), id
        elif picking == "toggle":
            self.ids ^= {id}
            self._anchor = id
        else:
            first = order.index(self._anchor) if self._anchor in order else order.index(id)
            last = order.index(id)
            self.ids = frozenset(order[min(first, last) : max(first, last) + 1])
            self._anchor = order[first]

    def pick_all(self, order: Sequence[str]) -> None:
        self.ids = frozenset(order)

    def keep(self, order: Sequence[str]) -> None:
        """Models that are gone leave."""
        self.ids &= frozenset(order)


class SelectionBar(ThemedWidget):
    """Below the list while models are chosen."""

    remove_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[LibraryModel, ...] = ()
        self.words = text_label(self)
        self.remove, self.clear = push_button(self, "bar"), push_button(self, "link")
        frame = QFrame(self)
        frame.setProperty("kind", "card")
        row = FoldingRow(frame, (self.words, 1, WORDS), self.remove, self.clear, spacing=12)
        Column(row, parent=frame, margins=(16, 10, 12, 10))
        Column(frame, parent=self, margins=(28, 8, 28, 16))
        self.remove.clicked.connect(self.remove_wanted)
        self.clear.clicked.connect(self.clear_wanted)
        self.hide()
        self.refresh()

    def models(self) -> list[LibraryModel]:
        return list(self._models)

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        self._models = tuple(models)
        self.setVisible(bool(models))
        self.retranslate()
        if models:
            announce(self, self.words.text())

    def retranslate(self) -> None:
        count, size = len(self._models), format_size(sum(model.bytes for model in self._models))
        number = format_count(count)
        self.words.setText(
            self.tr("1 model selected · {size}").format(size=size)
            if count == 1
            else self.tr("{count} models selected · {size}").format(count=number, size=size)
        )
        managed = all(model.managed for model in self._models)
        words = (
            self.tr("Move {count} to the trash") if managed else self.tr("Remove {count} from the library")
        )
        set_texts(self.remove, words.format(count=number))
        set_texts(self.clear, self.tr("Clear selection"))
