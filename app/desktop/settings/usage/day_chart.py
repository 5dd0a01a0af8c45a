"""A bar for each day: tokens that were read anew, reused, and written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.settings.usage.usage_text import day_name, spent_words
from app.format import format_short_count
from app.services.usage.prices import Spent

HIGH = 132
# What is there can be seen.
LEAST = 2.0


def colours() -> tuple[str, str, str]:
    """Of what was written, read anew, and reused."""
    theme = themes.current
    return theme.accent, theme.ram, theme.disk


class DayChart(QWidget):
    """Its tool tips tell each day; the accessible description tells the whole."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._days: Sequence[Spent] = ()
        self._currency = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_days(self, days: Sequence[Spent], currency: str) -> None:
        self._days, self._currency = days, currency
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(300), themes.current.px(HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(120), themes.current.px(HIGH))

    def bars(self) -> list[tuple[Spent, QRectF]]:
        """Where each day stands, from the ground to the top of the chart."""
        if not self._days:
            return []
        plot, count = self._plot(), len(self._days)
        step = plot.width() / count
        wide = max(1.0, step * 0.7)
        return [
            (day, QRectF(plot.left() + step * place + (step - wide) / 2, plot.top(), wide, plot.height()))
            for place, day in enumerate(self._days)
        ]

    def _plot(self) -> QRectF:
        line = self.fontMetrics().height() + themes.current.px(2)
        return QRectF(0, line, self.width(), max(1, self.height() - 2 * line))

    def _most(self) -> int:
        return max((day.usage.read + day.usage.written for day in self._days), default=0)

    def words(self, day: Spent) -> str:
        name = day_name(day.usage.day)
        if not (day.usage.read or day.usage.written):
            return name
        return f"{name}: {spent_words(day, self._currency)}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            x = event.pos().x()
            step = self.width() / max(1, len(self._days))
            place = min(len(self._days) - 1, int(x // step)) if self._days else -1
            QToolTip.showText(event.globalPos(), self.words(self._days[place]) if place >= 0 else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, plot, most = themes.current, self._plot(), self._most()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        painter.fillRect(QRectF(0, plot.bottom(), self.width(), 1), QColor(theme.line))
        if not self._days or not most:
            return
        for day, bar in self.bars():
            self._paint_bar(painter, day, bar, most)
        painter.setPen(QColor(theme.muted))
        top = QRectF(0, 0, self.width(), plot.top())
        painter.drawText(
            top,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop,
            format_short_count(most, languages.current),
        )
        foot = QRectF(0, plot.bottom() + theme.px(3), self.width(), self.height() - plot.bottom())
        for side, day in (
            (Qt.AlignmentFlag.AlignLeft, self._days[0]),
            (Qt.AlignmentFlag.AlignRight, self._days[-1]),
        ):
            painter.drawText(foot, side | Qt.AlignmentFlag.AlignTop, day_name(day.usage.day))

    def _paint_bar(self, painter: QPainter, day: Spent, bar: QRectF, most: int) -> None:
        usage, bottom = day.usage, bar.bottom()
        parts = (usage.written, max(0, usage.read - usage.cached), usage.cached)
        for tokens, colour in zip(parts, colours(), strict=True):
            if tokens <= 0:
                continue
            high = min(max(LEAST, bar.height() * tokens / most), bottom - bar.top())
            painter.fillRect(QRectF(bar.left(), bottom - high, bar.width(), high), QColor(colour))
            bottom -= high
