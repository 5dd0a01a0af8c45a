"""What the disk of the library is taken by: a bar and its legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.legend import Legend
from app.desktop.widgets.share_bar import Share, ShareBar
from app.format import format_size

if TYPE_CHECKING:
    from app.services.library.values import DiskUse

BAR = 10


class DiskBar(ThemedWidget):
    """`folder_wanted` asks to open the library’s folder, `clear_wanted` to delete what broken-off downloads left."""

    folder_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._disk: DiskUse | None = None
        self.folder = ElidedLabel(self, pixels=13)
        self.open_folder = push_button(self, "link")
        self.clear_leftovers = push_button(self, "link")
        self.open_folder.clicked.connect(self.folder_wanted)
        self.clear_leftovers.clicked.connect(self.clear_wanted)
        self.bar = ShareBar(self, BAR)
        self._legend = Legend(self)
        self._leftover = wrapped_label(self, "small")
        Column(
            Row((self.folder, 1), self.open_folder, spacing=8),
            self.bar,
            self._legend,
            Row((self._leftover, 1), self.clear_leftovers),
            parent=self,
            spacing=8,
        )
        self.refresh()

    def show_disk(self, disk: DiskUse | None) -> None:
        self._disk = disk
        self.setVisible(disk is not None)
        self.retranslate()

    def shares(self) -> list[Share]:
        """The parts of the disk in the order of the bar; what is free is its ground."""
        disk = self._disk
        if disk is None:
            return []
        other = max(0, disk.total - disk.free - disk.used - disk.trash - disk.incoming)
        parts = (
            ("accent", self.tr("models {size}"), disk.used),
            ("worker", self.tr("unfinished {size}"), disk.incoming),
            ("ram", self.tr("trash {size}"), disk.trash),
            ("disk", self.tr("other files {size}"), other),
        )
        return [
            Share(QBrush(QColor(getattr(themes.current, colour))), size, words.format(size=format_size(size)))
            for colour, words, size in parts
            if size
        ]

    def retranslate(self) -> None:
        set_texts(self.open_folder, self.tr("Open the folder"), self.tr("Open the library’s folder"))
        set_texts(
            self.clear_leftovers, self.tr("Clear"), self.tr("Delete files left over from old downloads")
        )
        disk = self._disk
        if disk is None:
            return
        self.folder.set_whole(self.tr("Stored in {folder}").format(folder=folder_text(str(disk.folder))))
        shares = self.shares()
        free = self.tr("free {size}").format(size=format_size(disk.free))
        self._legend.show_entries(
            [*((share.words, [share.ground]) for share in shares), (free, [themes.current.line])]
        )
        words = ", ".join([*(share.words for share in shares), free])
        self.bar.show_shares(shares, disk.total)
        self.bar.setAccessibleName(self.tr("The disk: {parts}").format(parts=words))
        self._leftover.setText(
            self.tr("{size} left over from old downloads.").format(size=format_size(disk.leftover))
        )
        self._leftover.setVisible(disk.leftover > 0)
        self.clear_leftovers.setVisible(disk.leftover > 0)

    def restyle(self) -> None:
        self.retranslate()
