"""What a search in documents is done with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.choice_button import ChoiceButton
from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.services import Services
from app.services.settings.settings import Settings


class SearchSection(FormSection):
    """The embedding model: the one that comes along, or one that is installed."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._calls = calls
        self._installed: list[tuple[str, str]] = []
        self._is_included = True
        self.model = ChoiceButton(self)
        self.model.chosen.connect(
            lambda path: calls.do(lambda s: s.settings.change(embedding_model=path), owner=self)
        )
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: look which models there are."""
        self._calls.do(_looked_up, self._take, executor="io", owner=self)

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, LibraryChanged) for event in events):
            self.open()

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self._show_choices()

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

    def retranslate(self) -> None:
        super().retranslate()
        self._show_choices()

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
