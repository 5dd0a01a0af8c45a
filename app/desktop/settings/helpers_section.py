"""Which model does what tasks give to helpers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field
from app.desktop.settings.model_choice_section import ModelChoiceSection
from app.desktop.text.run_labels import model_name
from app.desktop.text.words import joined
from app.services.services import Services
from engine.remote.names import is_remote


class HelpersSection(ModelChoiceSection):
    """The model of helpers: that of the task, or another one."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, "subagent_model", _models, parent)
        self._models: list[tuple[str, str]] = []
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Helpers"))
        return (
            Field(
                "subagent_model",
                self.tr("Model for helpers"),
                self.tr(
                    "A task can give parts of itself to helpers. With a remote model, text leaves this computer. "
                    "Only one local model is loaded at a time, so local helpers use the task’s own."
                ),
                self.model,
            ),
        )

    def _take(self, found: list[tuple[str, str]]) -> None:
        self._models = found
        self._show_choices()

    def _show_choices(self) -> None:
        choices, chosen = [("", self.tr("The task’s own model")), *self._models], self.settings.subagent_model
        if chosen not in dict(choices):
            choices.append((chosen, model_name(chosen)))
        self.model.set_choices(self.tr("Model for helpers"), choices, chosen)


def _models(services: Services) -> list[tuple[str, str]]:
    """Names and words of the models here and on servers. Blocks on the disk."""
    from app.desktop.model_picker.model_list_loader import choices_of

    here = [
        (choice.use, joined([choice.name, choice.quantisation]))
        for choice in choices_of(services)
        if choice.usable and not is_remote(choice.use)
    ]
    servers = services.remote_servers.all()
    there = [
        (name, f"{model} · {server.shown}")
        for server in servers
        for name, model in zip(server.names, server.models, strict=True)
    ]
    return [*there, *here]
