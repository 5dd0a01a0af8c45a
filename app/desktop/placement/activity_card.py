"""The card of what the engine does: answers at work, how fast they come, and what was spared."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import set_texts, text_label
from app.format import format_count, format_percent, format_size, format_speed
from engine.activity import Activity

# Below this width the two columns stand one under the other.
TWO_COLUMNS_FROM = 720
_NOTHING = "–"


class ActivityCard(Card):
    """Hidden until there is something to tell. Its lines stay where they are while their numbers change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activity: Activity | None = None
        self._wide = True
        self.names = [text_label(self, "small", wraps=True) for _ in range(8)]
        self.values = [text_label(self, wraps=True, selectable=True) for _ in range(8)]
        for label in (*self.names, *self.values):
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._place()
        self.inside.addLayout(self._grid)
        self.refresh()
        self.hide()

    def show_activity(self, activity: Activity | None) -> None:
        """None hides the card."""
        self._activity = activity
        self.retranslate()
        self.setVisible(activity is not None)

    def lines(self) -> list[str]:
        """What a person reads, line by line."""
        return [f"{name.text()}: {value.text()}" for name, value in zip(self.names, self.values, strict=True)]

    def retranslate(self) -> None:
        activity = self._activity
        if activity is None:
            return
        at_rest = not (activity.answering or activity.waiting)
        if at_rest:  # its last word is of the time before that
            activity = msgspec.structs.replace(activity, decode_tps=0.0, prefill_tps=0.0, rows=0.0)
        self.set_title(self.tr("Activity"), self.tr("Idle") if at_rest else "")
        lines = (
            (self.tr("Answers"), self._answers(activity)),
            (self.tr("Writing"), self._speed(activity.decode_tps)),
            (self.tr("Reading"), self._speed(activity.prefill_tps)),
            (self.tr("Each step"), self._step(activity)),
            (self.tr("Reused"), self._reused(activity)),
            (self.tr("Predicted"), self._guessed(activity)),
            (self.tr("Context in use"), self._cells(activity)),
            (self.tr("Cached"), self._kept(activity)),
        )
        for (name, value), name_label, value_label in zip(lines, self.names, self.values, strict=True):
            name_label.setText(name)
            set_texts(value_label, value, f"{name}: {value}")

    def _answers(self, activity: Activity) -> str:
        if not activity.answering and not activity.waiting:
            return self.tr("none")
        words = self.tr("{count} active").format(count=format_count(activity.answering))
        if activity.waiting:
            words += ", " + self.tr("{count} waiting").format(count=format_count(activity.waiting))
        return words

    def _speed(self, tokens_per_second: float) -> str:
        if tokens_per_second <= 0:
            return _NOTHING
        return self.tr("{speed} tokens per second").format(speed=format_speed(tokens_per_second))

    def _step(self, activity: Activity) -> str:
        if activity.rows <= 0:
            return _NOTHING
        template = self.tr("{rows} tokens, {share} outside llama.cpp")
        return template.format(
            rows=format_speed(activity.rows), share=format_percent(activity.python_share, 1)
        )

    def _reused(self, activity: Activity) -> str:
        asked = activity.read + activity.reused
        if not asked:
            return _NOTHING
        template = self.tr("{percent} of {count} tokens of prompts")
        return template.format(percent=format_percent(activity.reused / asked), count=format_count(asked))

    def _guessed(self, activity: Activity) -> str:
        if not activity.drafted:
            return _NOTHING
        template = self.tr("{percent} of {count} tokens correct")
        return template.format(
            percent=format_percent(activity.accepted / activity.drafted), count=format_count(activity.drafted)
        )

    def _cells(self, activity: Activity) -> str:
        return self.tr("{used} of {size} tokens").format(
            used=format_count(activity.cells_used), size=format_count(activity.cells)
        )

    def _kept(self, activity: Activity) -> str:
        if not activity.kept_bytes and not activity.kept_disk_bytes:
            return _NOTHING
        template = self.tr("{ram} in memory, {disk} on disk")
        return template.format(
            ram=format_size(activity.kept_bytes), disk=format_size(activity.kept_disk_bytes)
        )

    def _place(self) -> None:
        rows = len(self.names) // 2 if self._wide else len(self.names)
        for index, (name, value) in enumerate(zip(self.names, self.values, strict=True)):
            column, row = divmod(index, rows)
            self._grid.addWidget(name, row, 2 * column)
            self._grid.addWidget(value, row, 2 * column + 1)
        for column, stretch in enumerate((0, 1, 0, 1) if self._wide else (0, 1, 0, 0)):
            self._grid.setColumnStretch(column, stretch)

    def resizeEvent(self, event: object) -> None:
        wide = self.width() >= themes.current.px(TWO_COLUMNS_FROM)
        if wide != self._wide:
            self._wide = wide
            self._place()

    def restyle(self) -> None:
        px = themes.current.px
        self._grid.setHorizontalSpacing(px(18))
        self._grid.setVerticalSpacing(px(6))
        for name in self.names:
            name.setMinimumWidth(px(110))
