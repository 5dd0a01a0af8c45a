"""How other programs connect: for each one what it is given, ready to copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.forms.form import Field, FormSection
from app.desktop.server.pill_choices import PillChoices
from app.desktop.server.setting_lines import SettingLines
from app.desktop.server.snippets import ANY_KEY, CLIENTS, Client
from app.desktop.widgets.buttons import CopyButton
from app.desktop.widgets.labels import breakable, show_text, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.format import format_count


class ConnectSection(FormSection):
    """What the chosen program is given, with the address and the key in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._address, self._key, self._context = "", ANY_KEY, 0
        self.program = PillChoices([client.name for client in CLIENTS], self)
        self.program.chosen.connect(lambda _: self.retranslate())
        self._client = CLIENTS[0]
        self._body = QWidget(self)
        # Not to be selected: long words have places to break in them, which would be copied along.
        self.text = wrapped_label(self._body, selectable=False)
        self.copy = CopyButton(self._body, lambda: self.snippet)
        self.lines = SettingLines(self._body)
        self.needs = wrapped_label(self._body, "small")
        left = Qt.AlignmentFlag.AlignLeft
        Column(self.text, Row((self.copy, 0, left), 1), self.lines, self.needs, parent=self._body, spacing=8)
        self.refresh()

    @property
    def snippet(self) -> str:
        return self._client.snippet(self._address, self._key, self._context)

    def show_address(self, address: str) -> None:
        """The address at which the server listens, or will."""
        if address != self._address:
            self._address = address
            self.retranslate()

    def show_key(self, key: str) -> None:
        """The key that was just made; "": it is known no more."""
        self._key = key or ANY_KEY
        self.retranslate()

    def show_context(self, context: int) -> None:
        """The context of the loaded model, 0 where none is."""
        if context != self._context:
            self._context = context
            self.retranslate()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Connect"))
        self._client = next(client for client in CLIENTS if client.name == self.program.value())
        self._show_client(self._client)
        others = self.tr("Programs not listed here take the address, a key, and the model “default”.")
        return (
            Field("program", self.tr("Program"), others, self.program, below=True),
            Field("snippet", self._where(self._client), self._hint(self._client), self._body, below=True),
        )

    def _show_client(self, client: Client) -> None:
        settings = client.settings(self._address, self._key, self._context)
        self.lines.show_settings(settings)
        show_text(self.text, "" if settings else breakable(self.snippet))
        self.text.setAccessibleName(self.tr("What to give {program}").format(program=client.name))
        self.copy.setAccessibleName(self.tr("Copy what to give {program}").format(program=client.name))
        self.copy.setVisible(not settings)
        show_text(self.needs, self._needs(client))

    def _where(self, client: Client) -> str:
        match client.kind:
            case "file":
                return self.tr("In {file}").format(file=client.place)
            case "settings":
                return self.tr("In {program}: {place}").format(program=client.name, place=client.place)
            case "program":
                return self.tr("In your program")
        return self.tr("In a terminal")

    def _hint(self, client: Client) -> str:
        match client.name:
            case "VS Code":
                return self.tr("“Chat: Open Language Models (JSON)” in the command palette opens this file.")
            case "Open WebUI":
                return self.tr("If it runs in a container, use the address for other devices.")
            case "Obsidian":
                return self.tr("For the Copilot plug-in.")
        return ""

    def _needs(self, client: Client) -> str:
        if not client.context:
            return self.tr("Works with any model.")
        needs = self.tr("Needs a model with a context of {count} tokens or more that uses tools well.")
        words = needs.format(count=format_count(client.context))
        if 0 < self._context < client.context:
            words += " " + self.tr("The model in use has {count}.").format(count=format_count(self._context))
        return words

    def restyle(self) -> None:
        self.text.setFont(themes.current.fixed_font())
