"""What a run has left running in the background: the command, its port, its last lines, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.run_view.line_row import LineRow
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import breakable, show_text, wrapped_label
from app.desktop.widgets.layouts import Column, discard
from app.services.runs.values import InBackground, RunView

_MOST = 8  # commands, the latest


class CommandRow(ThemedWidget):
    """`line` has the command with its state, `output` its last lines."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = LineRow("square", self)
        self.output = wrapped_label(self, "fine")
        Column(self.line, self.output, parent=self, spacing=4)
        self.refresh()

    def restyle(self) -> None:
        self.output.setFont(themes.current.fixed_font(11))


class BackgroundCard(Card):
    """`stop_wanted` carries the id of a command. Not there as long as there is none."""

    stop_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands: tuple[InBackground, ...] = ()
        self._here = True
        self.rows: list[CommandRow] = []
        self._rows = Column(spacing=10)
        self.inside.addLayout(self._rows)
        self.refresh()
        self.hide()

    def show_view(self, view: RunView, *, here: bool = True) -> None:
        """`here`: this process carries the run out, and can stop what it has started."""
        if (view.background, here) != (self._commands, self._here):
            self._commands, self._here = view.background, here
            self.retranslate()
        self.setVisible(bool(view.background))

    def _state(self, one: InBackground) -> str:
        if one.runs and one.ports:
            return self.tr("port {port}").format(port=", ".join(map(str, one.ports)))
        if one.runs:
            return self.tr("running")
        if one.reason == "exit" and one.code < 0:
            return self.tr("ended (signal {signal})").format(signal=-one.code)
        if one.reason == "exit":
            return self.tr("ended ({code})").format(code=one.code)
        return self.tr("stopped")

    def retranslate(self) -> None:
        self.set_title(self.tr("In the background"))
        shown = self._commands[-_MOST:]
        while len(self.rows) < len(shown):
            row = CommandRow(self)
            row.line.acted.connect(self.stop_wanted)
            self._rows.addWidget(row)
            self.rows.append(row)
        for row in self.rows[len(shown) :]:
            discard(row, self._rows)
        del self.rows[len(shown) :]
        for row, one in zip(self.rows, shown, strict=True):
            row.line.show_words(one.command, self._state(one), whole=one.command)
            stoppable = one.runs and self._here
            name = self.tr("Stop {command}").format(command=one.command) if stoppable else ""
            row.line.show_button(name, one.id)
            show_text(row.output, breakable(one.lines.rstrip()))
