"""A line of text that ends in an ellipsis where there is no room for all of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import plain_tip


def fitting(metrics: QFontMetrics, forms: Sequence[str], width: int) -> str:
    """The first of these texts that is not cut at this width, else the last one."""
    right = Qt.TextElideMode.ElideRight
    return next((form for form in forms if metrics.elidedText(form, right, width) == form), forms[-1])


class ElidedLabel(QLabel):
    """The whole is its tool tip and what a screen reader says."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        pixels: int = 14,
        bold: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
    ) -> None:
        super().__init__(parent)
        self._pixels, self._bold, self._mode = pixels, bold, mode
        self._whole = ""
        self._forms: tuple[str, ...] = ("",)
        self._metrics = QFontMetrics(self._font())
        self._advance = 0  # of the whole
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self._restyle)
        self._restyle()

    def set_whole(self, text: str) -> None:
        self.set_forms((text,))

    def set_forms(self, forms: Sequence[str]) -> None:
        """The whole text, and what stands for it where there is less and less room."""
        self._forms, self._whole = tuple(forms), forms[0]
        self._advance = self._metrics.horizontalAdvance(self._whole)
        self.setAccessibleName(self._whole)
        self._elide()
        self.updateGeometry()

    def whole(self) -> str:
        return self._whole

    def _font(self) -> QFont:
        return themes.current.font(self._pixels, bold=self._bold)

    def sizeHint(self) -> QSize:
        return QSize(self._advance + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """As narrow as there is room: that what is shown now is whole asks for none."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: object) -> None:
        self._elide()

    def _elide(self) -> None:
        shown = self._whole
        if self._advance >= self.width():
            form = fitting(self._metrics, self._forms, self.width())
            shown = self._metrics.elidedText(form, self._mode, self.width())
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")

    def _restyle(self) -> None:
        font = self._font()
        self.setFont(font)
        self._metrics = QFontMetrics(font)
        self._advance = self._metrics.horizontalAdvance(self._whole)
        self._elide()


class ElidedTitle(ElidedLabel):
    """The title of a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, pixels=20, bold=True, mode=Qt.TextElideMode.ElideRight)
        self.setProperty("kind", "title")
