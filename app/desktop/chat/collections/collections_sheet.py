"""The collections over the window: what each consists of, how far it is read, and what could not be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.chat.collections.collection_text import (
    failed_text,
    pause_text,
    place,
    skipped_text,
    state_text,
)
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_files, choose_folder
from app.desktop.forms.line_list import Line, LineList
from app.desktop.text_entry.entry import local_files
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.overlay import Sheet
from app.services.collections.background import Pause
from app.services.collections.collections import Status
from engine.errors import UserError

WIDTH = 640


class CollectionsSheet(Sheet):
    """Signals carry the name of a collection; `add_wanted` also the paths of folders and files, and `remove_wanted`
    the paths of sources, none for all of it. `used` carries the one that the chat searches from now on, "" for
    none."""

    make_wanted = Signal(str)
    # With the name it is to have.
    rename_wanted = Signal(str, str)
    add_wanted = Signal(str, list)
    remove_wanted = Signal(str, list)
    used = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._found: tuple[Status, ...] = ()
        self._pause: Pause = ""
        # What the field for a name is open for.
        self._naming: Literal["", "new", "rename"] = ""
        # The collection of the chat, and the one that is shown or will be once it is there.
        self._in_use, self._shown = "", ""
        inside = self.scroller.inside
        self.about = wrapped_label(inside, "small", selectable=False)
        self.choice = ChoiceButton(inside)
        self.rename, self.new = push_button(inside, "bar"), push_button(inside, "bar")
        self._head = FlowRow(inside, self.choice, self.rename, self.new)
        self.name, self.make = TextField(inside), push_button(inside)
        self.name.setMaxLength(100)
        self.state, self.pause = wrapped_label(inside), wrapped_label(inside, "small")
        self.sources = LineList(inside)
        self.add_folder, self.add_files = push_button(inside, "bar"), push_button(inside, "bar")
        self._failed_head, self.failed = text_label(inside, "heading"), wrapped_label(inside, "small")
        self.skipped = wrapped_label(inside, "small")
        self._complaint = Complaint(self.card)
        self.use, self.done = push_button(self.card), push_button(self.card, "primary")
        self.delete = push_button(self.card)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self.refresh()

    def _lay_out(self) -> None:
        column = self.scroller.column
        for item in (
            self.about,
            self._head,
            Row((self.name, 1), self.make, spacing=8),
            Column(self.state, self.pause, spacing=4),
            self.sources,
            Row(self.add_folder, self.add_files, STRETCH, spacing=8),
            Column(self._failed_head, self.failed, spacing=4),
            self.skipped,
        ):
            column.add(item)
        column.addStretch(1)
        column.setSpacing(14)
        self.inside.insertWidget(2, self._complaint)
        for button in (self.delete, STRETCH, self.use, self.done):
            self.foot.add(button)

    def _connect(self) -> None:
        self.choice.chosen.connect(self.show_collection)
        self.new.clicked.connect(lambda: self._ask_name("new"))
        self.rename.clicked.connect(lambda: self._ask_name("rename"))
        self.make.clicked.connect(self._make)
        self.name.textChanged.connect(lambda _: self._complaint.say(None))
        self.sources.acted.connect(self._remove_source)
        self.add_folder.clicked.connect(
            lambda: choose_folder(self, self.tr("Add a folder"), lambda path: self._add([Path(path)]))
        )
        self.add_files.clicked.connect(
            lambda: choose_files(
                self, self.tr("Add files"), "", lambda paths: self._add([Path(path) for path in paths])
            )
        )
        self.delete.clicked.connect(self._remove)
        self.use.clicked.connect(self._use)
        self.done.clicked.connect(self.close_overlay)

    # What it is told

    def show_found(self, found: Sequence[Status], pause: Pause) -> None:
        """All collections, and why nothing is read now."""
        self._found, self._pause = tuple(found), pause
        self._show()

    def show_collection(self, name: str) -> None:
        """One of them, now or when it is there."""
        self._shown, self._naming = name, ""
        self._complaint.say(None)
        self._show()

    def show_use(self, name: str) -> None:
        """The collection that the chat searches, "" for none."""
        self._in_use = name
        self._show()

    def open(self) -> None:
        super().open()
        self._naming = ""
        self._complaint.say(None)
        self._show()
        self.scroller.verticalScrollBar().setValue(0)
        (self.choice if self._found else self.add_folder).setFocus(Qt.FocusReason.PopupFocusReason)

    def say(self, error: UserError) -> None:
        """Why something was not done."""
        self._complaint.say(error)
        self.fit()

    @property
    def shown(self) -> Status | None:
        """The collection in sight."""
        named = next((each for each in self._found if each.collection.name == self._shown), None)
        return named or next(iter(self._found), None)

    # Inside

    def confirm(self) -> None:
        if self.name.hasFocus():
            self._make()
        else:
            self.close_overlay()

    def _ask_name(self, naming: Literal["new", "rename"]) -> None:
        self._naming = naming
        shown = self.shown
        self.name.setText(shown.collection.name if naming == "rename" and shown is not None else "")
        self.name.selectAll()
        self._show()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make(self) -> None:
        if self._naming == "new":
            self.make_wanted.emit(self.name.text())
        elif self.shown is not None:
            self.rename_wanted.emit(self.shown.collection.name, self.name.text())

    def _add(self, paths: list[Path]) -> None:
        """To what is shown; where there is none, to one that is called as the first of them."""
        shown = self.shown
        name = paths[0].name if shown is None else shown.collection.name
        self.add_wanted.emit(name, paths)

    def _remove(self) -> None:
        if self.shown is not None:
            self.remove_wanted.emit(self.shown.collection.name, [])

    def _remove_source(self, number: int) -> None:
        if self.shown is not None:
            self.remove_wanted.emit(self.shown.collection.name, [self.shown.sources[number].path])

    def _use(self) -> None:
        if self.shown is not None:
            name = self.shown.collection.name
            self.close_overlay()
            self.used.emit("" if name == self._in_use else name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := local_files(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._add(paths)

    def _show(self) -> None:
        shown = self.shown
        names = [(each.collection.name, each.collection.name) for each in self._found]
        self.choice.set_choices(self.tr("Collection"), names, shown and shown.collection.name)
        for part in (self._head, self.delete, self.use):
            part.setVisible(shown is not None)
        self._head.refit()
        self.name.setVisible(bool(self._naming))
        self.make.setVisible(bool(self._naming))
        set_texts(self.make, self.tr("Rename") if self._naming == "rename" else self.tr("Create"))
        self.name.setPlaceholderText(self.tr("Name of the collection"))
        self.name.setAccessibleName(self.name.placeholderText())
        failed = () if shown is None else shown.failed
        self._failed_head.setVisible(bool(failed))
        show_text(self.pause, pause_text(shown, self._pause) if shown is not None else "")
        show_text(self.state, "" if shown is None else state_text(shown))
        show_text(self.failed, failed_text(failed))
        show_text(self.skipped, "" if shown is None else skipped_text(shown))
        remove = self.tr("Remove")
        self.sources.show_lines(
            [
                Line(*place(source), remove, f"{remove}: {os.fsdecode(source.path)}")
                for source in (() if shown is None else shown.sources)
            ],
            "" if shown is None else self.tr("It’s empty. Add folders or files, or drop them here."),
        )
        in_use = shown is not None and shown.collection.name == self._in_use
        set_texts(self.use, self.tr("Don’t use in this chat") if in_use else self.tr("Use in this chat"))
        QTimer.singleShot(0, self, self.fit)

    def retranslate(self) -> None:
        self.title.setText(self.tr("Collections"))
        self.card.setAccessibleName(self.title.text())
        self.about.setText(
            self.tr(
                "Folders and files that Coterie searches to answer a question. They stay where they are, "
                "and nothing leaves this computer unless you ask a model on a server."
            )
        )
        set_texts(self.new, self.tr("New collection…"))
        set_texts(self.rename, self.tr("Rename…"))
        set_texts(self.add_folder, self.tr("Add a folder…"))
        set_texts(self.add_files, self.tr("Add files…"))
        set_texts(self.delete, self.tr("Remove collection"))
        set_texts(self.done, self.tr("Done"))
        self._failed_head.setText(self.tr("Couldn’t be read"))
        self._show()
