"""What code would look like, below it: a picture or the words of a page where that is safe, else one sentence that
says it stays code."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.themed_widget import FittedWidget, TranslatedWidget
from app.desktop.markdown.safe_html import Page, safe_page
from app.desktop.markdown.safe_svg import is_svg, safe_svg
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.markdown.markdown import Block, Code, Prose

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


# Makes what shows blocks below each other, and calls the last for a link that is pressed.
MakeBlocks = Callable[[QWidget, Sequence[Block], Callable[[str], object]], FittedWidget]


class CodePreview(TranslatedWidget):
    """Stands below the lines of a code block. `height_changed` comes when there is more to see, or less."""

    height_changed = Signal()
    link_asked = Signal(str)

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look = look
        self._asked = ""
        self._page: Page | None = None
        self._note = wrapped_label(self, "small", selectable=False)
        self.picture = QLabel(self)
        self.picture.hide()
        self._words: FittedWidget | None = None
        left = Qt.AlignmentFlag.AlignLeft
        self._column = Column(
            self._note, (self.picture, 0, left), parent=self, margins=(0, 4, 0, 8), spacing=6
        )
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
        self._refit()

    def show_page(self, source: str, make: MakeBlocks) -> None:
        """Read a page off the GUI thread and show its words."""
        self._asked = source
        background().submit(lambda: safe_page(source), lambda page: self._read(source, page, make))

    def _read(self, source: str, page: Page, make: MakeBlocks) -> None:
        if not isValid(self) or source != self._asked:
            return
        self._page = page
        if page.pieces:
            blocks = [Prose(piece) for piece in page.pieces]
            self._words = make(self, blocks, self.link_asked.emit)
            self._words.height_changed.connect(self._refit)
            self._column.insertWidget(0, self._words)
            self._words.show()
        self.retranslate()

    def _refit(self) -> None:
        self._column.invalidate()  # Qt would get to it only with the next event
        self.updateGeometry()
        self.height_changed.emit()

    def restyle(self) -> None:
        """Show the words in the colors and sizes of now."""
        if self._words is not None:
            self._words.restyle()
            self._words.updateGeometry()
        self._column.invalidate()
        self.updateGeometry()

    def retranslate(self) -> None:
        self._note.setText(
            {
                "": "",
                "svg": self.tr("This picture can’t be shown: it isn’t valid SVG, or it is too large."),
                "html": self._about_page(),
                "mermaid": self.tr("Mermaid diagrams are shown as text."),
            }[self._look]
        )
        self._note.setVisible(self._look != "svg")
        self.picture.setAccessibleName(self.tr("Picture of this code"))
        self._refit()

    def _about_page(self) -> str:
        if self._page is None:
            return ""
        if not self._page.pieces:
            return self.tr(
                "There are no words on this page. Save the code as a file to open it in a browser."
            )
        said = self.tr("These are only the words of the page: no scripts, layout, colors, or pictures.")
        return f"{self.tr('This is the beginning of a long page.')} {said}" if self._page.cut else said
