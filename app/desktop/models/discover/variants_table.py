"""The quantisations of a repository as a table: what each takes, what it would be here, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.variant_row import GAP, Columns, VariantLine, VariantRow
from app.desktop.widgets.layouts import Column, discard

HEAD = 30


class VariantsTable(ThemedWidget):
    """`acted` carries the name of the variant whose button was pressed."""

    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[VariantRow] = []
        self._columns = Columns(0, 0, 0, False)
        self._titles = ("", "", "")
        self._layout = Column(parent=self, spacing=0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    def show_lines(self, lines: Sequence[VariantLine]) -> None:
        """All rows, in order. Rows that are there are used again, so that the focus stays where it is."""
        while len(self.rows) < len(lines):
            row = VariantRow(self)
            row.button.clicked.connect(lambda _=False, row=row: self.acted.emit(row.line.name))
            self._layout.addWidget(row)
            self.rows.append(row)
        for row in self.rows[len(lines) :]:
            discard(row, self._layout)
        del self.rows[len(lines) :]
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(line)
        self.setVisible(bool(lines))
        self._measure()

    def folded(self) -> bool:
        return self._columns.folded

    def take_focus(self) -> None:
        for row in self.rows:
            if row.button.isVisible():
                row.button.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _measure(self) -> None:
        if not self.rows:
            return
        px = themes.current.px
        gap = px(GAP)
        titles = QFontMetrics(themes.current.font(13))
        least = [titles.horizontalAdvance(title) for title in self._titles]
        name = max(least[0], *(row.name_width() for row in self.rows))
        size = max(least[1], *(row.size_width() for row in self.rows))
        chip = max(least[2], *(row.chip_width(row.line.chip) for row in self.rows))
        button = max(row.button_width() for row in self.rows)
        # A verdict that is being read must not move the others when it comes.
        needed = name + gap + size + gap + max(chip, px(150)) + gap + button
        columns = Columns(name + gap, name + gap + size + gap, button, needed > self.width())
        self._columns = columns
        for row in self.rows:
            row.set_columns(columns)
        self._layout.setContentsMargins(0, 0 if columns.folded else px(HEAD), 0, 0)
        self.updateGeometry()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._measure()

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(100), self._layout.minimumSize().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._columns.folded or not self.rows:
            return
        theme = themes.current
        painter = QPainter(self)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.muted))
        starts = (0, self._columns.size, self._columns.verdict)
        for left, title in zip(starts, self._titles, strict=True):
            place = QRect(left, 0, self.width() - left, theme.px(HEAD - 4))
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.fillRect(0, theme.px(HEAD) - 1, self.width(), 1, QColor(theme.line))

    def retranslate(self) -> None:
        self._titles = (self.tr("Quantization"), self.tr("Size"), self.tr("On this computer"))
        self.setAccessibleName(self.tr("Quantizations"))
        self._measure()

    def restyle(self) -> None:
        self._measure()
