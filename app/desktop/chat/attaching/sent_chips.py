"""What was attached to a message that is sent, in its card."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.chat.attaching.attachment_chip import AttachmentChip, Entry
from app.desktop.chat.attaching.sent_picture import SentPicture
from app.desktop.widgets.flow import flow
from app.desktop.widgets.layouts import discard
from app.store.records import Attachment

GAP = 6


class SentChips(FittedWidget):
    """Pictures, and chips of other things, at the right edge, `share` of the width at most; `pressed` carries the
    Attachment. While the message is changed they can be removed: `focus_lost` comes where the last one had the focus.
    `picture_wanted` carries one, the pixels of its longest side and the widget that shows it."""

    pressed = Signal(object)
    focus_lost = Signal()
    picture_wanted = Signal(object, int, object)

    def __init__(self, parent: QWidget, share: float) -> None:
        super().__init__(parent)
        self._share = share
        self._shown: tuple[Attachment, ...] = ()
        self._can_remove = False
        self.chips: list[AttachmentChip | SentPicture] = []

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        if self._shown != tuple(attachments):
            self._show(attachments)

    @property
    def shown(self) -> tuple[Attachment, ...]:
        """Those that are left."""
        return self._shown

    def let_remove(self, on: bool) -> None:
        """Whether each has a cross."""
        if on != self._can_remove:
            self._can_remove = on
            self._show(self._shown)

    def _remove(self, gone: AttachmentChip) -> None:
        place, focused = self.chips.index(gone), holds_focus(gone)
        self._show([each for number, each in enumerate(self._shown) if number != place])
        if focused and self.chips:
            self.chips[min(place, len(self.chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        elif focused:
            self.focus_lost.emit()
        self.height_changed.emit()

    def _show(self, attachments: Sequence[Attachment]) -> None:
        for chip in self.chips:
            discard(chip)
        self._shown = tuple(attachments)
        self.chips = [self._made(each) for each in attachments]

    def _made(self, attachment: Attachment) -> AttachmentChip | SentPicture:
        chip: AttachmentChip | SentPicture
        if self._can_remove:
            chip = AttachmentChip(self, Entry(attachment.name, attachment))
            chip.removed.connect(lambda: self._remove(chip))
            chip.picture_wanted.connect(lambda side: self.picture_wanted.emit(attachment, side, chip))
            chip.size_changed.connect(self.height_changed)
        elif attachment.is_picture:
            chip = SentPicture(self, attachment)
            chip.picture_wanted.connect(lambda side: self.picture_wanted.emit(attachment, side, chip))
        else:
            chip = AttachmentChip(self, Entry(attachment.name, attachment), sent=True)
        chip.clicked.connect(lambda: self.pressed.emit(attachment))
        chip.show()
        return chip

    def fit(self, width: int) -> int:
        if not self.chips:
            return 0
        px = themes.current.px
        room = int(width * self._share)
        height = flow(self.chips, QRect(0, 0, room, 0), px(GAP))
        for top in {chip.y() + chip.height() // 2 for chip in self.chips}:
            line = [chip for chip in self.chips if chip.y() + chip.height() // 2 == top]
            by = width - (line[-1].x() + line[-1].width())
            for chip in line:
                chip.move(chip.x() + by, chip.y())
        return height + px(GAP)
