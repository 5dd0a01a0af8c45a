"""The files of a model: where each lies, how large it is, and its hash."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.markdown.prose import PlainBlock
from app.desktop.models.library_text import hash_text
from app.desktop.text.run_labels import folder_text
from app.desktop.text.words import joined
from app.desktop.widgets.layouts import Column
from app.format import format_size
from app.store.records import LibraryModel


class FilesNote(ThemedWidget):
    """Text that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self._model: LibraryModel | None = None
        # A text that breaks anywhere: paths and hashes have no spaces, and are copied as they are.
        self.words = PlainBlock(self, "", pixels=12, quiet=True, fixed=True)
        Column(self.words, parent=self, margins=(12, 10, 12, 10))
        self.refresh()

    def show_model(self, model: LibraryModel) -> None:
        self._model = model
        self.retranslate()

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        lines = []
        for file in model.files:
            known = hash_text(file.sha256) or self.tr("not computed yet. Verify computes it.")
            lines += [folder_text(file.path), joined([format_size(file.bytes), f"SHA-256 {known}"]), ""]
        if model.commit:
            lines.append(self.tr("Commit {commit}").format(commit=model.commit))
        self.words.set_text("\n".join(lines).strip())
        self.words.setAccessibleName(self.tr("Files of {name}").format(name=model.name))

    def restyle(self) -> None:
        self.words.restyle()
