"""The chips of what is attached to the message that is written, above its words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.attaching.attachment_chip import AttachmentChip, Entry
from app.desktop.widgets.flow import flow
from app.desktop.widgets.labels import announce
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.scroller import scroll_area
from app.store.records import Attachment

GAP = 6
# The height in which they scroll, at most this part of the window's.
MOST, MAX_PART = 190, 0.3


class Shown(NamedTuple):
    """What a chip stands for: an Attachment, or what is being read."""

    thing: object
    entry: Entry


def identity(thing: object) -> Hashable:
    """What tells that a later thing is the same one."""
    if isinstance(thing, Attachment):
        parts = thing.first, thing.last, thing.by_parts
        return thing.name, thing.sha256, thing.text, thing.bytes, *parts, thing.state
    return thing


class ChipStrip(ThemedWidget):
    """Out of sight while nothing is attached. Signals carry the thing that a chip stands for."""

    removed = Signal(object)
    pressed = Signal(object)
    # An Attachment, the pixels of its longest side, and the chip that shows it.
    picture_wanted = Signal(object, int, object)
    height_changed = Signal()
    # The focus was on a chip that is gone, and no other is left.
    focus_lost = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: dict[Hashable, AttachmentChip] = {}
        self._inside = QWidget(self)
        self._area = scroll_area(self._inside, self)
        self.hide()
        self.refresh()

    @property
    def chips(self) -> list[AttachmentChip]:
        """In their order."""
        return list(self._chips.values())

    def chip(self, thing: object) -> AttachmentChip:
        return self._chips[identity(thing)]

    def show_chips(self, shown: Sequence[Shown]) -> None:
        before = self._chips
        focused = next((place for place, chip in enumerate(self.chips) if holds_focus(chip)), None)
        self._chips = {}
        for thing, entry in shown:
            key = identity(thing)
            self._chips[key] = before.get(key) or self._made(thing, entry)
            self._chips[key].show_entry(entry)
        for key, chip in before.items():
            if key not in self._chips:
                discard(chip)
        self.setHidden(not self._chips)
        self.fit()
        if focused is not None and not any(map(holds_focus, self._chips.values())):
            if self._chips:
                self.chips[min(focused, len(self._chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.focus_lost.emit()

    def _made(self, thing: object, entry: Entry) -> AttachmentChip:
        chip = AttachmentChip(self._inside, entry)
        chip.removed.connect(lambda: self.removed.emit(thing))
        chip.clicked.connect(lambda: self.pressed.emit(thing))
        chip.picture_wanted.connect(lambda side: self.picture_wanted.emit(thing, side, chip))
        chip.size_changed.connect(self.fit)
        chip.show()
        if entry.attachment is None:
            announce(self, chip.accessibleName())
        return chip

    def fit(self) -> None:
        """As high as the chips, up to what scrolls."""
        px = themes.current.px
        # What is not seen yet is laid out late: a layout, and the view of the area, would not know of another height.
        wide = self.width() - self._area.verticalScrollBar().sizeHint().width()
        tall = flow(self.chips, QRect(0, 0, wide, 0), px(GAP))
        self._inside.setMinimumHeight(tall)
        height = min(tall, px(MOST), round(self.window().height() * MAX_PART))
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()
        self._area.setGeometry(self.rect())

    def resizeEvent(self, event: object) -> None:
        self.fit()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Attachments"))
        self.fit()

    def restyle(self) -> None:
        self.fit()
