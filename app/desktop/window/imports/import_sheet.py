"""What files of chats hold: how many can be imported, which can’t be read and why, and how far the import is."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.forms.checked_field import Complaint
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, breakable, set_texts, wrapped_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.slim_bar import SlimBar
from app.services.chat.exchange.values import Imported
from engine.errors import UserError

WIDTH = 560
# Lines of chats that can’t be read; more are counted.
SHOWN = 50
Stage = Literal["looking", "found", "importing"]


class ImportSheet(Sheet):
    """`import_wanted` comes once a person has seen what was found, `stop_wanted` while it is being imported."""

    import_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self.stage: Stage = "looking"
        self._found, self._done = Imported(), 0
        inside = self.scroller.inside
        self.words = wrapped_label(inside)
        self.bar = SlimBar(inside)
        self.unread, self.reasons = wrapped_label(inside, "heading"), wrapped_label(inside, "small")
        for item in (self.words, self.bar, self.unread, self.reasons):
            self.scroller.column.addWidget(item)
        self.scroller.column.addStretch(1)
        self.scroller.column.setSpacing(12)
        self.complaint = Complaint(self.card)
        self.inside.insertWidget(2, self.complaint)
        self.cancel, self.go = push_button(self.card), push_button(self.card, "primary")
        for button in (STRETCH, self.cancel, self.go):
            self.foot.add(button)
        self.cancel.clicked.connect(self._cancel)
        self.go.clicked.connect(self.confirm)
        self.refresh()

    # What it is told

    def show_looking(self, found: Imported) -> None:
        """The files are still being read."""
        self._show("looking", found)

    def show_found(self, found: Imported) -> None:
        """All was read: ask."""
        self._show("found", found)
        announce(self, self.words.text())
        (self.go if found.imported else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_importing(self, done: int) -> None:
        """So many of those that were found are here now."""
        self._done = done
        self._show("importing", self._found)

    def say(self, error: UserError) -> None:
        """Why it could not go on. It can be tried again."""
        self._show("found", self._found)
        self.complaint.say(error)
        self.complaint.show()
        self.fit()

    def open(self) -> None:
        super().open()
        self.fit()
        self.cancel.setFocus(Qt.FocusReason.PopupFocusReason)

    def confirm(self) -> None:
        if self.stage == "found" and self._found.imported:
            self.import_wanted.emit()

    # Inside

    def _cancel(self) -> None:
        if self.stage == "importing":
            self.stop_wanted.emit()
        else:
            self.close_overlay()

    def _show(self, stage: Stage, found: Imported) -> None:
        self.stage, self._found = stage, found
        self.complaint.say(None)
        self.complaint.hide()
        self.retranslate()
        self.fit()

    def _counted(self) -> str:
        found = self._found
        if self.stage == "looking":
            looking = self.tr("Looking through the files… {count} chats so far")
            return looking.format(count=found.found) if found.found else self.tr("Looking through the files…")
        if self.stage == "importing":
            return self.tr("{count} of {total} imported").format(count=self._done, total=found.imported)
        told = [self.tr("There is nothing new to import.")]
        if found.imported:
            many = self.tr("{count} chats can be imported.").format(count=found.imported)
            told = [self.tr("1 chat can be imported.") if found.imported == 1 else many]
        if found.already:
            many = self.tr("{count} are here already.").format(count=found.already)
            told.append(self.tr("1 is here already.") if found.already == 1 else many)
        return " ".join(told)

    def _reasons(self) -> str:
        failed = self._found.failed
        untitled = self.tr("Untitled")
        lines = [f"{each.title or untitled}: {languages.tell(each.reason)}" for each in failed[:SHOWN]]
        if len(failed) > SHOWN:
            lines.append(self.tr("… and {count} more").format(count=len(failed) - SHOWN))
        return breakable("\n".join(lines))

    def retranslate(self) -> None:
        found, importing = self._found, self.stage == "importing"
        title = self.tr("Import chats")
        set_texts(self.title, title)
        self.card.setAccessibleName(title)
        self.words.setText(self._counted())
        self.bar.setVisible(importing)
        self.bar.show_value(self._done / max(1, found.imported), self.words.text())
        shows = self.stage == "found" and bool(found.failed)
        self.unread.setVisible(shows)
        self.reasons.setVisible(shows)
        many = self.tr("{count} can’t be read:").format(count=len(found.failed))
        self.unread.setText(self.tr("1 can’t be read:") if len(found.failed) == 1 else many)
        self.reasons.setText(self._reasons() if shows else "")
        many = self.tr("Import {count} chats").format(count=found.imported)
        set_texts(self.go, self.tr("Import 1 chat") if found.imported == 1 else many)
        self.go.setVisible(self.stage == "found" and found.imported > 0)
        nothing = self.stage == "found" and not found.imported
        stop = self.tr("Stop") if importing else self.tr("Close") if nothing else self.tr("Cancel")
        set_texts(self.cancel, stop)
