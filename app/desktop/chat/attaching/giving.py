"""What is given to be attached: files, pictures and long texts, chosen, dropped, pasted or taken of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from app.desktop.chat.attaching.pasted_picture import as_png
from app.desktop.chat.attaching.readings import Reading
from app.desktop.chat.composer import Composer
from app.desktop.chat.shown_chat import ShownChat
from app.services.chat.attachments.given_files import read_file

if TYPE_CHECKING:
    from app.desktop.chat.attaching.screenshot import Screenshot

# So many files at once.
MOST_FILES = 20


class Giving(QObject):
    """`given` carries a Reading; `too_many` comes with the number of files that were taken, `no_screenshot` where the
    system lets nobody have one. `taken` gives the names of what is attached."""

    given = Signal(object)
    too_many = Signal(int)
    no_screenshot = Signal()

    def __init__(self, shown: ShownChat, composer: Composer, taken: Callable[[], set[str]]) -> None:
        super().__init__(composer)
        self._shown, self._composer, self._taken = shown, composer, taken
        composer.edit.files_given.connect(self.give_files)
        composer.edit.text_given.connect(self._give_text)
        composer.edit.picture_given.connect(
            lambda picture: self._give_picture(self.tr("Pasted picture"), picture)
        )
        self._screenshot: Screenshot | None = None

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

    def capture(self) -> None:
        """Let a person choose a region of the screen."""
        if self._screenshot is None:
            from app.desktop.chat.attaching.screenshot import Screenshot  # few are taken

            self._screenshot = Screenshot(self)
            self._screenshot.taken.connect(lambda picture: self._give_picture(self.tr("Screenshot"), picture))
            self._screenshot.written.connect(self._give_written)
            self._screenshot.refused.connect(self.no_screenshot)
        self._screenshot.begin(self._composer.window())

    def _give_written(self, path: str, is_ours: bool) -> None:
        name = self._free_name(self.tr("Screenshot"), ".png")
        self.given.emit(Reading(self._shown.now, name, lambda _: (name, _content(Path(path), is_ours))))

    def _give_picture(self, name: str, picture: QImage) -> None:
        name = self._free_name(name, ".png")
        self.given.emit(Reading(self._shown.now, name, lambda _: (name, as_png(picture))))

    def _free_name(self, name: str, ending: str = "") -> str:
        """One that nothing attached has."""
        taken = self._taken()
        names = [f"{name}{ending}", *(f"{name} {number}{ending}" for number in range(2, len(taken) + 3))]
        return next(each for each in names if each not in taken)


def _content(path: Path, is_ours: bool) -> bytes:
    """A picture that the system has written. Raises UserError."""
    try:
        return read_file(path)
    finally:
        if is_ours:
            path.unlink(missing_ok=True)
