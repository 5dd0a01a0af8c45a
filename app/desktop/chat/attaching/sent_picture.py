"""A picture in the message that it was sent with."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.chat.attaching.chip_keys import take_chip_key
from app.desktop.chat.attaching.thumbnails import paint_rounded
from app.desktop.widgets.buttons import paint_focus_ring
from app.store.records import Attachment

# Of its longer side, in pixels at a text size of 100 %, and of the other one.
LONGEST, SHORTEST = 240, 32
RADIUS = 10


class SentPicture(QAbstractButton):
    """As large as it will be before it is there. When it is painted first, it asks for it: `picture_wanted` carries
    the most pixels that a side takes."""

    picture_wanted = Signal(int)

    def __init__(self, parent: QWidget, attachment: Attachment) -> None:
        super().__init__(parent)
        self.attachment = attachment
        self.picture: QImage | None = None
        self._has_asked = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        themes.changed.connect(self.updateGeometry)
        self.retranslate()

    def show_picture(self, picture: QImage) -> None:
        """A null one says that it is gone."""
        self.picture = picture
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Picture: {name}").format(name=self.attachment.name))
        self.setToolTip(wrapped_tip(self.attachment.name))

    def sizeHint(self) -> QSize:
        px = themes.current.px
        width, height = max(1, self.attachment.width), max(1, self.attachment.height)
        by = min(1.0, px(LONGEST) / max(width, height))
        return QSize(max(px(SHORTEST), round(width * by)), max(px(SHORTEST), round(height * by)))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._has_asked:
            self._has_asked = True
            self.picture_wanted.emit(round(themes.current.px(LONGEST) * self.devicePixelRatioF()))
        theme, painter = themes.current, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room, radius = QRectF(self.rect()), theme.px(RADIUS)
        if self.picture is not None and not self.picture.isNull():
            paint_rounded(painter, self.picture, room, radius)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(QColor(theme.card))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if self.picture is not None and self.picture.isNull():
            side = theme.px(20)
            sign = icon("image", "muted", 20).pixmap(side, side)
            painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, sign)
        if self.hasFocus():
            paint_focus_ring(painter, room, radius)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_chip_key(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
