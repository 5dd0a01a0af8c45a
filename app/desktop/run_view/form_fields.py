"""The fields of a form that a server asks to be filled in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from agents.permissions.visible import visible
from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.tick_box import TickBox
from app.services.connections.form_values import Field, Problem, chosen, entered, fields_of


class _Ticks(QWidget):
    """Choices of which any number may be on."""

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.boxes: list[tuple[str, TickBox]] = []
        default = field.default if isinstance(field.default, list) else []
        column = Column(parent=self)
        for value, words in field.choices:
            box = TickBox(self)
            box.setChecked(value in default)
            box.setAccessibleName(f"{visible(field.label)}: {visible(words)}")
            row = QHBoxLayout()
            row.addWidget(box)
            row.addWidget(text_label(self, "value", visible(words), wraps=True), 1)
            column.addLayout(row)
            self.boxes.append((value, box))


class _FieldRow(FittedWidget):
    """A field with its name, what the server says of it, and what is wrong with what was entered."""

    def __init__(self, field: Field, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._problem: Problem | None = None
        self._name = text_label(self, "value", "", wraps=True)
        self._about = text_label(self, "small", visible(field.description), wraps=True)
        self._about.setVisible(bool(field.description))
        self._complaint = text_label(self, "bad", "", wraps=True)
        self._complaint.hide()
        self.control = self._made()
        self.setFocusProxy(self.control.boxes[0][1] if self._has_boxes() else self.control)
        self._column = Column(parent=self, spacing=4)
        if field.kind == "switch":
            row = QHBoxLayout()
            row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(self._name, 1)
            self._column.addLayout(row)
            self._column.addWidget(self._about)
        else:
            for part in (self._name, self._about):
                self._column.addWidget(part)
            stays = field.kind == "choice"
            self._column.addWidget(
                self.control, 0, Qt.AlignmentFlag.AlignLeft if stays else Qt.AlignmentFlag(0)
            )
        self._column.addWidget(self._complaint)
        self.retranslate()

    def _has_boxes(self) -> bool:
        return isinstance(self.control, _Ticks) and bool(self.control.boxes)

    def _made(self) -> Any:
        field = self.field
        if field.kind == "switch":
            box = TickBox(self)
            box.setChecked(field.default is True)
            return box
        if field.kind == "choices":
            return _Ticks(field, self)
        if field.kind == "choice":
            return ChoiceButton(self)
        line = TextField(self)
        default = field.default
        known = isinstance(default, str | int | float) and not isinstance(default, bool)
        line.setText(str(default) if known else "")
        line.textEdited.connect(lambda _: self._complain(None))
        return line

    def value(self) -> tuple[Any, bool]:
        """What was entered, and whether it counts; None for what is left out."""
        field, control = self.field, self.control
        problem: Problem | None = None
        value: Any
        if field.kind == "switch":
            value = control.isChecked()
        elif field.kind == "choices":
            value, problem = chosen(field, [value for value, box in control.boxes if box.isChecked()])
            value = value or (value if field.required else None)
        elif field.kind == "choice":
            value = control.value()
            problem = Problem("missing") if value is None and field.required else None
        else:
            value, problem = entered(field, control.text())
        self._complain(problem)
        return value, problem is None

    def _complain(self, problem: Problem | None) -> None:
        if problem != self._problem:
            self._problem = problem
            self._show_problem()
            self.height_changed.emit()

    def _show_problem(self) -> None:
        show_text(self._complaint, "" if self._problem is None else self._problem_text(self._problem))

    def _problem_text(self, problem: Problem) -> str:
        limit = QLocale().toString(float(problem.limit), "g", 12)
        told = {
            "missing": self.tr("The server needs this."),
            "number": self.tr("Enter a number."),
            "integer": self.tr("Enter a whole number."),
            "low": self.tr("Enter {limit} or more."),
            "high": self.tr("Enter {limit} or less."),
            "short": self.tr("Enter at least {limit} characters."),
            "long": self.tr("Enter at most {limit} characters."),
            "few": self.tr("Choose {limit} or more."),
            "many": self.tr("Choose {limit} or fewer."),
            "email": self.tr("Enter an email address."),
            "uri": self.tr("Enter an address, such as https://example.org."),
            "date": self.tr("Enter a date, such as 2026-04-12."),
            "date-time": self.tr("Enter a date and time, such as 2026-04-12T09:30."),
        }
        return told[problem.code].format(limit=limit)

    def retranslate(self) -> None:
        label = visible(self.field.label)
        name = (
            label
            if self.field.required or self.field.kind == "switch"
            else self.tr("{name} (optional)").format(name=label)
        )
        self._name.setText(name)
        if self.field.kind == "choice":
            nothing = [] if self.field.required else [(None, self.tr("No answer"))]
            choices = [*nothing, *((value, visible(words)) for value, words in self.field.choices)]
            chosen_now = self.control.value()
            default = self.field.default if any(self.field.default == value for value, _ in choices) else None
            self.control.set_choices(name, choices, default if chosen_now is None else chosen_now)
            if self.control.value() is None and self.field.required:
                self.control.setText(self.tr("Choose…"))
        elif self.field.kind != "choices":
            self.control.setAccessibleName(name)
        self._show_problem()


class FormFields(FittedWidget):
    """All fields of a form. `entered`: Enter was pressed in one of them."""

    entered = Signal()

    def __init__(self, schema: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [_FieldRow(field, self) for field in fields_of(schema)]
        self._column = Column(parent=self, spacing=12)
        for row in self._rows:
            self._column.addWidget(row)
            row.height_changed.connect(self.height_changed)
        if self._rows:
            self.setFocusProxy(self._rows[0])

    def content(self) -> dict[str, Any] | None:
        """What was entered, without what is left out; None while something does not count, which then says why."""
        found: dict[str, Any] = {}
        wrong: _FieldRow | None = None
        for row in self._rows:
            value, counts = row.value()
            if not counts:
                wrong = wrong or row
            elif value is not None:
                found[row.field.name] = value
        if wrong is not None:
            wrong.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.entered.emit()
        else:
            super().keyPressEvent(event)
