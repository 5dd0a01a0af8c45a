"""What a search in documents is done with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field
from app.desktop.settings.model_choice_section import ModelChoiceSection
from app.services.services import Services


class SearchSection(ModelChoiceSection):
    """The embedding model: the one that comes along, or one that is installed."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, "embedding_model", _looked_up, parent)
        self._installed: list[tuple[str, str]] = []
        self._is_included = True
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Search in documents"))
        return (
            Field(
                "embedding_model",
                self.tr("Embedding model"),
                self.tr(
                    "Finds passages by meaning. If you change it, your documents are prepared again in the"
                    " background; search keeps working. If a reranker is installed, it sorts the results."
                ),
                self.model,
            ),
        )

    def _take(self, found: tuple[bool, list[tuple[str, str]]]) -> None:
        self._is_included, self._installed = found
        self._show_choices()

    def _show_choices(self) -> None:
        first = self.tr("Included with Coterie") if self._is_included else self.tr("None, by words only")
        choices, chosen = [("", first), *self._installed], self.settings.embedding_model
        if chosen not in dict(choices):
            choices.append((chosen, Path(chosen).stem))
        self.model.set_choices(self.tr("Embedding model"), choices, chosen)


def _looked_up(services: Services) -> tuple[bool, list[tuple[str, str]]]:
    """Whether a model comes along, and the files and names of those that are installed."""
    from engine.embedding.included import included_model

    found = services.search_models.embedding()
    return included_model() is not None, [(model.path, model.name) for model in found]
