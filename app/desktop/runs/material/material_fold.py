"""What a run may read besides its folder: a collection that it searches, and files and folders for its commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import SettingRow
from app.desktop.forms.file_dialog import choose_file, choose_folder
from app.desktop.forms.line_list import Line, LineList
from app.desktop.run_view.folder_field import FolderField
from app.desktop.text.run_labels import folder_text
from app.desktop.text.words import counted, joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.collapsible import Collapsible
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Row
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

# After the last letter of a folder's name that is typed.
PATIENCE_MS = 300


class Material(msgspec.Struct, frozen=True):
    """The name of a collection, "" for none, and paths that commands may read, as in `RunSpec`."""

    collection: str = ""
    readable: tuple[str, ...] = ()


NO_MATERIAL = Material()


class MaterialFold(Collapsible):
    """Begins in each folder with what the last run there had, until a person chooses otherwise."""

    def __init__(self, folder: FolderField, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self._calls: ServiceCalls | None = None
        self._names: tuple[str, ...] = ()
        self._material = NO_MATERIAL
        self._chosen_for: str | None = None  # the folder for which a person has chosen
        self.collection = ChoiceButton(self)
        self._row = SettingRow(self.collection, self, margins=(0, 0, 0, 0))
        self._title, self._about = text_label(self), text_label(self, "small", wraps=True)
        self.list, self.complaint = LineList(self), Complaint(self)
        self.add_folder, self.add_file = push_button(self), push_button(self)
        for widget in (self._row, self._title, self._about, self.list):
            self.inside.addWidget(widget)
        self.inside.addLayout(Row(self.add_folder, self.add_file, STRETCH, spacing=8))
        self.inside.addWidget(self.complaint)
        self._patience = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._patience.timeout.connect(self.look)
        self.collection.chosen.connect(
            lambda name: self._choose(msgspec.structs.replace(self._material, collection=name))
        )
        self.list.acted.connect(self._remove)
        self.add_folder.clicked.connect(
            lambda: choose_folder(self, self.tr("Folder that commands may read"), self.add)
        )
        self.add_file.clicked.connect(
            lambda: choose_file(self, self.tr("File that commands may read"), "", self.add)
        )
        self.refresh()

    def attach(self, calls: ServiceCalls) -> None:
        self._calls = calls
        self._folder.changed.connect(self._folder_changed)

    def _folder_changed(self) -> None:
        """What was read in another folder is nothing for this one."""
        if self._folder.folder() != self._chosen_for:
            self._material = NO_MATERIAL
            self.retranslate()
        self._patience.start()

    def look(self) -> None:
        """Which collections there are, and what was read in the folder before."""
        if self._calls is None:
            return
        folder = self._folder.folder()
        self._calls.do(
            lambda s: (_collections(s), _before(s, folder)),
            lambda found: self._take(folder, *found),
            lambda _: None,
            executor="io",
            owner=self,
        )

    def _take(self, folder: str, names: tuple[str, ...], before: Material) -> None:
        self._names = names
        if folder == self._folder.folder() and folder != self._chosen_for:
            self._material = before
        self.retranslate()

    def show_material(self, material: Material) -> None:
        """What a run had, or nothing: then that of the folder comes."""
        self._chosen_for = None if material == NO_MATERIAL else self._folder.folder()
        self._material = material
        self.say(None)
        self.retranslate()
        self.look()

    def material(self) -> Material:
        return self._material

    def add(self, path: str) -> None:
        """Let commands read a path, if that can be."""
        if self._calls is None:
            return
        self.say(None)
        self._calls.do(lambda s: s.runs.readable(path), self._added, self.say, executor="io", owner=self)

    def say(self, error: UserError | None) -> None:
        """Why something cannot be read."""
        self.complaint.say(error)
        if error is not None:
            self.open()

    def _added(self, path: str) -> None:
        known = self._material.readable
        self._choose(msgspec.structs.replace(self._material, readable=tuple(dict.fromkeys((*known, path)))))

    def _remove(self, number: int) -> None:
        paths = self._material.readable
        rest = tuple(path for place, path in enumerate(paths) if place != number)
        self._choose(msgspec.structs.replace(self._material, readable=rest))

    def _choose(self, material: Material) -> None:
        self._material, self._chosen_for = material, self._folder.folder()
        self.say(None)
        self.retranslate()

    def retranslate(self) -> None:
        collection, paths = self._material.collection, self._material.readable
        known = [*self._names, *([collection] if collection and collection not in self._names else [])]
        choices = [("", self.tr("None")), *((name, name) for name in known)]
        self.collection.set_choices(self.tr("Collection"), choices, collection)
        self._row.setVisible(bool(known))
        self._row.set_words(self.tr("Collection it searches"))
        self._title.setText(self.tr("Files and folders"))
        self._about.setText(
            self.tr(
                "Commands may read these, but not change them. Keys, passwords, and tokens in them stay hidden."
            )
        )
        remove, said = self.tr("Remove"), self.tr("Commands may no longer read {path}")
        shown = [folder_text(path) for path in paths]
        self.list.show_lines([Line(path, "", remove, said.format(path=path)) for path in shown])
        set_texts(self.add_folder, self.tr("Add a folder…"), self.tr("Let commands read another folder"))
        set_texts(self.add_file, self.tr("Add a file…"), self.tr("Let commands read another file"))
        self.set_words(self.tr("More to read"), self._summary(collection, paths))

    def _summary(self, collection: str, paths: Sequence[str]) -> str:
        told = counted(len(paths), self.tr("1 path"), self.tr("{count} paths")) if paths else ""
        return joined([collection, told]) or self.tr("nothing besides its folder")


def _collections(services: Services) -> tuple[str, ...]:
    return tuple(services.collections.names()) if services.collections.exist else ()


def _before(services: Services, folder: str) -> Material:
    """What the last run in a folder had."""
    started = services.runs.last_start(folder) if folder else None
    return NO_MATERIAL if started is None else Material(started.collection, started.readable)
