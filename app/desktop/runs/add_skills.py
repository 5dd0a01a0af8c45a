"""Taking over skills: those of other programs, a folder or a ZIP file, each shown before it is copied."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_file, choose_folder
from app.desktop.run_view.guidance.text_sheet import TextSheet
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import breakable, set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row, discard
from app.desktop.widgets.tick_box import TickBox
from app.services.guidance.skill_import import Offered, add_offered, offered
from engine.errors import UserError


class _OfferRow(ThemedWidget):
    """A skill with its box; `read_wanted` asks for its text."""

    read_wanted = Signal()
    toggled = Signal()

    def __init__(self, skill: Offered, parent: QWidget) -> None:
        super().__init__(parent)
        self.skill = skill
        self.box = TickBox(self)
        self.name = text_label(self, "heading", wraps=True)
        self.about = wrapped_label(self, "small", selectable=False)
        self.read = push_button(self, "link")
        top = Qt.AlignmentFlag.AlignTop
        words = Column(self.name, self.about, spacing=2)
        Row((self.box, 0, top), (words, 1), (self.read, 0, top), parent=self, margins=(0, 4, 0, 4), spacing=8)
        self.box.toggled.connect(self.toggled)
        self.read.clicked.connect(self.read_wanted)
        self.refresh()

    def retranslate(self) -> None:
        skill = self.skill
        self.name.setText(breakable(skill.name))
        self.about.setText(breakable(skill.description))
        self.box.setAccessibleName(self.tr("Add the skill {name}").format(name=skill.name))
        set_texts(self.read, self.tr("Read"), self.tr("Read the skill {name}").format(name=skill.name))


class AddSkills(TextSheet):
    """`look` reads what other programs have, and opens. `added` comes when skills were copied."""

    added = Signal()

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self.rows: list[_OfferRow] = []
        self._looking: Task | None = None
        self._named = False  # what is shown was chosen by a person
        self._rows = Column(spacing=0)
        self.complaint = Complaint(self.card)
        column = self.scroller.column
        column.insertLayout(1, self._rows)
        self.inside.insertWidget(2, self.complaint)
        self.folder, self.zip = push_button(self.card), push_button(self.card)
        self.foot.insertWidget(0, self.zip)
        self.foot.insertWidget(0, self.folder)
        self.folder.clicked.connect(lambda: choose_folder(self, self.tr("Folder with skills"), self.look_at))
        self.zip.clicked.connect(
            lambda: choose_file(
                self, self.tr("ZIP file with skills"), self.tr("ZIP files (*.zip)"), self.look_at
            )
        )
        self.yes.clicked.connect(self.confirm)
        self.refresh()

    def look(self) -> None:
        self._looking = self._calls.do(
            lambda s: offered(), self._show_others, executor="files", owner=self, instead_of=self._looking
        )

    def look_at(self, path: str) -> None:
        """Show what is in a folder or a ZIP file that a person named."""
        self._looking = self._calls.do(
            lambda s: offered(Path(path)),
            lambda found: self.show_offers(found, tick=True),
            self.complaint.say,
            executor="files",
            owner=self,
            instead_of=self._looking,
        )

    def _show_others(self, found: tuple[Offered, ...]) -> None:
        self.complaint.say(None)
        self.show_offers(found, tick=False)
        self.open()

    def show_offers(self, found: tuple[Offered, ...], *, tick: bool) -> None:
        """These instead of those before; `tick`: a person has named them."""
        for row in self.rows:
            discard(row, self._rows)
        self.rows = []
        for skill in found:
            row = _OfferRow(skill, self.scroller.inside)
            row.read_wanted.connect(lambda row=row: self._read(row))
            row.toggled.connect(self._toggled)
            row.box.setChecked(tick)
            self.rows.append(row)
            self._rows.addWidget(row)
        self.complaint.say(None)
        self._named = tick
        self.text.hide()
        self.retranslate()
        self.fit()
        if len(found) == 1:
            self._read(self.rows[0])

    def _read(self, row: _OfferRow) -> None:
        self.show_text(row.skill.text)
        self.text.setAccessibleName(row.read.accessibleName())
        self.text.show()
        self.fit()
        # Once it has its room in the column.
        QTimer.singleShot(0, self, lambda: self.scroller.show_whole(self.text))

    def _toggled(self) -> None:
        self.yes.setEnabled(any(row.box.isChecked() for row in self.rows))

    def confirm(self) -> None:
        chosen = [row.skill for row in self.rows if row.box.isChecked()]
        if not chosen:
            return
        self.yes.setEnabled(False)
        self._calls.do(
            lambda s: add_offered(s.runs.skills, chosen),
            lambda _: self._done(),
            self._failed,
            executor="files",
            owner=self,
        )

    def _done(self) -> None:
        self.close_overlay()
        self.added.emit()

    def _failed(self, error: UserError) -> None:
        self.complaint.say(error)
        self._toggled()
        self.fit()
        self.added.emit()  # those before it are there

    def retranslate(self) -> None:
        self.title.setText(self.tr("Add skills"))
        found = self.tr("These belong to other programs on this computer.")
        if self._named:
            found = ""
        elif not self.rows:
            found = self.tr("No other program on this computer has any. Choose a folder or a ZIP file.")
        about = self.tr(
            "A skill is a folder with instructions for a kind of task. The model follows them when a task needs "
            "them, so read what you add."
        )
        self.about.setText(f"{about} {found}".strip())
        self.folder.setText(self.tr("Folder…"))
        self.zip.setText(self.tr("ZIP file…"))
        self.no.setText(self.tr("Cancel"))
        self.yes.setText(self.tr("Add"))
        self.card.setAccessibleName(self.title.text())
        self._toggled()
