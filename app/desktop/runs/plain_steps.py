"""What a run did, line by line, and the question that it asks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from agents.events import Entry, ModelTurn, RunFinished, ToolCalled, ToolResult
from agents.permissions.values import ApprovalRequest, Decision
from app.desktop.live import LiveWidget
from app.desktop.models.labels import wrapped_label
from app.services.events import RunDelta
from app.services.run_values import RunView


class PlainSteps(LiveWidget):
    """`decided` carries a call and a `Decision`."""

    decided = Signal(str, object)
    undo_wanted = Signal(object, object, int)
    seen_wanted = Signal(int)
    resume_wanted = Signal(str, object)
    text_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request: ApprovalRequest | None = None
        self._lines = QPlainTextEdit(self)
        self._lines.setReadOnly(True)
        self._lines.setProperty("kind", "field")
        self._question = wrapped_label(self)
        self.allow, self.deny = QPushButton(self), QPushButton(self)
        self.allow.setProperty("kind", "primary")
        bar = QHBoxLayout()
        bar.addWidget(self.allow)
        bar.addWidget(self.deny)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self._lines, 1)
        column.addWidget(self._question)
        column.addLayout(bar)
        self.allow.clicked.connect(lambda: self._decide(Decision(True)))
        self.deny.clicked.connect(lambda: self._decide(Decision(False)))
        self.ask(None)
        self.refresh()

    def show_run(self, view: RunView, entries: Sequence[Entry]) -> None:
        self._lines.clear()
        self.append(entries)
        self.ask(view.pending)

    def append(self, entries: Sequence[Entry]) -> None:
        for line in filter(None, (_line(entry) for entry in entries)):
            self._lines.appendPlainText(line)

    def set_view(self, view: RunView) -> None:
        self.ask(view.pending)

    def delta(self, delta: RunDelta) -> None:
        """The whole comes with its turn."""

    def show_text(self, handle: str, text: str) -> None:
        self._lines.appendPlainText(text)

    def ask(self, request: ApprovalRequest | None) -> None:
        self._request = request
        for widget in (self._question, self.allow, self.deny):
            widget.setVisible(request is not None)
        if request is not None:
            self._question.setText(request.subject)

    def _decide(self, decision: Decision) -> None:
        if self._request is not None:
            self.decided.emit(self._request.call, decision)

    def retranslate(self) -> None:
        self._lines.setAccessibleName(self.tr("Steps of the run"))
        self.allow.setText(self.tr("Allow once"))
        self.deny.setText(self.tr("Deny"))
        for button in (self.allow, self.deny):
            button.setAccessibleName(button.text())


def _line(entry: Entry) -> str:
    event = entry.event
    if isinstance(event, ModelTurn):
        return f"{event.step}  {event.content.strip()}".strip()
    if isinstance(event, ToolCalled):
        return f"    {event.name}({event.arguments})"
    if isinstance(event, ToolResult):
        return f"    {event.summary or event.status}"
    return event.answer if isinstance(event, RunFinished) else ""
