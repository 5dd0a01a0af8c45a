"""Which model it is, what it sees in tokens, and the way to the very messages."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from agents.events import ContextPart
from app.desktop.run_view.line_row import LineRow, fit_lines
from app.desktop.text.run_labels import model_name
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import breakable, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import Column
from app.format import format_context
from app.services.runs.values import RunView


class SeenCard(Card):
    """`seen_wanted` asks for the messages."""

    seen_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[ContextPart, ...] = ()
        self._name = ""
        self._follows: tuple[str, ...] = ()
        self._unfollowed: tuple[str, ...] = ()
        self.rows: list[LineRow] = []
        self._rows = Column(spacing=4)
        self.model = ElidedLabel(self, pixels=13)
        self.follows = wrapped_label(self, "small")
        self._words = wrapped_label(self, "small")
        self.open = push_button(self, "bar")
        self.open.clicked.connect(self.seen_wanted)
        self.inside.addWidget(self.model)
        self.inside.addWidget(self.follows)
        self.inside.addLayout(self._rows)
        self.inside.addWidget(self._words)
        self.inside.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def show_view(self, view: RunView) -> None:
        name = model_name(view.record.model)
        shown = (view.parts, name, view.follows, view.unfollowed)
        if shown != (self._parts, self._name, self._follows, self._unfollowed):
            self._parts, self._name, self._follows, self._unfollowed = shown
            self.retranslate()

    def lines(self) -> list[tuple[str, str]]:
        """Each part with its tokens, as it is shown."""
        found: dict[str, int] = {}
        shortened: dict[str, int] = {}
        for part in self._parts:
            if part.tokens or part.name == "reserve":
                name = self._part_name(part)
                found[name] = found.get(name, 0) + part.tokens
                # Tools are told briefly for other reasons than results are.
                shortened[name] = shortened.get(name, 0) + (part.shortened if part.name == "results" else 0)
        lines = []
        for name, tokens in found.items():
            words = format_context(tokens)
            if shortened[name]:
                words = self.tr("{tokens} ({count} shortened)").format(tokens=words, count=shortened[name])
            lines.append((name, words))
        return lines

    def _part_name(self, part: ContextPart) -> str:
        return {
            "system": self.tr("System and tools"),
            "tools": self.tr("System and tools"),
            "task": self.tr("Task"),
            "turns": self.tr("Its own text"),
            "results": self.tr("Results"),
            "summary": self.tr("Summary"),
            "reserve": self.tr("Reserved for the answer"),
        }[part.name]

    def retranslate(self) -> None:
        self.set_title(self.tr("What the model sees"))
        self.model.set_whole(self._name)
        self.model.setVisible(bool(self._name))
        told = []
        if self._follows:
            told.append(self.tr("Follows {names}").format(names=", ".join(self._follows)))
        if self._unfollowed:
            told.append(self.tr("Doesn’t follow {names}").format(names=", ".join(self._unfollowed)))
        show_text(self.follows, "\n".join(map(breakable, told)))
        lines = self.lines()
        fit_lines(self.rows, len(lines), self._rows, self)
        for row, (name, tokens) in zip(self.rows, lines, strict=True):
            row.show_words(
                name, tokens, whole=self.tr("{name}: {tokens} tokens").format(name=name, tokens=tokens)
            )
        self._words.setText("" if lines else self.tr("Nothing yet."))
        self._words.setVisible(not lines)
        set_texts(self.open, self.tr("Show the messages"), self.tr("Show the messages that the model sees"))
        self.open.setVisible(bool(lines))
