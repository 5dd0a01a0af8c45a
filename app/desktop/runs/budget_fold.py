"""What a run may use before it is asked for its answer."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QWidget

from agents.budget import Budget
from app.desktop.base.theme import themes
from app.desktop.forms.controls import Bounds, NumberField, SettingRow
from app.desktop.text.words import joined
from app.desktop.widgets.collapsible import Collapsible
from app.desktop.widgets.labels import text_label

MINUTE = 60.0
MOST = 100_000_000


class BudgetFold(Collapsible):
    """Steps, minutes, tokens and calls; 0 is no limit. What else a budget has stays as it was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._budget = Budget()
        self.steps, self.minutes = NumberField(Bounds(0, 10_000, 5, 0)), NumberField(Bounds(0, 10_000, 5, 0))
        self.tokens, self.calls = (
            NumberField(Bounds(0, MOST, 5_000, 0)),
            NumberField(Bounds(0, 100_000, 10, 0)),
        )
        self._rows = [SettingRow(field, self, margins=(0, 0, 0, 0)) for field in self._fields()]
        for row, field in zip(self._rows, self._fields(), strict=True):
            field.setMinimum(0)
            field.setGroupSeparatorShown(True)
            field.valueChanged.connect(lambda _: self._show_summary())
            self.inside.addWidget(row)
        self._note = text_label(self, "small", wraps=True)
        self.inside.addWidget(self._note)
        self.show_budget(Budget())
        self.refresh()

    def _fields(self) -> tuple[NumberField, ...]:
        return self.steps, self.minutes, self.tokens, self.calls

    def show_budget(self, budget: Budget) -> None:
        self._budget = budget
        values = (budget.steps, budget.seconds / MINUTE, budget.tokens, budget.calls)
        for field, value in zip(self._fields(), values, strict=True):
            field.setValue(value)
        self._show_summary()

    def budget(self) -> Budget:
        return msgspec.structs.replace(
            self._budget,
            steps=round(self.steps.value()),
            seconds=self.minutes.value() * MINUTE,
            tokens=round(self.tokens.value()),
            calls=round(self.calls.value()),
        )

    def _show_summary(self) -> None:
        steps, minutes = round(self.steps.value()), round(self.minutes.value())
        parts = []
        if steps:
            parts.append(self.tr("{count} steps").format(count=f"{steps:,}"))
        if minutes:
            parts.append(self.tr("{count} min").format(count=f"{minutes:,}"))
        self.set_words(self.tr("Budget"), joined(parts) or self.tr("no limit"))

    def retranslate(self) -> None:
        names = (self.tr("Steps"), self.tr("Minutes"), self.tr("Output tokens"), self.tr("Tool calls"))
        for field, row, name in zip(self._fields(), self._rows, names, strict=True):
            row.set_words(name, compact=True)
            field.setSpecialValueText(self.tr("no limit"))
        self._note.setText(
            self.tr(
                "When one is used up, the model is asked for its answer and the run stops. Resuming "
                "gives it as much again. Time spent waiting for you doesn’t count."
            )
        )
        self._show_summary()

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        for field in self._fields():
            field.setFixedWidth(px(120))
            field.lineEdit().setTextMargins(px(9), 0, 0, 0)
