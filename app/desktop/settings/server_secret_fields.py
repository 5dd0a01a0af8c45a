"""The secret values of a server: who keeps each, and a field to give a new one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.server_parts import Part
from app.desktop.settings.server_text import place_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.connections.server_secrets import CLIENT_SECRET, registered
from app.services.connections.server_values import Server
from app.services.settings.secrets import TokenPlace


class SecretField(ThemedWidget):
    """One variable or header. What is typed is shown nowhere, and forgotten once it is kept."""

    given = Signal(str, str)

    def __init__(self, variable: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.variable = variable
        self._place: TokenPlace | None = None  # None: not asked yet
        self.name, self.state = wrapped_label(self, ""), wrapped_label(self, "small")
        self.field = QLineEdit(self)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = push_button(self, "bar")
        Row(
            (Column(self.name, self.state, spacing=0), 1),
            (self.field, 1),
            (self.keep, 0, Qt.AlignmentFlag.AlignVCenter),
            parent=self,
            spacing=12,
        )
        self.keep.clicked.connect(self._give)
        self.field.returnPressed.connect(self._give)
        self.refresh()

    def show_place(self, place: TokenPlace) -> None:
        self._place = place
        self.retranslate()

    def _give(self) -> None:
        value = self.field.text().strip()
        if value:
            self.field.clear()
            self.given.emit(self.variable, value)
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        self.name.setText(shown_words(self.variable))
        self.state.setText("" if self._place is None else place_words(self._place))
        self.state.setVisible(self._place is not None)
        self.field.setPlaceholderText(self.tr("New value"))
        self.field.setAccessibleName(self.tr("New value of {name}").format(name=self.variable))
        set_texts(self.keep, self.tr("Keep"), self.tr("Keep this value of {name}").format(name=self.variable))


class SecretsPart(Part):
    """`given` carries a name and its new value."""

    given = Signal(str, str)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields: dict[str, SecretField] = {}
        self._rows = Column(spacing=8)
        self.column.addLayout(self._rows)
        self.refresh()
        self.show_server(server)

    def show_server(self, server: Server) -> None:
        names = (*server.spec.secret_env, *server.spec.secret_headers)
        if registered(server.spec):
            names = (*names, CLIENT_SECRET)
        self.setVisible(bool(names))
        if tuple(self.fields) == names:
            return
        self._rows.drop(*self.fields.values())
        self.fields = {name: SecretField(name, self) for name in names}
        for field in self.fields.values():
            field.given.connect(self.given)
            self._rows.addWidget(field)

    def show_places(self, places: Mapping[str, TokenPlace]) -> None:
        for name, field in self.fields.items():
            field.show_place(places.get(name, ""))

    def retranslate(self) -> None:
        self.heading.setText(self.tr("Its secret values"))
