"""What a person can do with one thing that is attached: show it, choose parts of it, put it into the words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal

from app.desktop.base.menu import Menu
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.attaching.chip_strip import ChipStrip
from app.desktop.chat.attaching.readings import Reading
from app.desktop.chat.composer import Composer
from app.desktop.chat.shown_chat import ShownChat
from app.store.records import Attachment, AttachmentState

if TYPE_CHECKING:
    from app.services.services import Services


class ChipActions(QObject):
    """`remove_wanted` carries what a chip stands for, `read_wanted` a Reading, `change_wanted` an Attachment and what
    takes its place; `no_room` says that the words were too long to be put into the message."""

    remove_wanted = Signal(object)
    read_wanted = Signal(object)
    change_wanted = Signal(object, object)
    no_room = Signal()

    def __init__(self, calls: ServiceCalls, shown: ShownChat, composer: Composer, chips: ChipStrip) -> None:
        super().__init__(chips)
        self._calls, self._shown, self._composer, self._chips = calls, shown, composer, chips
        chips.pressed.connect(self.open_menu)

    def open_menu(self, thing: object) -> None:
        """Offer what can be done with this thing."""
        menu, chip = Menu(self._chips), self._chips.chip(thing)
        if isinstance(thing, Attachment):
            is_long = chip.does_not_fit or thing.state == "searched"
            if is_long and (thing.by_parts or thing.state != "searched"):
                menu.addAction(self.tr("Search in it"), partial(self.search, thing))
            if is_long and not thing.by_parts:
                menu.addAction(self.tr("Read part by part"), partial(self.search, thing, by_parts=True))
            if thing.state == "searched":
                menu.addAction(self.tr("Read all of it"), partial(self.search, thing, False))
            if chip.can_be_read:
                menu.addAction(self.tr("Read pages that are pictures"), partial(self.read_scan, thing))
            if thing.text:
                word = self.tr("Show picture") if thing.is_picture else self.tr("Show text")
                menu.addAction(word, partial(self.show, thing))
            if has_parts(thing):
                menu.addAction(self.tr("Choose parts…"), partial(self.choose_parts, thing))
            if thing.kind == "text" and thing.sha256:
                menu.addAction(self.tr("Insert as text"), partial(self._insert, thing))
        menu.addAction(self.tr("Remove"), partial(self.remove_wanted.emit, thing))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(chip.mapToGlobal(chip.rect().bottomLeft()))

    def show(self, attachment: Attachment) -> None:
        """Show what the model is given of an attachment, of a message too."""
        if attachment.is_picture:
            self._show_picture(attachment)
        else:
            self._show_text(attachment)

    def _show_picture(self, attachment: Attachment) -> None:
        from app.desktop.chat.attaching.picture_sheet import PictureSheet
        from app.desktop.chat.attaching.thumbnails import picture_of

        conversation = self._shown.now.id
        if conversation is None:
            return
        sheet = PictureSheet(self._composer.window(), attachment.name)
        sheet.closed.connect(sheet.deleteLater)
        self._calls.do(
            lambda s: picture_of(s, conversation, attachment), sheet.show_picture, executor="io", owner=sheet
        )

    def _show_text(self, attachment: Attachment) -> None:
        from app.desktop.chat.attaching.text_sheet import TextSheet

        conversation = self._shown.now.id
        if conversation is None:
            return
        sheet = TextSheet(self._composer.window())
        sheet.closed.connect(sheet.deleteLater)
        self._calls.do(
            lambda s: s.attachments.text(conversation, attachment),
            lambda text: sheet.show_text(attachment.name, text),
            executor="io",
            owner=sheet,
        )

    def search(self, attachment: Attachment, on: bool = True, *, by_parts: bool = False) -> None:
        """Let an attachment be searched for the question, be gone through part by part, or be read whole."""
        state: AttachmentState = "searched" if on else "whole"
        changed = msgspec.structs.replace(attachment, state=state, by_parts=by_parts)
        self.change_wanted.emit(attachment, changed)

    def read_scan(self, attachment: Attachment) -> None:
        """Let the model read the pages of an attachment that are pictures."""
        self.read_wanted.emit(Reading(self._shown.now, attachment.name, attachment, attachment))

    def choose_parts(self, attachment: Attachment) -> None:
        """Let a person choose what of it is read."""
        from app.desktop.chat.attaching.parts_sheet import PartsSheet

        sheet = PartsSheet(self._composer.window(), attachment)
        sheet.chosen.connect(self._read_parts)
        sheet.open()

    def _read_parts(self, attachment: Attachment, first: int, last: int) -> None:
        """Read an attachment again from what is kept of it, and only these parts."""
        conversation = self._shown.now.id
        if conversation is None:
            return
        parts = (0, 0) if (first, last) == (1, attachment.parts) else (first, last)
        self.read_wanted.emit(
            Reading(
                self._shown.now,
                attachment.name,
                lambda s: (attachment.name, s.attachments.original(conversation, attachment)),
                attachment,
                parts,
            )
        )

    def _insert(self, attachment: Attachment) -> None:
        """Put the text of an attachment into the message instead."""
        now, conversation = self._shown.now, self._shown.now.id
        if conversation is None:
            return

        def take(text: str) -> None:
            if now is not self._shown.now:
                return
            if self._composer.edit.insert_text(text):
                self.remove_wanted.emit(attachment)
                self._composer.take_focus()
            else:
                self.no_room.emit()

        self._calls.do(lambda s: _plain(s, conversation, attachment), take, executor="io", owner=self)


def has_parts(attachment: Attachment) -> bool:
    """Whether some of its parts can be chosen."""
    return attachment.parts > 1 and bool(attachment.sha256)


def _plain(services: Services, conversation: int, attachment: Attachment) -> str:
    from agents.tools.files.text_file import read_text

    found = read_text(services.attachments.original(conversation, attachment))
    return "" if found is None else found.text
