"""The quantizations of a repository as a table: what each takes, what it would be here, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QWidget

from app.desktop.base.style import set_kind
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.variant_lines import VariantLine
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Row, discard

GAP = 16
HEAD, HIGH, FOLDED_HIGH = 29, 41, 31
# A verdict that is being read must not move the others when it comes.
VERDICT = 150
LINES = 4


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setProperty("kind", "line")
    rule.setFixedHeight(1)
    return rule


class VariantRow:
    """The widgets of one quantization."""

    def __init__(self, parent: QWidget) -> None:
        self.line = VariantLine("", "")
        self.name, self.size = ElidedLabel(parent, bold=True), text_label(parent)
        self.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.mark, self.chip = Chip(parent), Chip(parent)
        self.button, self.rule = push_button(parent, "bar"), _rule(parent)
        self.words = ElidedLabel(parent, pixels=12, mode=Qt.TextElideMode.ElideRight)
        self.head, self.verdict = Row(self.name, self.mark, STRETCH, spacing=4), Row(self.chip, STRETCH)
        self.widgets = (self.name, self.mark, self.size, self.chip, self.button, self.rule, self.words)
        for widget in self.widgets:
            widget.show()

    def show_line(self, line: VariantLine) -> None:
        if line == self.line:
            return
        self.line = line
        self.name.set_whole(line.name)
        self.name.setMinimumWidth(min(themes.current.px(60), self.name.sizeHint().width()))
        self.words.set_whole(line.words)
        self.words.setVisible(bool(line.words))
        set_kind(self.words, "bad" if line.bad else "small")
        words = [line.name, line.mark, line.size, line.words, line.sentence or line.chip]
        self.name.setAccessibleName(", ".join(word.rstrip(".") for word in words if word))
        self.size.setText(line.size)
        self.mark.say(line.mark, line.mark_tone)
        self.mark.setVisible(bool(line.mark))
        self.chip.say(line.chip, line.tone, line.sentence)
        self.chip.setVisible(bool(line.chip))
        self.button.setVisible(bool(line.action))
        self.button.setEnabled(not line.blocked)
        set_texts(self.button, line.action, line.said or line.action, tip=line.said)

    def widths(self) -> tuple[int, ...]:
        """What the name, the size, the verdict and the button take beside each other."""
        name, mark, size, chip, button = (widget.sizeHint().width() for widget in self.widgets[:5])
        return name + (mark + self.head.spacing() if self.line.mark else 0), size, chip, button

    def place(self, grid: QGridLayout, top: int, *, folded: bool) -> None:
        """Fill the lines from `top` on: name and size, the verdict where it is `folded`, words, a rule."""
        px = themes.current.px
        below = bool(self.line.words)
        self.name.setMinimumHeight(px(FOLDED_HIGH if folded or below else HIGH))
        self.words.setContentsMargins(0, 0, 0, px(8) if below else 0)
        set_kind(self.size, "small" if folded else "")
        self.size.setContentsMargins(px(6) if folded else 0, 0, 0, 0)
        self.verdict.setContentsMargins(0, px(2) if folded else 0, 0, px(8) if folded else 0)
        grid.addLayout(self.head, top, 0, 1, 3 if folded else 1)
        if folded:
            self.head.insertWidget(2, self.size)
        else:
            grid.addWidget(self.size, top, 1)
        grid.addLayout(self.verdict, *((top + 1, 0, 1, 3) if folded else (top, 2)))
        grid.addWidget(self.words, top + (2 if folded else 1), 0, 1, 3)
        grid.addWidget(self.button, top, 3, 3, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.rule, top + 3, 0, 1, 4)


class VariantsTable(ThemedWidget):
    """`acted` carries the name of the variant whose button was pressed."""

    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[VariantRow] = []
        self._folded = False
        self._titles = [text_label(self, "small") for _ in range(3)]
        self._head = (*self._titles, _rule(self))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(2, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    def show_lines(self, lines: Sequence[VariantLine]) -> None:
        """All rows, in order. Rows that are there are used again, so that the focus stays where it is."""
        count = len(self.rows)
        while len(self.rows) < len(lines):
            row = VariantRow(self)
            row.button.clicked.connect(lambda _=False, row=row: self.acted.emit(row.line.name))
            self.rows.append(row)
        for row in self.rows[len(lines) :]:
            for widget in row.widgets:
                discard(widget)
        del self.rows[len(lines) :]
        for row, line in zip(self.rows, lines, strict=True):
            row.show_line(line)
        self.setVisible(bool(lines))
        if len(lines) != count:
            self._place()
        self._fit()
        if len(lines) != count:
            self._settle()

    def _settle(self) -> None:
        """Take the height of the rows now: a paint before the loop comes to it would show them on each other."""
        around: QWidget | None = self
        while around is not None:
            QCoreApplication.sendPostedEvents(around, QEvent.Type.LayoutRequest)
            around = around.parentWidget()

    def folded(self) -> bool:
        """Whether the verdicts stand below the names."""
        return self._folded

    def is_in_use(self) -> bool:
        """Whether a hand may be about to press one of its buttons."""
        return self.underMouse() or holds_focus(self)

    def take_focus(self) -> None:
        for row in self.rows:
            if row.button.isVisible():
                row.button.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _fit(self) -> None:
        """Fold where there is no room for the columns."""
        px = themes.current.px
        widths = [max(column) for column in zip(*(row.widths() for row in self.rows), strict=True)]
        folded = bool(widths) and sum(widths) + max(0, px(VERDICT) - widths[2]) + 3 * px(GAP) > self.width()
        if folded != self._folded:
            self._folded = folded
            self._place()

    def _place(self) -> None:
        px, grid = themes.current.px, self._grid
        while grid.takeAt(0) is not None:
            pass
        grid.setHorizontalSpacing(px(GAP))
        grid.setColumnMinimumWidth(2, 0 if self._folded else px(VERDICT))
        for column, title in enumerate(self._titles):
            title.setFixedHeight(px(HEAD))
            grid.addWidget(title, 0, column)
        grid.addWidget(self._head[-1], 1, 0, 1, 4)
        for widget in self._head:
            widget.setVisible(not self._folded)
        for number, row in enumerate(self.rows):
            row.place(grid, 2 + LINES * number, folded=self._folded)
        self.updateGeometry()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(100), self._grid.minimumSize().height())

    def retranslate(self) -> None:
        names = (self.tr("Quantization"), self.tr("Size"), self.tr("On this computer"))
        for title, name in zip(self._titles, names, strict=True):
            title.setText(name)
        self.setAccessibleName(self.tr("Quantizations"))

    def restyle(self) -> None:
        self._place()
        self._fit()
