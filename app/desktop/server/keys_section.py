"""Keys that let programs in: made, shown this once, and revoked here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.form import Field, FormSection
from app.desktop.forms.line_list import Line, LineList
from app.desktop.server.rights_fold import RightsFold, rights_words
from app.desktop.text.moments import moment_text
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import CopyButton, push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import announce, breakable, set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count
from app.services.server_keys import LONGEST_NAME, USUAL_RIGHTS, KeyRing
from app.store.records import KeyTokens, ServerKey

if TYPE_CHECKING:
    from app.services.services import Services

_DAY_S = 86_400.0
_UNUSED = (KeyTokens(), KeyTokens())
Keys = tuple[tuple[ServerKey, tuple[KeyTokens, KeyTokens]], ...]


class KeysSection(FormSection):
    """`shown` carries the text of a key that was made, "" once it is put away."""

    shown = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._calls = calls
        self._keys: Keys = ()
        self._name = self.text = ""
        self._body, self.new = QWidget(self), QWidget(self)
        self.list = LineList(self._body)
        self.list.acted.connect(self._revoke)
        self.field, self.add = TextField(self._body), push_button(self._body)
        self.field.setMaxLength(LONGEST_NAME)
        self.complaint = Complaint(self._body)
        self.rights, self.days = RightsFold(self._body), ChoiceButton(self._body)
        # The key can't be selected: it has places to break in it, which would be copied along.
        self.said, self.key = wrapped_label(self.new), wrapped_label(self.new, selectable=False)
        self.copy, self.done = CopyButton(self.new, lambda: self.text), push_button(self.new, "bar")
        self.copy.setProperty("kind", "bar")  # the same as the one beside it
        left = Qt.AlignmentFlag.AlignLeft
        Column(
            self.said,
            self.key,
            Row((self.copy, 0, left), (self.done, 0, left), 1, spacing=8),
            parent=self.new,
            spacing=6,
        )
        self.new.hide()
        adding = Column(
            self.field,
            self.complaint,
            self.rights,
            Row(self.days, (self.add, 0, left), 1, spacing=8),
            spacing=8,
        )
        Column(self.new, self.list, adding, parent=self._body, spacing=12)
        self.field.returnPressed.connect(self._make)
        self.field.textEdited.connect(lambda _: self.complaint.say(None))
        self.add.clicked.connect(self._make)
        self.done.clicked.connect(self._put_away)
        self.refresh()

    def read(self) -> None:
        """Show what there is now."""
        self._calls.do(_read, self.show_keys, owner=self)

    def show_keys(self, keys: Keys) -> None:
        if keys != self._keys:
            self._keys = keys
            self.retranslate()

    def show_made(self, made: tuple[ServerKey, str]) -> None:
        """A key that was just made, whose text is kept nowhere."""
        key, self.text = made
        self._name = key.name
        self.field.clear()
        self.rights.set_rights(USUAL_RIGHTS)
        self.rights.open(False)
        self.days.set_value(0)
        self.new.show()
        self.retranslate()
        if self.isVisible():
            self.copy.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self.key, self.said.text())
        self.shown.emit(self.text)
        self.read()

    def _make(self) -> None:
        name, rights, days = self.field.text().strip(), self.rights.rights, self.days.value()
        if not name:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.complaint.say(None)
        expires = time.time() + days * _DAY_S if days else None
        self._calls.do(
            lambda s: KeyRing(s.store.server_keys).add(name, rights, expires),
            self.show_made,
            self.complaint.say,
            owner=self,
        )

    def _put_away(self) -> None:
        self.text = ""
        self.new.hide()
        self.retranslate()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.shown.emit("")

    def _revoke(self, number: int) -> None:
        name = self._keys[number][0].name
        if self.text and name == self._name:
            self._put_away()
        self._calls.do(lambda s: KeyRing(s.store.server_keys).revoke(name), lambda _: self.read(), owner=self)

    def _line(self, key: ServerKey, today: KeyTokens, in_all: KeyTokens) -> Line:
        parts = [f"{key.prefix}…", rights_words(key.rights), self._until(key)]
        if key.used:
            parts.append(self.tr("last used {when}").format(when=moment_text(key.used)))
        else:
            parts.append(self.tr("not used yet"))
        if in_all.read:
            counts = [format_count(tokens.read + tokens.written) for tokens in (today, in_all)]
            words = self.tr("{today} tokens today, {all} in all")
            parts.append(words.format(today=counts[0], all=counts[1]))
        said = self.tr("Revoke the key {name}").format(name=key.name)
        return Line(key.name, joined(parts), self.tr("Revoke"), said)

    def _until(self, key: ServerKey) -> str:
        if key.expires is None:
            return ""
        words = self.tr("expired {when}") if key.expires <= time.time() else self.tr("until {when}")
        return words.format(when=moment_text(key.expires))

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Keys"))
        self.list.show_lines(
            [self._line(key, *tokens) for key, tokens in self._keys], self.tr("No keys yet.")
        )
        self.field.setPlaceholderText(self.tr("Name of the program"))
        self.field.setAccessibleName(self.tr("Name of a new key"))
        self.days.set_choices(self.tr("How long the key holds"), self._terms(), self.days.value() or 0)
        set_texts(self.add, self.tr("Make key"))
        self.said.setText(
            self.tr("The key “{name}”. Copy it now: it’s shown only this once.").format(name=self._name)
        )
        self.key.setText(breakable(self.text))
        self.copy.setAccessibleName(self.tr("Copy the key {name}").format(name=self._name))
        set_texts(self.done, self.tr("Done"), self.tr("Hide the key {name}").format(name=self._name))
        explanation = self.tr(
            "Each program gets a key of its own. Revoking a key also stops the answers it is getting."
        )
        return [Field("keys", self.tr("Who may come in"), explanation, self._body, below=True)]

    def _terms(self) -> list[tuple[int, str]]:
        """Days, 0 for a key without an end."""
        many = self.tr("For {count} days")
        return [
            (0, self.tr("Until revoked")),
            (1, self.tr("For a day")),
            *((days, many.format(count=days)) for days in (7, 30, 90)),
            (365, self.tr("For a year")),
        ]


def _read(services: Services) -> Keys:
    ring = KeyRing(services.store.server_keys)
    tokens = ring.tokens()
    return tuple((key, tokens.get(key.name, _UNUSED)) for key in ring.all())
