"""Which model carries a run out: the one in use, another of this machine, or one elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import Bounds, NumberField, SettingRow
from app.desktop.runs.tools_line import ToolsLine
from app.desktop.text.remote_marks import leaving
from app.desktop.text.run_labels import model_name
from app.desktop.text.tool_rating_text import rating_text
from app.desktop.text.words import joined
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.store.records import ToolRating
from engine.errors import UserError
from engine.remote.names import is_remote, read_name

if TYPE_CHECKING:
    from app.services.services import Services

OTHER = "?"  # no model is named so
MOST_AGAIN = 5


class RunModel(msgspec.Struct, frozen=True):
    """A model that a run can have; `name` is what `RunSpec.model` takes, `path` its file on this computer, `rating`
    how well it uses tools, where that was checked."""

    name: str
    shown: str
    path: str = ""
    rating: ToolRating | None = None


def run_models(services: Services) -> tuple[RunModel, ...]:
    """What can be chosen besides the model in use. Blocks on the disk."""
    from app.desktop.model_picker.model_list_loader import choices_of

    usable = [choice for choice in choices_of(services) if choice.usable and not is_remote(choice.use)]
    checks = services.tool_checks.by_path(choice.path for choice in usable)
    found = [
        RunModel(
            choice.use,
            joined([choice.name, choice.quantisation]),
            choice.path,
            checks[choice.path].rating if choice.path in checks else None,
        )
        for choice in usable
    ]
    for server in services.remote_servers.all():
        found += [
            RunModel(name, f"{model} · {server.shown}")
            for name, model in zip(server.names, server.models, strict=True)
        ]
    return tuple(found)


class ModelField(ThemedWidget):
    """`changed` comes when another model is meant."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, rates: bool = True) -> None:
        """`rates`: how well a model uses tools is told, and can be checked."""
        super().__init__(parent)
        self._rates = rates
        self._models: tuple[RunModel, ...] = ()
        self._used: tuple[str, ...] = ()
        self._in_use = self._path = ""
        self.choice = ChoiceButton(self)
        self.other = TextField(self)
        self._context = NumberField(Bounds(0, 100_000_000, 1024, 0))
        self._context_row = SettingRow(self._context, self, margins=(0, 0, 0, 0))
        self._context.setMinimum(0)
        self._context.setGroupSeparatorShown(True)
        self.leaves = wrapped_label(self, "warning")
        self.tools = ToolsLine(self)
        self.complaint = Complaint(self)
        Column(
            (self.choice, 0, Qt.AlignmentFlag.AlignLeft),
            self.other,
            self._context_row,
            self.tools,
            self.leaves,
            self.complaint,
            parent=self,
            spacing=6,
        )
        self.setFocusProxy(self.choice)
        self.choice.chosen.connect(lambda _: self._chosen())
        self.other.textChanged.connect(lambda _: self._show_state())
        self.refresh()

    def show_models(self, models: Sequence[RunModel]) -> None:
        self._models = tuple(models)
        self._show_choices(self.choice.value())

    def show_used(self, names: Sequence[str]) -> None:
        """The models of earlier runs; those elsewhere are offered again, the latest first."""
        self._used = tuple(dict.fromkeys(names))
        self._show_choices(self.choice.value())

    def _again(self) -> list[RunModel]:
        known = {model.name for model in self._models}
        names = [name for name in self._used if name not in known and read_name(name) is not None]
        return [RunModel(name, model_name(name)) for name in names[:MOST_AGAIN]]

    def is_in_use(self) -> bool:
        """Whether the chosen model is the one that is loaded."""
        path = next((model.path for model in self._models if model.name == self.model()), "")
        return self.model() in ("", self._path) or (bool(path) and path == self._path)

    def show_in_use(self, name: str, path: str) -> None:
        """What the model in use is called, and where it lies; "" while there is none."""
        self._in_use, self._path = name, path
        self._show_choices(self.choice.value())

    def model(self) -> str:
        """As `RunSpec.model` takes it."""
        value = self.choice.value()
        return self.other.text().strip() if value == OTHER else str(value or "")

    def context(self) -> int:
        """As `RunSpec.context` takes it, of a model elsewhere; 0 for what is set for it."""
        return round(self._context.value()) if self._is_elsewhere() else 0

    def set_context(self, tokens: int) -> None:
        self._context.setValue(tokens)

    def _is_elsewhere(self) -> bool:
        return is_remote(self.model() or self._path)

    def choose(self, name: str) -> None:
        """One by its name, in the list or not; "" is the one in use."""
        known = name == "" or any(model.name == name for model in (*self._models, *self._again()))
        self.other.setText("" if known else name)
        self._show_choices(name if known else OTHER)

    def text_leaves(self) -> str:
        """The host that what the run reads would be sent to; "" for a model of this computer."""
        remote = leaving(self.model() or self._path)
        return remote.host if remote is not None else ""

    def say(self, error: UserError | None) -> None:
        """Why this model cannot be used."""
        self.complaint.say(error)

    def _chosen(self) -> None:
        self._show_state()
        if self.choice.value() == OTHER:
            self.other.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_choices(self, value: object) -> None:
        in_use = self.tr("The model in use")
        if self._in_use:
            in_use = self.tr("The model in use: {name}").format(name=self._in_use)
        offered = (*self._models, *self._again())
        choices = [("", in_use), *((model.name, _words(model)) for model in offered)]
        choices.append((OTHER, self.tr("Another, by name…")))
        names = [name for name, _ in choices]
        if value == OTHER and self.other.text().strip() in names:
            value = self.other.text().strip()  # it can be chosen by now
        self.choice.set_choices(self.tr("Model"), choices, value if value in names else "")
        self._show_state()

    def _show_state(self) -> None:
        self.say(None)
        self.other.setVisible(self.choice.value() == OTHER)
        self._context_row.setVisible(self._is_elsewhere())
        self._show_tools()
        host = self.text_leaves()
        self.leaves.setVisible(bool(host))
        self.leaves.setText(
            self.tr(
                "Text leaves this computer: the task, and whatever the model reads from your files, goes to {host}."
            ).format(host=host)
        )
        self.changed.emit()

    def _show_tools(self) -> None:
        """How well the chosen model uses tools, where it is a file of this computer."""
        if not self._rates:
            self.tools.hide()
            return
        name = self.model()
        known = {model.name: model for model in self._models}
        chosen = known.get(name) if name else None
        if name == "":
            chosen = next((model for model in self._models if model.path == self._path), None)
            path, shown = self._path, self._in_use
        else:
            path, shown = (chosen.path, chosen.shown) if chosen else ("", "")
        here = "" if is_remote(path) else path
        self.tools.show_model(here, shown, chosen.rating if chosen else None)

    def retranslate(self) -> None:
        self._context_row.set_words(
            self.tr("Context in tokens"),
            self.tr("How much the model sees at once, if you know better than its server."),
        )
        self._context.setSpecialValueText(self.tr("automatic"))
        self.other.setPlaceholderText(self.tr("openai:http://127.0.0.1:8000/v1#model, or the path of a file"))
        self.other.setAccessibleName(self.tr("Name of the model"))
        self._show_choices(self.choice.value())

    def restyle(self) -> None:
        px = themes.current.px
        self._context.setFixedWidth(px(120))
        self._context.lineEdit().setTextMargins(px(9), 0, 0, 0)


def _words(model: RunModel) -> str:
    return joined([model.shown, rating_text(model.rating) if model.rating else ""])
