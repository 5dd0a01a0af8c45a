"""Lines between the steps: quiet sentences, what was said, answers, and how a run ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.markdown.body import QUICK_TEXT, AnswerBody
from app.desktop.run_view.bubble import Bubble
from app.desktop.run_view.steps import step_text
from app.desktop.run_view.steps.line_widget import NUMBER, OVERHANG, LineWidget
from app.desktop.run_view.steps.step_lines import (
    AnswerLine,
    EndLine,
    Line,
    QuietLine,
    SaidLine,
    WordsLine,
)
from app.desktop.widgets.banner import Banner
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.labels import text_label
from app.desktop.widgets.layouts import Column
from app.markdown.markdown import Block, parse
from app.services.runs.reasons import why_ended


class QuietRow(LineWidget):
    """A quiet sentence among the steps; on a card it stands under their words."""

    def __init__(self, parent: QWidget, line: QuietLine) -> None:
        super().__init__(parent)
        self._note = text_label(self, "small", wraps=True)
        self._column = Column(self._note, parent=self)
        self.set_on_card(True)
        self.show_line(line)

    def set_on_card(self, on: bool) -> None:
        self._column.set_margins(*((OVERHANG + NUMBER, 9, OVERHANG, 9) if on else (0, 0, OVERHANG, 0)))

    def show_line(self, line: Line) -> None:
        assert isinstance(line, QuietLine)
        self._line = line
        self.retranslate()

    def retranslate(self) -> None:
        self._note.setText(step_text.quiet_text(self._line))


class WordsRow(LineWidget):
    """What the model said before its calls, as Markdown."""

    def __init__(self, parent: QWidget, line: WordsLine) -> None:
        super().__init__(parent)
        self._body = AnswerBody(self)
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._body.show_blocks(parse(line.text[:QUICK_TEXT]))
        Column(self._body, parent=self, margins=(OVERHANG, 8, OVERHANG, 8))
        self.setAccessibleName(line.text[:QUICK_TEXT])

    def restyle(self) -> None:
        self._body.restyle()


class SaidRow(LineWidget):
    """The user's words, in a bubble as in a chat."""

    def __init__(self, parent: QWidget, line: SaidLine) -> None:
        super().__init__(parent)
        self._bubble = Bubble(self, line.text, 0.9)
        self._bubble.height_changed.connect(self.height_changed)
        Column(self._bubble, parent=self)
        self.retranslate()

    def retranslate(self) -> None:
        self._bubble.words.setAccessibleName(self.tr("Your request"))

    def restyle(self) -> None:
        self._bubble.restyle()


class AnswerRow(LineWidget):
    """The model's word at the end, as Markdown; nothing in it is loaded, and a link asks before it opens."""

    def __init__(self, parent: QWidget, line: AnswerLine) -> None:
        super().__init__(parent)
        self._body = AnswerBody(self)
        self._body.height_changed.connect(self.height_changed)
        self._body.link_asked.connect(self.link_asked)
        self._copy = CopyButton(self, lambda: line.text)
        self._body.show_blocks(parse(line.text[:QUICK_TEXT]))
        if len(line.text) > QUICK_TEXT:
            background().submit(lambda: parse(line.text), self._parsed)
        Column(self._body, (self._copy, 0, Qt.AlignmentFlag.AlignLeft), parent=self, spacing=6)
        self.retranslate()

    def _parsed(self, blocks: Sequence[Block]) -> None:
        if isValid(self):
            self._body.show_blocks(blocks)
            self.height_changed.emit()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Answer"))
        self._copy.setAccessibleName(self.tr("Copy this answer"))

    def restyle(self) -> None:
        self._body.restyle()


class EndRow(LineWidget):
    """Why the run ended, in a frame."""

    def __init__(self, parent: QWidget, line: EndLine) -> None:
        super().__init__(parent)
        self._line = line
        self._banner = Banner(self, framed=True)
        Column(self._banner, parent=self)
        self.retranslate()

    def retranslate(self) -> None:
        line = self._line
        quiet = line.reason in ("user", "paused", "idle")
        colour = "muted" if quiet else "bad" if line.status == "failed" else "warning"
        self._banner.say(languages.tell(why_ended(line.reason, line.error)), colour=colour)
