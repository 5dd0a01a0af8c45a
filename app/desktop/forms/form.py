"""Forms from data: each row is told by what it changes, its words and its editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtWidgets import QWidget

from app.desktop.forms.checked_field import CheckedField
from app.desktop.forms.controls import Bounds, OptionalNumber, Section, SettingRow, TextArea
from app.desktop.widgets.segmented import SegmentedControl
from app.desktop.widgets.switch import Switch
from app.services.settings.settings import Settings

# The values that can be chosen, each with the text that names it.
Choices = Sequence[tuple[object, str]]


class Number(NamedTuple):
    """A number within bounds that may be left to its default. `default` names that one, `fallback` is its value where
    it is known."""

    bounds: Bounds
    default: str
    fallback: float | None = None


class Text(NamedTuple):
    """A text: one line that is checked before it counts, or an area of `lines`."""

    placeholder: str = ""
    area: bool = False


class Field(NamedTuple):
    """A row. `key` names what it changes. `editor` is a widget of its own, what to make one of, or None for a switch.

    A widget of its own changes nothing unless it has `chosen` and `show_value`.
    """

    key: str
    label: str
    help: str = ""
    editor: Choices | Number | Text | QWidget | None = None
    below: bool = False


class Form:
    """Makes the rows of fields and keeps them up to date. `change(key, value)` is called for what a person does.

    `compact` keeps explanations for the tool tips.
    """

    def __init__(
        self,
        add_row: Callable[..., SettingRow],
        change: Callable[[str, Any], None],
        *,
        compact: bool = False,
    ) -> None:
        self._add_row, self._change, self._compact = add_row, change, compact
        self.rows: dict[str, SettingRow] = {}
        self.editors: dict[str, Any] = {}
        self._values: dict[str, dict[str, object]] = {}

    def show(self, fields: Sequence[Field], value_of: Callable[[str], Any]) -> None:
        """Rows are made when their field is first there; after that their words and values change."""
        for field in fields:
            if field.key not in self.rows:
                editor = self.editors[field.key] = self._editor(field)
                below = field.below or isinstance(field.editor, Text)
                self.rows[field.key] = self._add_row(editor, below=below)
            self.rows[field.key].set_words(field.label, field.help, compact=self._compact)
            self._show_value(field, value_of)

    def _editor(self, field: Field) -> QWidget:
        key, made = field.key, field.editor
        if isinstance(made, QWidget):
            if hasattr(made, "show_value"):
                made.chosen.connect(lambda value: self._change(key, value))  # type: ignore[attr-defined]
            return made
        if made is None:
            switch = Switch()
            switch.clicked.connect(lambda on: self._change(key, on))
            return switch
        if isinstance(made, Number):
            number, digits = OptionalNumber(made.bounds), made.bounds.digits
            number.changed.connect(
                lambda value: self._change(key, value if digits or value is None else round(value))
            )
            return number
        if isinstance(made, Text):
            text = TextArea() if made.area else CheckedField()
            text.changed.connect(lambda value: self._change(key, value))
            return text
        choice = SegmentedControl()
        choice.chosen.connect(lambda word: self._change(key, self._values[key][word]))
        return choice

    def _show_value(self, field: Field, value_of: Callable[[str], Any]) -> None:
        editor, made = self.editors[field.key], field.editor
        if isinstance(made, QWidget):
            if hasattr(made, "show_value"):
                made.show_value(value_of(field.key))
        elif made is None:
            editor.setChecked(value_of(field.key))
        elif isinstance(made, Number):
            editor.show_value(value_of(field.key), made.fallback, made.default)
        elif isinstance(made, Text):
            editor.show_text(value_of(field.key) or "")
            (editor if made.area else editor.field).setPlaceholderText(made.placeholder)
        else:
            self._values[field.key] = {str(value): value for value, _ in made}
            editor.set_choices([(str(value), words) for value, words in made], str(value_of(field.key)))


class FormSection(Section):
    """A section whose rows are `fields()`. Before `take_settings` it shows the defaults.

    `change` changes fields of the settings, by name; None where all rows have widgets of their own.
    """

    def __init__(
        self, change: Callable[..., None] | None, parent: QWidget | None = None, *, compact: bool = False
    ) -> None:
        super().__init__(parent)
        self.settings = Settings()
        self.form = Form(
            self.add_row, lambda key, value: change(**{key: value}) if change else None, compact=compact
        )
        self.editors = self.form.editors

    def fields(self) -> Sequence[Field]:
        """The rows, in the language and with the settings of now; none where all are widgets of their own."""
        return ()

    def value_of(self, key: str) -> Any:
        return getattr(self.settings, key, None)

    def take_settings(self, settings: Settings) -> None:
        self.settings = settings
        self.retranslate()

    def retranslate(self) -> None:
        self.form.show(self.fields(), self.value_of)
