"""Reads what the reasoning switch of a model changes, and shows it over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.models.library_text import library_title
from app.store.records import LibraryModel

if TYPE_CHECKING:
    from app.desktop.models.prompt_changes import ShownPrompt
    from app.desktop.models.proof_sheet import ProofSheet
    from app.services.models.reasoning_proof import ReasoningProof
    from app.services.services import Services

Read = tuple["ReasoningProof", tuple["ShownPrompt", ...]]


def read_proof(services: Services, id: str) -> Read:
    """From the file of a model in the library. Raises UserError `library.not_found`, `library.missing`, `model.*`,
    `template.*`."""
    from app.desktop.models.prompt_changes import shown_prompts
    from app.services.models.reasoning_proof import proof_of
    from engine.gguf.reading import read_index
    from engine.gguf.summary import summarize

    proof = proof_of(summarize(read_index(services.library.located(services.library.get(id)))))
    return proof, shown_prompts(proof.prompts)


class ProofControl(QObject):
    """Its sheet covers the window of `view`."""

    def __init__(self, calls: ServiceCalls, view: QWidget) -> None:
        super().__init__(view)
        self._calls, self._view = calls, view
        self._task: Task | None = None
        self.sheet: ProofSheet | None = None

    def show(self, model: LibraryModel) -> None:
        """Open the sheet; what is in the file follows."""
        if self.sheet is None:
            from app.desktop.models.proof_sheet import ProofSheet  # when it is wanted first

            self.sheet = ProofSheet(self._view.window())
        id, sheet = model.id, self.sheet
        if self._task is not None:
            self._task.cancel()
        sheet.show_waiting(library_title(model))
        sheet.open()
        self._task = self._calls.do(
            lambda s: read_proof(s, id),
            lambda read: sheet.show_proof(*read),
            sheet.show_error,
            executor="files",
            owner=self,
        )
