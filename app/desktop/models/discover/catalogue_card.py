"""One model of the catalogue: its name, why one would want it, and how it would fit this machine."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.text.verdict_text import Tone
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import one_of_many
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row

TICK = 15


class CatalogueLine(msgspec.Struct, frozen=True):
    """What a card shows, in the language that is on. `chip` is the verdict, "" while there is none; `short` is
    `about` where there is less room, `signs` what the model can do."""

    repo: str
    variant: str
    name: str
    why: str
    about: str
    size: str
    chip: str = ""
    tone: Tone = "accent"
    sentence: str = ""
    here: bool = False
    short: str = ""
    signs: str = ""


class CatalogueCard(QPushButton):
    """Chosen by a click, Enter or space. `moved` carries the step that an arrow key asks for: columns, rows."""

    moved = Signal(int, int)
    focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = CatalogueLine("", "", "", "", "", "")
        self.setProperty("kind", "catalogue")
        one_of_many(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        right = Qt.TextElideMode.ElideRight
        self._name = ElidedLabel(self, pixels=15, bold=True, mode=right)
        self._about = ElidedLabel(self, pixels=12, mode=right)
        self._about.setProperty("kind", "fine")
        self._here, self._why, self._chip = QLabel(self), wrapped_label(self, "small"), Chip(self)
        self._why.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for label in (self._name, self._here, self._why, self._chip, self._about):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        head = Row((self._name, 1), self._here, spacing=6)
        foot = Row(self._chip, STRETCH, margins=(0, 6, 0, 0))
        Column(head, self._about, self._why, STRETCH, foot, parent=self, margins=(16, 14, 16, 14), spacing=4)

    def show_line(self, line: CatalogueLine) -> None:
        self.line = line
        here = self.tr("in your library") if line.here else ""
        said = [line.name, line.why, line.about, line.signs, line.size, line.sentence or line.chip, here]
        self.setAccessibleName(". ".join(part.rstrip(".") for part in said if part))
        self.setToolTip(line.sentence)
        self._name.set_whole(line.name)
        self._here.setPixmap(icon("check", "good", TICK).pixmap(themes.current.px(TICK)))
        self._here.setVisible(line.here)
        self._why.setText(line.why)
        self._chip.say(line.chip, line.tone)
        self._chip.setVisible(bool(line.chip))
        forms = (
            [line.size, line.about, line.signs],
            [line.size, line.short, line.signs],
            [line.size, line.about],
            [line.size, line.short],
        )
        self._about.set_forms([joined(parts) for parts in forms])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(*step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()
