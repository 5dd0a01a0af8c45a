"""What a project is called, and what its chats begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import TextArea
from app.desktop.forms.file_dialog import choose_files
from app.desktop.forms.line_list import Line, LineList
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.mode_choice import ModeChoice
from app.desktop.run_view.tools_fold import ToolsFold
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.overlay import Sheet
from app.services.runs.values import ToolAtHand
from app.store.records import ChatTools, Project, ProjectOptions
from engine.errors import UserError

WIDTH = 600


class ProjectSheet(Sheet):
    """`wanted` carries the name and the `ProjectOptions`, whose folder is still to be looked at: `close_overlay` or
    `say` follows. `delete_wanted` comes for a project that there is, `collections_wanted` for all collections."""

    wanted = Signal(str, object)
    collections_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._project: Project | None = None
        self._files: list[str] = []
        self._models: list[tuple[str, str]] = []
        self._collections: list[str] = []
        inside = self.scroller.inside
        self.name, self.instructions = TextField(inside), TextArea(inside)
        self.name.setMaxLength(120)
        self.model, self.folder = ChoiceButton(inside), FolderField(inside)
        self.mode, self.which = ModeChoice(inside), ToolsFold(inside)
        self.files, self.add_files = LineList(inside), push_button(inside, "bar")
        self.collection, self.collections = ChoiceButton(inside), push_button(inside, "bar")
        self._labels = [text_label(inside, "heading") for _ in range(7)]
        self._about = [wrapped_label(inside, "small", selectable=False) for _ in range(4)]
        self._complaint = Complaint(self.card)
        self.save = push_button(self.card, "primary")
        self.delete, self.cancel = push_button(self.card), push_button(self.card)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        name, instructions, model, folder, mode, files, collection = self._labels
        of_instructions, of_tools, of_files, of_collection = self._about
        left = Qt.AlignmentFlag.AlignLeft
        column = self.scroller.column
        for items in (
            (name, self.name),
            (instructions, of_instructions, self.instructions),
            (model, (self.model, 0, left)),
            (folder, of_tools, self.folder),
            (mode, self.mode, self.which),
            (files, of_files, self.files, (self.add_files, 0, left)),
            (collection, of_collection, Row(self.collection, self.collections, STRETCH, spacing=8)),
        ):
            column.addLayout(Column(*items, spacing=6))
        column.addStretch(1)
        column.setSpacing(16)
        for label, field in zip(
            self._labels,
            (
                self.name,
                self.instructions,
                self.model,
                self.folder,
                self.mode,
                self.add_files,
                self.collection,
            ),
            strict=True,
        ):
            label.setBuddy(field)
        self.inside.insertWidget(2, self._complaint)
        for item in (self.delete, STRETCH, self.cancel, self.save):
            self.foot.add(item)

    def _connect(self) -> None:
        self.name.textChanged.connect(lambda _: self._forgive())
        self.folder.changed.connect(self._folder_changed)
        self.which.opened.connect(lambda _: QTimer.singleShot(0, self, self.fit))
        self.add_files.clicked.connect(self._choose_files)
        self.files.acted.connect(self._drop_file)
        self.collections.clicked.connect(self.collections_wanted)
        self.save.clicked.connect(self.confirm)
        self.delete.clicked.connect(self._delete)
        self.cancel.clicked.connect(self.close_overlay)

    # What it is told

    def show_project(
        self,
        project: Project | None,
        models: Sequence[tuple[str, str]],
        recent: Sequence[str],
        at_hand: Sequence[ToolAtHand],
        servers: Sequence[str],
        collections: Sequence[str] = (),
    ) -> None:
        """A project, or a new one. `models` that can be chosen with their names; folders used before; tools and
        collections there are."""
        self._project, self._models, self._collections = project, list(models), list(collections)
        options = ProjectOptions() if project is None else project.options
        self.name.setText("" if project is None else project.name)
        self.instructions.setPlainText(options.instructions)
        self._files = list(options.files)
        self.model.set_value(options.model)
        self.collection.set_value(options.collection)
        self.folder.show_recent(recent)
        self.folder.show_folder("" if options.tools is None else options.tools.workspace)
        self.mode.set_mode("ask" if options.tools is None else options.tools.mode)
        self.which.open(False)
        self.which.show_tools(at_hand, servers)
        self.which.choose(None if options.tools is None else options.tools.names)
        self._complaint.say(None)
        self.retranslate()
        self._folder_changed()

    def show_collections(self, collections: Sequence[str], kept: str) -> None:
        """Those that there are now. In the place of one that was chosen and is gone comes what the project has,
        `kept`: that follows a new name."""
        self._collections = list(collections)
        if self.collection.value() not in self._collections:
            self.collection.set_value(kept if kept in self._collections else "")
        self._show_collections()

    def open(self) -> None:
        super().open()
        self.save.setEnabled(True)
        self.fit()
        self.scroller.verticalScrollBar().setValue(0)
        self.name.setFocus(Qt.FocusReason.PopupFocusReason)

    def say(self, error: UserError) -> None:
        """Why it cannot be so."""
        self.save.setEnabled(True)
        if not self.folder.takes(error):
            self._complaint.say(error)
        self.fit()

    def options(self) -> ProjectOptions:
        folder = self.folder.folder()
        tools = ChatTools(folder, self.mode.mode(), self.which.chosen()) if folder else None
        return ProjectOptions(
            self.instructions.toPlainText().strip(),
            self.model.value(),
            tools,
            tuple(self._files),
            self._project is not None and self._project.options.remembers,
            self.collection.value() or "",
        )

    def add(self, paths: Sequence[str]) -> None:
        """More files, each once."""
        self._files = list(dict.fromkeys((*self._files, *paths)))
        self._show_files()

    # Inside

    def confirm(self) -> None:
        if self.save.isEnabled():
            self.save.setEnabled(False)
            self.wanted.emit(self.name.text(), self.options())

    def _delete(self) -> None:
        self.close_overlay()
        self.delete_wanted.emit()

    def _forgive(self) -> None:
        self._complaint.say(None)
        self.save.setEnabled(True)

    def _folder_changed(self) -> None:
        """What tools may do is only asked where there is a folder for them."""
        with_tools = bool(self.folder.folder())
        for part in (self._labels[4], self.mode, self.which):
            part.setVisible(with_tools)
        self._forgive()
        QTimer.singleShot(0, self, self.fit)

    def _choose_files(self) -> None:
        choose_files(self, self.tr("Files of the project"), "", self.add)

    def _drop_file(self, number: int) -> None:
        del self._files[number]
        self._show_files()

    def _show_files(self) -> None:
        remove = self.tr("Remove")
        lines = [
            Line(Path(path).name, folder_text(str(Path(path).parent)), remove, f"{remove}: {Path(path).name}")
            for path in self._files
        ]
        self.files.show_lines(lines)
        QTimer.singleShot(0, self, self.fit)

    def retranslate(self) -> None:
        new = self._project is None
        self.title.setText(self.tr("New project") if new else self.tr("Project settings"))
        self.card.setAccessibleName(self.title.text())
        texts = (
            self.tr("Name"),
            self.tr("Instructions"),
            self.tr("Model of new chats"),
            self.tr("Folder for tools"),
            self.tr("What it may do without asking"),
            self.tr("Files"),
            self.tr("Collection"),
        )
        for label, text in zip(self._labels, texts, strict=True):
            label.setText(text)
        about = (
            self.tr("Used in all chats of the project, in place of the default system prompt."),
            self.tr(
                "In new chats of the project, answers may use tools in this folder. Leave it empty for none."
            ),
            self.tr("Type @ in a chat of the project to add one to a message. They stay where they are."),
            self.tr("Each question is looked up in it first, and the answer cites what it uses."),
        )
        for label, text in zip(self._about, about, strict=True):
            label.setText(text)
        self.instructions.setPlaceholderText(self.tr("What the model should know and do in this project"))
        none = (None, self.tr("The model in use"))
        chosen = self.model.value()
        known = [none, *self._models]
        if chosen not in [value for value, _ in known]:
            known.append((chosen, str(chosen)))
        self.model.set_choices(texts[2], known, chosen)
        self._show_collections()
        set_texts(self.collections, self.tr("Collections…"))
        set_texts(self.add_files, self.tr("Add files…"))
        set_texts(self.save, self.tr("Create") if new else self.tr("Save"))
        set_texts(self.delete, self.tr("Delete project"))
        self.delete.setVisible(not new)
        set_texts(self.cancel, self.tr("Cancel"))
        self._show_files()

    def _show_collections(self) -> None:
        """Nothing can be chosen where there are none."""
        chosen = self.collection.value() or ""
        known = list(dict.fromkeys((*self._collections, *([chosen] if chosen else []))))
        self.collection.set_choices(
            self.tr("Collection"), [("", self.tr("None")), *((name, name) for name in known)], chosen
        )
        self.collection.setVisible(bool(known))
        self._labels[6].setBuddy(self.collection if known else self.collections)
