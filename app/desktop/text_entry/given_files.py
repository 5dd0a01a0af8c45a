"""Files that a person drops or pastes where they write a message or a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.tasks import run_in_background
from app.desktop.text_entry.drops import Drops
from app.desktop.text_entry.entry import TextEntry
from app.desktop.widgets.banner import Banner, BannerAction
from app.format import format_size

if TYPE_CHECKING:
    from app.desktop.text_entry.reading import GivenFile


class GivenFiles(QObject):
    """Puts text files into `edit` as code blocks; of what cannot be put there `strip` says so in one sentence, and
    `changed` tells that it says something else. Takes what is dropped anywhere on `page`. `offer` gives what a person
    can do with the folder of a file that does not fit."""

    changed = Signal()

    def __init__(
        self, page: QWidget, edit: TextEntry, offer: Callable[[str], BannerAction] | None = None
    ) -> None:
        super().__init__(page)
        self._edit, self._offer = edit, offer
        self.strip = Banner(page)
        self.strip.closed.connect(self.changed)
        edit.files_given.connect(self._read)
        edit.refused.connect(self._refuse)
        Drops(page, edit)

    def _read(self, paths: Sequence[Path]) -> None:
        from app.desktop.text_entry.reading import MOST_FILES, read

        self._clear()
        taken = list(paths)[:MOST_FILES]
        run_in_background(
            lambda: read(taken),
            lambda files: self._take(files, left_out=len(paths) > MOST_FILES),
            executor="io",
            owner=self._edit,
        )

    def _take(self, files: Sequence[GivenFile], *, left_out: bool) -> None:
        from app.desktop.text_entry.reading import MOST_FILES, fenced

        told: dict[str, None] = {}
        folder = ""
        for file in files:
            if file.kind == "text" and self._edit.insert_paragraph(fenced(file)):
                continue
            sentence, its_folder = self._sentence(file)
            told.setdefault(sentence)
            folder = folder or its_folder
        if left_out:
            told.setdefault(self.tr("Only the first {count} files were added.").format(count=MOST_FILES))
        if told:
            self._say(" ".join(told), folder)

    def _sentence(self, file: GivenFile) -> tuple[str, str]:
        """What is said of a file that was not put in, and the folder where tools could read it, "" for none."""
        name, above = file.path.name, str(file.path.parent)
        if file.kind == "folder":
            text = self.tr("A folder doesn’t fit into a message, but the model can work in it with tools.")
            return text, str(file.path)
        if file.kind == "picture":
            return self.tr("Attach pictures to a new question in a chat."), ""
        if file.kind == "document":
            text = self.tr("“{name}” can’t be added to a message yet, but the model can read it with tools.")
            return text.format(name=name), above
        if file.kind in ("long", "text"):
            text = self.tr(
                "“{name}” is too long for a message ({size}), but the model can read it with tools."
            )
            return text.format(name=name, size=format_size(file.size)), above
        if file.kind == "other":
            return self.tr("“{name}” isn’t text, so it wasn’t added.").format(name=name), ""
        return self.tr("“{name}” couldn’t be read.").format(name=name), ""

    def _refuse(self, what: str, size: int) -> None:
        if what == "picture":
            self._say(self.tr("Attach pictures to a new question in a chat."), "")
        else:
            text = self.tr(
                "This text is too long for a message ({size}). Save it as a file, and the model can read it with "
                "tools."
            )
            self._say(text.format(size=format_size(size)), "")

    def _say(self, text: str, folder: str) -> None:
        actions = []
        if folder and self._offer is not None:
            action = self._offer(folder)
            actions = [BannerAction(action.text, partial(self._act, action))]
        self.strip.say(text, actions)
        self.changed.emit()

    def _act(self, action: BannerAction) -> None:
        self._clear()
        action.act()

    def _clear(self) -> None:
        if not self.strip.isHidden():
            self.strip.hide()
            self.changed.emit()
