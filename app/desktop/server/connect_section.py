"""How other programs connect: for each one what it is given, ready to copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.forms.form import Field, FormSection
from app.desktop.server.snippets import ANY_KEY, CLIENTS, Client
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.labels import breakable, show_text, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count


class ConnectSection(FormSection):
    """The snippet of the chosen program, with the address and the key in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._address, self._key = "", ANY_KEY
        self.program = ChoiceButton(self)
        self.program.chosen.connect(lambda _: self.retranslate())
        self._client = CLIENTS[0]
        self._body = QWidget(self)
        # Not to be selected: long words have places to break in them, which would be copied along.
        self.text = wrapped_label(self._body, selectable=False)
        self.needs = wrapped_label(self._body, "small")
        self.copy = CopyButton(self._body, lambda: self.snippet)
        left = Qt.AlignmentFlag.AlignLeft
        Column(self.text, Row((self.copy, 0, left), 1), self.needs, parent=self._body, spacing=8)
        self.refresh()

    @property
    def snippet(self) -> str:
        return self._client.snippet(self._address, self._key)

    def show_address(self, address: str) -> None:
        """The address at which the server listens, or will."""
        if address != self._address:
            self._address = address
            self.retranslate()

    def show_key(self, key: str) -> None:
        """The key that was just made; "": it is known no more."""
        self._key = key or ANY_KEY
        self.retranslate()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Connect"))
        chosen = self.program.value() or CLIENTS[0].name
        self._client = next(client for client in CLIENTS if client.name == chosen)
        self.program.set_choices(
            self.tr("Program"), [(client.name, client.name) for client in CLIENTS], chosen
        )
        self.text.setText(breakable(self.snippet))
        self.text.setAccessibleName(self.tr("What to give {program}").format(program=chosen))
        self.copy.setAccessibleName(self.tr("Copy what to give {program}").format(program=chosen))
        show_text(self.needs, self._needs(self._client))
        others = self.tr("Programs not listed here take the address, a key, and the model “default”.")
        return (
            Field("program", self.tr("Program"), others, self.program),
            Field("snippet", self._where(self._client), "", self._body, below=True),
        )

    def _where(self, client: Client) -> str:
        if client.place:
            return self.tr("In {file}").format(file=client.place)
        if client.name.startswith("Python"):
            return self.tr("In your program")
        return self.tr("In a terminal")

    def _needs(self, client: Client) -> str:
        if not client.context:
            return ""
        return self.tr("Needs a model with a context of {count} tokens or more that uses tools well.").format(
            count=format_count(client.context)
        )

    def restyle(self) -> None:
        font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        font.setPixelSize(themes.current.px(13))
        self.text.setFont(font)
