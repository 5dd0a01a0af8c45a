"""What the disk of the library is taken by: a bar and its legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.library_text import shown_path
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.legend import Legend
from app.format import format_size

if TYPE_CHECKING:
    from app.services.library.values import DiskUse

BAR = 10


class Share(NamedTuple):
    """A part of the disk: its name in the theme's colours, in words, and how many bytes."""

    colour: str
    words: str
    bytes: int


class ShareBar(QWidget):
    """The shares side by side on the ground of what is free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: list[Share] = []
        self._total = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: list[Share], total: int, words: str) -> None:
        self._shares, self._total = shares, max(1, total)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(120), themes.current.px(BAR))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(40), themes.current.px(BAR))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), self.height() / 2, self.height() / 2)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(theme.line))
        x = 0.0
        for share in self._shares:
            width = self.width() * share.bytes / self._total
            if share.bytes:
                # What is there can be seen.
                width = max(3.0, width)
                painter.fillRect(QRectF(x, 0, width, self.height()), QColor(getattr(theme, share.colour)))
                painter.fillRect(QRectF(x + width - 1, 0, 1, self.height()), QColor(theme.card))
            x += width


class DiskBar(ThemedWidget):
    """`folder_wanted` asks to open the library's folder, `clear_wanted` to delete what broken-off downloads left."""

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
        self.bar = ShareBar(self)
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
        return [
            Share("accent", self.tr("models {size}").format(size=format_size(disk.used)), disk.used),
            Share(
                "worker", self.tr("unfinished {size}").format(size=format_size(disk.incoming)), disk.incoming
            ),
            Share("ram", self.tr("trash {size}").format(size=format_size(disk.trash)), disk.trash),
            Share("disk", self.tr("other files {size}").format(size=format_size(other)), other),
        ]

    def retranslate(self) -> None:
        set_texts(self.open_folder, self.tr("Open the folder"), self.tr("Open the library's folder"))
        set_texts(
            self.clear_leftovers, self.tr("Clear"), self.tr("Delete files left over from old downloads")
        )
        disk = self._disk
        if disk is None:
            return
        self.folder.set_whole(self.tr("Stored in {folder}").format(folder=shown_path(disk.folder)))
        shares = self.shares()
        free = self.tr("free {size}").format(size=format_size(disk.free))
        shown = [(share.words, [getattr(themes.current, share.colour)]) for share in shares if share.bytes]
        self._legend.show_entries([*shown, (free, [themes.current.line])])
        words = ", ".join([share.words for share in shares if share.bytes] + [free])
        self.bar.show_shares(shares, disk.total, self.tr("The disk: {parts}").format(parts=words))
        self._leftover.setText(
            self.tr("{size} left over from old downloads.").format(size=format_size(disk.leftover))
        )
        self._leftover.setVisible(disk.leftover > 0)
        self.clear_leftovers.setVisible(disk.leftover > 0)

    def restyle(self) -> None:
        self.retranslate()
