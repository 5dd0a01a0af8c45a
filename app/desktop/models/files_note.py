"""The files of a model: where each lies, how large it is, and its hash."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.markdown.prose import PlainBlock
from app.desktop.models.library_text import hash_text, shown_path
from app.desktop.text.words import joined
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
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
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
            lines += [shown_path(file.path), joined([format_size(file.bytes), f"SHA-256 {known}"]), ""]
        if model.commit:
            lines.append(self.tr("Commit {commit}").format(commit=model.commit))
        self.words.set_text("\n".join(lines).strip())
        self.words.setAccessibleName(self.tr("Files of {name}").format(name=model.name))

        self._fit()

    def _fit(self) -> None:
        px = themes.current.px
        width = max(1, self.width() - 2 * px(12))
        height = self.words.fit(width)
        self.words.setGeometry(px(12), px(10), width, height)
        self.setFixedHeight(height + 2 * px(10))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._fit()

    def restyle(self) -> None:
        self.words.restyle()
        self._fit()
