"""Which widget shows a line."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.run_view.steps.line_widget import LineWidget
from app.desktop.run_view.steps.said_rows import AnswerRow, EndRow, QuietRow, SaidRow, WordsRow
from app.desktop.run_view.steps.step_lines import (
    AnswerLine,
    CallLine,
    EndLine,
    Line,
    QuietLine,
    SaidLine,
    ThoughtLine,
    WordsLine,
)
from app.desktop.run_view.steps.step_row import StepRow


def on_card(line: Line) -> bool:
    return isinstance(line, CallLine | ThoughtLine | WordsLine | QuietLine)


def line_widget(parent: QWidget, line: Line) -> LineWidget:
    """The widget for a line."""
    match line:
        case CallLine() | ThoughtLine():
            return StepRow(parent, line, line_widget)
        case WordsLine():
            return WordsRow(parent, line)
        case QuietLine():
            return QuietRow(parent, line)
        case SaidLine():
            return SaidRow(parent, line)
        case AnswerLine():
            return AnswerRow(parent, line)
        case EndLine():
            return EndRow(parent, line)
