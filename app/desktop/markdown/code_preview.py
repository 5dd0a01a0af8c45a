"""What code would look like, below it: a picture where that is safe, else one sentence that says it stays code."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.themed_widget import TranslatedWidget
from app.desktop.markdown.safe_svg import is_svg, safe_svg
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.markdown.markdown import Code

MOST_WIDTH, MOST_HEIGHT = 640, 480
Look = Literal["", "svg", "html", "mermaid"]


def look_of(code: Code) -> Look:
    """What code is that people expect to see as more than code, "" for any other."""
    language = code.language.lower()
    if language == "svg" or (language in ("", "xml", "html") and is_svg(code.text)):
        return "svg"
    if language in ("html", "htm", "xhtml"):
        return "html"
    return "mermaid" if language in ("mermaid", "mmd") else ""


def painted(source: str, ratio: float) -> QImage | None:
    """The picture on white, for a screen with `ratio` pixels to the unit; None where it cannot be shown."""
    safe = safe_svg(source)
    renderer = QSvgRenderer()
    if safe is None or not renderer.load(QByteArray(safe.encode())):
        return None
    natural = renderer.defaultSize()
    if natural.width() <= 0 or natural.height() <= 0:
        return None
    scale = min(1.0, MOST_WIDTH / natural.width(), MOST_HEIGHT / natural.height())
    width, height = max(1.0, scale * natural.width()), max(1.0, scale * natural.height())
    image = QImage(QSize(math.ceil(width * ratio), math.ceil(height * ratio)), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, width, height))
    painter.end()
    return image


class CodePreview(TranslatedWidget):
    """Stands below the lines of a code block. `height_changed` comes when the picture is there."""

    height_changed = Signal()

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look = look
        self._asked = ""
        self._note = wrapped_label(self, "small", selectable=False)
        self.picture = QLabel(self)
        self.picture.hide()
        left = Qt.AlignmentFlag.AlignLeft
        Column(self._note, (self.picture, 0, left), parent=self, margins=(0, 4, 0, 8), spacing=6)
        self.retranslate()

    def show_picture(self, source: str) -> None:
        """Paint an SVG off the GUI thread."""
        self._asked, ratio = source, self.devicePixelRatioF()
        background().submit(lambda: painted(source, ratio), lambda image: self._painted(source, image))

    def _painted(self, source: str, image: QImage | None) -> None:
        if not isValid(self) or source != self._asked:
            return
        if image is not None:
            self.picture.setPixmap(QPixmap.fromImage(image))
        self.picture.setVisible(image is not None)
        self._note.setVisible(image is None)
        self.layout().invalidate()  # Qt would get to it only with the next event
        self.updateGeometry()
        self.height_changed.emit()

    def retranslate(self) -> None:
        self._note.setText(
            {
                "": "",
                "svg": self.tr("This picture can’t be shown: it isn’t valid SVG, or it is too large."),
                "html": self.tr(
                    "Coterie doesn’t open web pages. Save the code as a file to open it in a browser."
                ),
                "mermaid": self.tr("Mermaid diagrams are shown as text."),
            }[self._look]
        )
        self._note.setVisible(self._look != "svg")
        self.picture.setAccessibleName(self.tr("Picture of this code"))
