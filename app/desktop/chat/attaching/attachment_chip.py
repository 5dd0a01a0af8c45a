"""One thing that is attached, as a button: its kind, its name, what it costs or why it cannot be used."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.language import languages
from app.desktop.base.style import set_property
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.chat.attaching.chip_keys import take_chip_key
from app.desktop.chat.attaching.thumbnails import paint_rounded
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import name_icon, text_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count, format_duration
from app.services.chat.attachments.weighing import can_be_read, can_be_searched
from app.store.records import Attachment

# Of the words, in pixels at a text size of 100 %; a sentence has more room.
LEAST, WIDEST, WIDEST_SENTENCE = 90, 230, 330
# Of the square of a picture.
SIDE = 34
_SIGNS = {"picture": "image", "xlsx": "file-spreadsheet", "csv": "file-spreadsheet"}


class Entry(msgspec.Struct, frozen=True):
    """What a chip shows: an attachment, or the name of what is still being read, `done` parts so far, `of` all where
    that is known, or `waits` for that. `seconds`: how long the model reads it, 0.0 where that is not known."""

    name: str
    attachment: Attachment | None = None
    waits: bool = False
    done: int = 0
    of: int = 0
    seconds: float = 0.0


class AttachmentChip(QPushButton):
    """Pressed it offers what can be done; `removed` comes from its cross and from Delete. One of a `sent` message has
    no cross and tells its size alone."""

    removed = Signal()
    # The pixels of a screen that the longest side of its small picture takes.
    picture_wanted = Signal(int)
    # Its `sizeHint` is another, with the picture that came.
    size_changed = Signal()

    def __init__(self, parent: QWidget, entry: Entry, *, sent: bool = False) -> None:
        super().__init__(parent)
        self.entry, self._sent = entry, sent
        self.picture: QImage | None = None
        self._has_asked = False
        self.setProperty("kind", "attachment")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sign = QLabel(self)
        self._name = ElidedLabel(self, pixels=13)
        self._detail = text_label(self, "fine", wraps=True)
        for label in (self._sign, self._name, self._detail):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cross = push_button(self, "icon")
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does the same
        self._cross.setHidden(sent)
        self._cross.clicked.connect(self.removed)
        self._row = Row(
            self._sign,
            (Column(self._name, self._detail, spacing=1), 1),
            self._cross,
            parent=self,
            margins=(10, 5, 10 if sent else 4, 6),
            spacing=8,
        )
        themes.changed.connect(self._restyle)
        self._restyle()
        self.retranslate()

    def show_entry(self, entry: Entry) -> None:
        """The same thing, read or weighed meanwhile."""
        if entry != self.entry:
            self.entry = entry
            self._restyle()
            self.retranslate()

    def show_picture(self, picture: QImage) -> None:
        """Show what it looks like in the place of the sign of its kind."""
        self.picture = picture
        self._restyle()
        self.size_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        attachment = self.entry.attachment
        if attachment is not None and attachment.is_picture and not self._has_asked:
            self._has_asked = True
            # The longer side of a picture that fills a square is as long as that at least.
            self.picture_wanted.emit(round(2 * themes.current.px(SIDE) * self.devicePixelRatioF()))
        super().paintEvent(event)

    @property
    def is_refused(self) -> bool:
        attachment = self.entry.attachment
        return attachment is not None and attachment.state == "refused"

    @property
    def does_not_fit(self) -> bool:
        """Whether it is refused for its length, and can be searched instead."""
        return self.entry.attachment is not None and can_be_searched(self.entry.attachment)

    @property
    def can_be_read(self) -> bool:
        """Whether the model in use can read pages of it that are pictures."""
        return self.entry.attachment is not None and can_be_read(self.entry.attachment)

    def detail(self) -> str:
        """What stands under the name."""
        attachment = self.entry.attachment
        if attachment is None:
            return self._progress()
        if attachment.state == "refused":
            return "" if attachment.reason is None else languages.tell(attachment.reason)
        told = [self._parts(attachment), self._cost(attachment)]
        lines = [" · ".join(filter(None, told))]
        if attachment.reason is not None and not self._sent:
            lines.append(languages.tell(attachment.reason))
        return "\n".join(filter(None, lines))

    def _progress(self) -> str:
        if self.entry.waits:
            return self.tr("Waiting to be read")
        if self.entry.of:
            return self.tr("Reading page {page} of {count}").format(
                page=format_count(self.entry.done), count=format_count(self.entry.of)
            )
        if self.entry.done < 2:
            return self.tr("Reading…")
        return self.tr("Reading: {count} parts so far").format(count=format_count(self.entry.done))

    def _parts(self, attachment: Attachment) -> str:
        if attachment.by_parts:
            return self.tr("part by part") if self._sent else self.tr("Read part by part for what you ask")
        if attachment.state == "searched":
            return self.tr("searched") if self._sent else self.tr("Searched for what you ask")
        if attachment.reason is not None and attachment.reason.code == "attachment.read_by" and self._sent:
            return self.tr("read by {model}").format(model=attachment.reason.params["model"])
        if not attachment.first:
            return ""
        if attachment.first == attachment.last:
            return self.tr("part {part}").format(part=format_count(attachment.first))
        return self.tr("parts {first} to {last}").format(
            first=format_count(attachment.first), last=format_count(attachment.last)
        )

    def _cost(self, attachment: Attachment) -> str:
        if not attachment.tokens or (attachment.by_parts and not self._sent):
            return ""
        tokens = format_count(attachment.tokens)
        if attachment.estimated:
            return self.tr("about {tokens} tokens").format(tokens=tokens)
        if self.entry.seconds < 1 or self._sent:
            return self.tr("{tokens} tokens").format(tokens=tokens)
        time = format_duration(round(self.entry.seconds), languages.current)
        return self.tr("{tokens} tokens, about {time} to read").format(tokens=tokens, time=time)

    def retranslate(self) -> None:
        detail = self.detail()
        self._name.set_whole(self.entry.name)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        name_icon(self._cross, self.tr("Remove “{name}”").format(name=self.entry.name))
        self.setAccessibleName(self.tr("Attached: {name}").format(name=self.entry.name))
        self.setAccessibleDescription(detail)
        self.setToolTip(wrapped_tip(self.entry.name))
        set_property(self, "tone", "warning" if self.is_refused else "")
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        px = themes.current.px
        lines = self._detail.text().splitlines()
        widest = px(WIDEST_SENTENCE if self.is_refused or len(lines) > 1 else WIDEST)
        metrics = self._detail.fontMetrics()
        words = max([self._name.sizeHint().width(), *(metrics.horizontalAdvance(line) + 4 for line in lines)])
        margins = self._row.contentsMargins()
        around = margins.left() + margins.right() + px(self._side) + self._row.spacing()
        if not self._sent:
            around += self._cross.sizeHint().width() + self._row.spacing()
        width = around + min(max(words, px(LEAST)), widest)
        return QSize(width, self._row.totalHeightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_chip_key(self, event, None if self._sent else self.removed.emit):
            super().keyPressEvent(event)

    @property
    def _side(self) -> int:
        """Of its sign, in pixels at a text size of 100 %."""
        return 18 if self.picture is None or self.picture.isNull() else SIDE

    def _square(self) -> QPixmap:
        """The middle of the picture."""
        side, ratio = themes.current.px(SIDE), self.devicePixelRatioF()
        square = QPixmap(round(side * ratio), round(side * ratio))
        square.setDevicePixelRatio(ratio)
        square.fill(Qt.GlobalColor.transparent)
        painter = QPainter(square)
        paint_rounded(painter, self.picture or QImage(), QRectF(0, 0, side, side), themes.current.px(5))
        painter.end()
        return square

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.size_changed.emit()

    def _restyle(self) -> None:
        px = themes.current.px
        kind = "" if self.entry.attachment is None else self.entry.attachment.kind
        colour = "warning" if self.is_refused else "muted"
        if self._side == SIDE:
            self._sign.setPixmap(self._square())
        else:
            self._sign.setPixmap(icon(_SIGNS.get(kind, "file-text"), colour, 18).pixmap(px(18), px(18)))
        set_icon(self._cross, "x", "muted", 14)
        self.updateGeometry()
