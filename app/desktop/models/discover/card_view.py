"""The model card: its author's words, built piece by piece so that the window never waits for them."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.tasks import Task, run_in_background
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.markdown.body import segments, shown_blocks
from app.desktop.markdown.code import CodeBlock
from app.desktop.markdown.prose import ProseBlock
from app.desktop.models.discover.card_text import card_text, piece_blocks
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import discard
from app.markdown.markdown import Block, Prose

# How long one slice may build or lay out before the window gets its turn.
SLICE_S = 0.006
# The pieces that are built at once: about a screen and a half; the rest follows when it comes into sight.
FIRST_PIXELS = 1600


class ModelCard(ThemedWidget):
    """Blocks below each other, as wide as the widget. `link_asked` carries an address of the card.

    What lies below `reach` is not built: whoever scrolls says how far down one can see.
    """

    link_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._pieces: list[str] = []  # not parsed yet
        self._waiting: list[Block] = []  # not built yet
        self._rows: list[ProseBlock | CodeBlock] = []
        self._heights: list[int] = []
        self._cut = False
        self._reach = FIRST_PIXELS
        self._width = 0
        self._fitted = 0  # rows from here on have the height of another width
        self._parsing: Task | None = None
        self._more = text_label(self, "small", wraps=True)
        self._more.hide()
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._slices.timeout.connect(self._work)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.refresh()

    def show_card(self, text: str) -> None:
        """The card as its author wrote it; "" shows nothing."""
        if text == self._text:
            return
        self._text = text
        self.clear_rows()
        if self._parsing is not None:
            self._parsing.cancel()
            self._parsing = None
        if text:
            card = card_text(text)
            self._pieces, self._cut = list(card.pieces), card.cut
            self._parse()

    def _parse(self) -> None:
        """Read the next piece, in a thread, once what was read before stands there."""
        if self._parsing is None and self._pieces:
            piece = self._pieces.pop(0)
            self._parsing = run_in_background(
                lambda: piece_blocks(piece), self._take, executor="io", owner=self
            )

    def _take(self, blocks: tuple[Block, ...]) -> None:
        self._parsing = None
        self._waiting += [block for block, _ in segments(blocks)]
        self._go_on()

    def clear_rows(self) -> None:
        for row in self._rows:
            discard(row)
        self._rows, self._heights, self._waiting, self._pieces = [], [], [], []
        self._cut, self._reach, self._fitted = False, FIRST_PIXELS, 0
        self._place()

    def reach(self, pixels: int) -> None:
        """Have so much of it ready, from its top."""
        if pixels > self._reach:
            self._reach = pixels
            self._go_on()

    def is_built(self) -> bool:
        """Whether all that is in reach stands there."""
        return self._parsing is None and not self._slices.isActive()

    def _make(self, block: Block) -> ProseBlock | CodeBlock:
        row: ProseBlock | CodeBlock
        if isinstance(block, Prose):
            row = ProseBlock(self, block)
            row.setAccessibleName(self.tr("Text of the model card") if "<a href" in block.html else "")
        else:
            row = CodeBlock(self, block, shown_blocks)
        row.link_asked.connect(self.link_asked)
        row.height_changed.connect(self._refit)
        row.show()
        return row

    def _go_on(self) -> None:
        """Work on between other events, while anybody sees it."""
        if self.isVisible():
            self._slices.start()

    def _work(self) -> None:
        """One slice: rows of another width are laid out again first, then new ones are built."""
        end = time.perf_counter() + SLICE_S
        width = self.width()
        if width != self._width:
            self._width, self._fitted = width, 0
        while time.perf_counter() < end:
            if self._fitted < len(self._rows):
                self._heights[self._fitted] = self._rows[self._fitted].fit(width)
            elif self._waiting and sum(self._heights) < self._reach:
                row = self._make(self._waiting.pop(0))
                self._rows.append(row)
                self._heights.append(row.fit(width))
            else:
                break
            self._fitted += 1
        else:
            self._go_on()
        if not self._waiting and sum(self._heights) < self._reach:
            self._parse()
        self._place()

    def _refit(self) -> None:
        self._fitted = 0
        self._go_on()

    def _place(self) -> None:
        gap, y = themes.current.px(12), 0
        for row, height in zip(self._rows, self._heights, strict=True):
            row.setGeometry(0, y, self._width, height)
            y += height + gap
        self._more.setVisible(self._cut and not (self._waiting or self._pieces) and bool(self._rows))
        if not self._more.isHidden():
            high = self._more.heightForWidth(max(1, self._width))
            self._more.setGeometry(0, y, self._width, high)
            y += high + gap
        if y != self.minimumHeight():
            self.setFixedHeight(y)

    def resizeEvent(self, event: object) -> None:
        if self.width() != self._width and self._rows:
            self._go_on()
        else:
            self._width = self.width()

    def hideEvent(self, event: object) -> None:
        self._slices.stop()

    def showEvent(self, event: object) -> None:
        if self._waiting or self._fitted < len(self._rows):
            self._go_on()

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(300), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(90), self.minimumHeight())

    def retranslate(self) -> None:
        self._more.setText(self.tr("The card continues on the model page."))

    def restyle(self) -> None:
        for row in self._rows:
            row.restyle()
        if self._rows:
            self._refit()
