"""Attached pictures for the window, made of their plain pixels off the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from app.desktop.base.service_calls import ServiceCalls
from app.store.records import Attachment

if TYPE_CHECKING:
    from app.services.services import Services

# So many small ones are kept.
MOST_KEPT = 60


class Thumbnails(QObject):
    """Small pictures of the chat that `conversation` tells."""

    def __init__(self, calls: ServiceCalls, conversation: Callable[[], int | None], parent: QObject) -> None:
        super().__init__(parent)
        self._calls, self._conversation = calls, conversation
        self._kept: OrderedDict[tuple[str, int], QImage] = OrderedDict()

    def give(self, attachment: Attachment, side: int, widget: Any) -> None:
        """Let a widget `show_picture` when it is there, with `side` pixels at most; a null one is gone."""
        key, conversation = (attachment.text, side), self._conversation()
        if key in self._kept:
            widget.show_picture(self._kept[key])
        elif conversation is not None:
            self._calls.do(
                lambda s: picture_of(s, conversation, attachment, side),
                partial(self._take, key, widget),
                lambda _: widget.show_picture(QImage()),
                executor="io",
                owner=widget,
            )

    def _take(self, key: tuple[str, int], widget: Any, picture: QImage) -> None:
        self._kept[key] = picture
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        widget.show_picture(picture)


def picture_of(services: Services, conversation: int, attachment: Attachment, side: int = 0) -> QImage:
    """The picture as the model sees it, `side` pixels wide and high at most (0: whole); a null one where it is gone.
    For any thread but the GUI's."""
    pixels = services.attachments.pixels(conversation, attachment)
    if pixels is None:
        return QImage()
    width, height = pixels.width, pixels.height
    whole = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    if not side or max(width, height) <= side:
        return whole.copy()
    return whole.scaled(
        side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def paint_rounded(painter: QPainter, picture: QImage, room: QRectF, radius: float) -> None:
    """Paint the middle of a picture that fills this room."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(room, radius, radius)
    painter.setClipPath(path)
    size = QSize(picture.size()).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    placed = QRectF(0, 0, size.width(), size.height())
    placed.moveCenter(room.center())
    painter.drawImage(placed, picture)
    painter.restore()
