"""What is given to be attached: files, pictures and long texts, chosen, dropped or pasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app.desktop.chat.attaching.pasted_picture import as_png
from app.desktop.chat.attaching.readings import Reading
from app.desktop.chat.composer import Composer
from app.desktop.chat.shown_chat import ShownChat

# So many files at once.
MOST_FILES = 20


class Giving(QObject):
    """`given` carries a Reading; `too_many` comes with the number of files that were taken. `taken` gives the names
    of what is attached."""

    given = Signal(object)
    too_many = Signal(int)

    def __init__(self, shown: ShownChat, composer: Composer, taken: Callable[[], set[str]]) -> None:
        super().__init__(composer)
        self._shown, self._composer, self._taken = shown, composer, taken
        composer.edit.files_given.connect(self.give_files)
        composer.edit.text_given.connect(self._give_text)
        composer.edit.picture_given.connect(self._give_picture)

    def choose(self) -> None:
        """Let a person choose files."""
        dialog = QFileDialog(self._composer.window(), self.tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda files: self.give_files(list(map(Path, files))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def give_files(self, paths: Sequence[Path]) -> None:
        for path in paths[:MOST_FILES]:
            self.given.emit(Reading(self._shown.now, path.name, path))
        if len(paths) > MOST_FILES:
            self.too_many.emit(MOST_FILES)

    def _give_text(self, text: str) -> None:
        name = self._free_name(self.tr("Pasted text"))
        content = text.encode("utf-8", "replace")
        self.given.emit(Reading(self._shown.now, name, lambda _: (name, content)))

    def _give_picture(self, picture: QImage) -> None:
        name = self._free_name(self.tr("Pasted picture"), ".png")
        self.given.emit(Reading(self._shown.now, name, lambda _: (name, as_png(picture))))

    def _free_name(self, name: str, ending: str = "") -> str:
        """One that nothing attached has."""
        taken = self._taken()
        names = [f"{name}{ending}", *(f"{name} {number}{ending}" for number in range(2, len(taken) + 3))]
        return next(each for each in names if each not in taken)
