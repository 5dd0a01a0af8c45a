"""The secret values of a server: who keeps each, and a field to give a new one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.settings.secret_field import SecretField
from app.desktop.settings.server_text import place_words
from app.desktop.settings.servers.server_parts import Part
from app.desktop.widgets.labels import set_texts, show_text
from app.desktop.widgets.layouts import Column
from app.services.connections.server_secrets import CLIENT_SECRET, registered
from app.services.connections.server_values import Server
from app.services.settings.secrets import TokenPlace


class VariableField(SecretField):
    """One variable or header of a server."""

    def __init__(self, variable: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.variable = variable
        self.name.show()
        self.keep.show()
        self.refresh()

    def retranslate(self) -> None:
        self.name.setText(shown_words(self.variable))
        show_text(self.state, "" if self.place is None else place_words(self.place))
        self.field.setPlaceholderText(self.tr("New value"))
        self.field.setAccessibleName(self.tr("New value of {name}").format(name=self.variable))
        set_texts(self.keep, self.tr("Keep"), self.tr("Keep this value of {name}").format(name=self.variable))


class SecretsPart(Part):
    """`given` carries a name and its new value."""

    given = Signal(str, str)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(server, parent)
        self.fields: dict[str, VariableField] = {}
        self._rows = Column(spacing=8)
        self.column.addLayout(self._rows)
        self.refresh()

    def retranslate(self) -> None:
        self.heading.setText(self.tr("Its secret values"))
        spec = self._server.spec
        names = (*spec.secret_env, *spec.secret_headers)
        if registered(spec):
            names = (*names, CLIENT_SECRET)
        self.setVisible(bool(names))
        if tuple(self.fields) == names:
            return
        self._rows.drop(*self.fields.values())
        self.fields = {name: VariableField(name, self) for name in names}
        for field in self.fields.values():
            field.given.connect(lambda value, field=field: self._give(field, value))
            self._rows.addWidget(field)

    def _give(self, field: VariableField, value: str) -> None:
        field.field.clear()
        self.given.emit(field.variable, value)

    def show_places(self, places: Mapping[str, TokenPlace]) -> None:
        for name, field in self.fields.items():
            field.show_place(places.get(name, ""))
