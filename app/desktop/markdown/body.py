"""The body of an answer: its blocks as a column of widgets, kept up to date while it grows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.slices import Slices
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.markdown.code import CodeBlock
from app.desktop.markdown.prose import ProseBlock
from app.desktop.markdown.source_marks import Marks
from app.desktop.markdown.streaming import Change
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.layouts import discard
from app.format import format_count
from app.markdown.markdown import FORMULA_MARK, Block, Code, Formula, Prose

# A longer text is parsed in the background.
QUICK_TEXT = 6_000

# Prose is joined up to this many characters of HTML in one widget: few widgets, and little to lay out again
# when the last one grows.
MAX_SEGMENT = 1800
# A longer answer shows its beginning, and the rest when it is asked for.
MAX_SHOWN = 60_000
# An answer of more widgets is not kept for another one.
MOST_KEPT = 8
# So many widgets are made at once, those behind them in slices between events.
FIRST_ROWS = 8
_TAG = re.compile("<[^>]*>")


def join(first: Prose, second: Prose) -> Prose:
    """Two stretches of prose as one, formulas renumbered."""
    shift = len(first.formulas)
    html = second.html
    if shift and second.formulas:
        html = FORMULA_MARK.sub(lambda mark: f"\x00{int(mark[1]) + shift}\x00", html)
    formulas: tuple[Formula, ...] = first.formulas + second.formulas
    return Prose(first.html + html, formulas)


def segments(blocks: Sequence[Block]) -> list[tuple[Block, int]]:
    """What each widget shows, and how many blocks that takes."""
    joined: list[tuple[Block, int]] = []
    for block in blocks:
        if joined and isinstance(block, Prose):
            last, count = joined[-1]
            if isinstance(last, Prose) and len(last.html) < MAX_SEGMENT:
                joined[-1] = (join(last, block), count + 1)
                continue
        joined.append((block, 1))
    return joined


def size(block: Block) -> int:
    return len(block.html) if isinstance(block, Prose) else len(block.text)


def rough_height(block: Block, width: int) -> int:
    """How high the widget of a block will be, in pixels."""
    px = themes.current.px
    if isinstance(block, Code):
        return px(30) + 24 + px(19) * (block.text.count("\n") + 1)
    lines = -(-len(_TAG.sub("", block.html)) // max(20, width // px(8)))
    return px(24) * max(1, lines)


class AnswerBody(FittedWidget):
    """Blocks below each other, laid out by `fit`. `slices`: it shares their time, and only its first block is there
    at once. A click on a link only says so; `source_asked` carries the Cited whose mark was pressed."""

    link_asked = Signal(str)
    source_asked = Signal(object)

    def __init__(self, parent: QWidget, *, slices: Slices | None = None) -> None:
        super().__init__(parent)
        self._first = FIRST_ROWS if slices is None else 1
        self._slices = Slices(self) if slices is None else slices
        self._width = 0
        self._rows: list[ProseBlock | CodeBlock] = []
        self._closed = 0  # rows that no further text can change
        self._loose: list[Block] = []  # settled blocks of the rows behind those
        self._spares: list[ProseBlock | CodeBlock] = []  # rows that show nothing now
        self._later: list[Block] = []  # segments that are built in slices
        self._rest: list[Block] = []  # segments that are built when they are asked for
        self._marks: Marks | None = None
        self._more = word_button(self)
        self._more.hide()
        self._more.clicked.connect(self.unfold)
        if slices is not None:
            self._prepare(Prose(""))

    @property
    def is_empty(self) -> bool:
        return not self._rows

    @property
    def is_reusable(self) -> bool:
        """Whether the widgets are worth keeping for another answer."""
        return len(self._rows) + len(self._spares) <= MOST_KEPT

    def stop(self) -> None:
        """Build no more of what is shown."""
        self._later, self._rest = [], []

    def let_go(self) -> None:
        """Show nothing, as a new body does; the widgets are kept for what comes."""
        for row in self._rows:
            row.hide()
            row.let_go()
        self._spares += self._rows
        self._rows, self._marks = [], None
        self.stop()

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Shows exactly these blocks. Widgets that already show the right thing stay as they are."""
        wanted = [block for block, _ in segments(blocks)]
        shown = total = 0
        while shown < len(wanted) and (total < MAX_SHOWN or shown == 0):
            total += size(wanted[shown])
            shown += 1
        expanded = bool(self._rows) and len(self._rows) > shown
        self._closed, self._loose = 0, []
        if expanded:
            shown = len(wanted)
        first = min(shown, len(self._rows) + self._first)
        self._show_rows(wanted[:first])
        self._later, self._rest = wanted[first:shown], wanted[shown:]
        if self._later:
            self._slices.add(self, self._build_later)
        self.retranslate()

    def apply(self, change: Change) -> None:
        """Shows what has come in."""
        self._loose += change.settled
        settled = segments(self._loose)
        self._show_rows([block for block, _ in segments([*self._loose, *change.tail])], self._closed)
        if len(settled) > 1:
            self._closed += len(settled) - 1
            del self._loose[: sum(count for _, count in settled[:-1])]

    def _show_rows(self, wanted: Sequence[Block], start: int = 0) -> None:
        for index, block in enumerate(wanted, start):
            row = self._rows[index] if index < len(self._rows) else None
            if isinstance(row, ProseBlock) and isinstance(block, Prose):
                row.set_prose(block)
            elif isinstance(row, CodeBlock) and isinstance(block, Code):
                row.set_code(block)
            else:
                new = self._make(block)
                if row is None:
                    self._rows.append(new)
                else:
                    self._rows[index] = new
                    discard(row)
        for row in self._rows[start + len(wanted) :]:
            discard(row)
        del self._rows[start + len(wanted) :]
        self._mark_rows()
        self.updateGeometry()

    def set_marks(self, marks: Marks) -> None:
        """Show numbers of sources as marks, from now on."""
        self._marks = marks
        self._mark_rows()

    def _mark_rows(self) -> None:
        if self._marks is None:
            return
        first = 0
        for row in self._rows:
            if isinstance(row, ProseBlock):
                first += row.set_marks(self._marks, first)

    def _make(self, block: Block) -> ProseBlock | CodeBlock:
        row = self._spare(block)
        if isinstance(row, ProseBlock) and isinstance(block, Prose):
            row.set_prose(block)
        elif isinstance(row, CodeBlock) and isinstance(block, Code):
            row.set_code(block)
        else:
            row = self._make_new(block)
        if row in self._spares:
            self._spares.remove(row)
        row.show()
        return row

    def _prepare(self, block: Block) -> None:
        row = self._make_new(block)
        row.hide()
        self._spares.append(row)

    def _spare(self, block: Block) -> ProseBlock | CodeBlock | None:
        kind = ProseBlock if isinstance(block, Prose) else CodeBlock
        return next((row for row in self._spares if isinstance(row, kind)), None)

    def _make_new(self, block: Block) -> ProseBlock | CodeBlock:
        row: ProseBlock | CodeBlock
        row = ProseBlock(self, block) if isinstance(block, Prose) else CodeBlock(self, block, shown_blocks)
        row.link_asked.connect(self.link_asked)
        row.height_changed.connect(self.height_changed)
        if isinstance(row, ProseBlock):
            row.source_asked.connect(self.source_asked)
        return row

    def folded_text(self) -> str:
        """What is not built yet, about as it would be read."""
        waiting = (*self._later, *self._rest)
        return "\n".join(_TAG.sub("", row.html) if isinstance(row, Prose) else row.text for row in waiting)

    def unfold(self) -> None:
        """Builds all of it, in slices."""
        self._later += self._rest
        self._rest = []
        self._slices.add(self, self._build_later)

    def _build_later(self, until: float) -> bool:
        while self._later:
            if isinstance(self._later[0], Code) and self._spare(self._later[0]) is None:
                # The widget first, what it shows with the next slice.
                self._prepare(Code("", ""))
                return True
            self._rows.append(self._make(self._later.pop(0)))
            if time.perf_counter() > until:
                break
        self._mark_rows()
        self.retranslate()
        self.height_changed.emit()
        return bool(self._later)

    def retranslate(self) -> None:
        self._more.setVisible(bool(self._rest))
        if self._rest:
            hidden = format_count(sum(map(size, self._rest)))
            self._more.setText(self.tr("Show all ({count} more characters)").format(count=hidden))

    def restyle(self) -> None:
        for row in self._rows:
            row.restyle()

    def fit(self, width: int) -> int:
        """Places the rows for a width; returns the height of all."""
        self._width = width
        gap, y = themes.current.px(12), 0
        for index, row in enumerate(self._rows):
            height = row.fit(width)
            if index:
                y += gap
            row.setGeometry(0, y, width, height)
            y += height
        # What comes in a moment has its place already: what stands below need not move for it.
        y += sum(gap + rough_height(block, width) for block in self._later)
        if self._rest:
            hint = self._more.sizeHint()
            self._more.setGeometry(0, y + 8, hint.width(), hint.height())
            y += 8 + hint.height()
        return y

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != self._width:  # a layout may have asked for other widths since
            self.fit(event.size().width())


def shown_blocks(parent: QWidget, blocks: Sequence[Block], link_asked: Callable[[str], object]) -> AnswerBody:
    """A body of its own for blocks that are in another one."""
    body = AnswerBody(parent)
    body.link_asked.connect(link_asked)
    body.show_blocks(blocks)
    return body
