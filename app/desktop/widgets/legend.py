"""What the colours of a picture stand for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes


class Legend(QWidget):
    """Names, each behind swatches of all of its colours; breaks into lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, list[QBrush]]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_entries(self, entries: Sequence[tuple[str, Sequence[QBrush | str]]]) -> None:
        """Pairs of a name and its colours or grounds."""
        self._entries = [
            (name, [ground if isinstance(ground, QBrush) else QBrush(QColor(ground)) for ground in grounds])
            for name, grounds in entries
        ]
        self.setAccessibleName(", ".join(name for name, _ in entries))
        self.updateGeometry()
        self.update()

    def _placed(self, width: int) -> list[tuple[int, int, str, list[QBrush]]]:
        theme = themes.current
        metrics = QFontMetrics(theme.font(12))
        placed, x, y = [], 0, 0
        for name, grounds in self._entries:
            wide = theme.px(12) * len(grounds) + theme.px(6) + metrics.horizontalAdvance(name)
            if x and x + wide > width:
                x, y = 0, y + theme.px(20)
            placed.append((x, y, name, grounds))
            x += wide + theme.px(18)
        return placed

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = {y for _, y, _, _ in self._placed(width)}
        return themes.current.px(20) * max(1, len(lines))

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(200), themes.current.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        swatch = theme.px(10)
        for x, y, name, grounds in self._placed(self.width()):
            for ground in grounds:
                top = y + (theme.px(20) - swatch) // 2
                painter.setBrushOrigin(x, top)
                painter.fillRect(x, top, swatch, swatch, ground)
                x += theme.px(12)
            painter.setPen(QColor(theme.muted))
            place = self.rect().adjusted(x + theme.px(6), y, 0, 0)
            place.setHeight(theme.px(20))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
