"""Tool servers: which there are, how they are, what the user has agreed to, and adding or removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.server_adding import AddServer, ImportServers
from app.desktop.settings.server_line import ServerLine
from app.desktop.widgets.checked_field import Complaint
from app.desktop.widgets.controls import Section
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column
from app.services.connections.events import ServersChanged
from app.services.connections.server_values import Server
from app.services.events import ServiceEvent
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.connections.servers import Removed


class ServersList(ThemedWidget):
    """The servers, a line each. Lines stay while theirs does: what is open stays open, what is typed stays typed.

    `said` carries a `Notification` for the foot of the window.
    """

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._reading = self._again = False
        self._to_open = ""
        self.lines: dict[str, ServerLine] = {}
        self.empty = wrapped_label(self, "small")
        self.complaint = Complaint(self)
        self._rows = Column(spacing=12)
        Column(self.empty, self._rows, self.complaint, parent=self, spacing=8)
        self.refresh()

    def read(self) -> None:
        """Ask what there is; once more afterwards when it has changed meanwhile."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._calls.do(lambda s: s.servers.all(), self._read, self._could_not, executor="io", owner=self)

    def open(self, name: str) -> None:
        """Show all about a server that was just added, once it is in the list."""
        self._to_open = name
        self.read()

    def _read(self, servers: tuple[Server, ...]) -> None:
        self.complaint.say(None)
        self._show(servers)
        self._ended()

    def _could_not(self, error: UserError) -> None:
        self.complaint.say(error)
        self._ended()

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.read()

    def _show(self, servers: tuple[Server, ...]) -> None:
        names = [server.name for server in servers]
        for name in [name for name in self.lines if name not in names]:
            line = self.lines.pop(name)
            self._rows.drop(line)
        for place, server in enumerate(servers):
            if server.name in self.lines:
                self.lines[server.name].show_server(server)
                continue
            line = self.lines[server.name] = ServerLine(server, self._calls, self)
            line.remove_wanted.connect(self._remove)
            self._rows.insertWidget(place, line)
            line.show()  # a layout would, but later
        self.empty.setVisible(not servers)
        if self._to_open in self.lines:
            line = self.lines[self._to_open]
            self._to_open = ""
            line.open()
            line.toggle.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, name: str) -> None:
        self._calls.do(
            lambda s: s.servers.remove(name), self._removed, self._could_not, executor="net", owner=self
        )

    def _removed(self, removed: Removed) -> None:
        name = removed.kept.spec.name
        words = self.tr("“{name}” was removed").format(name=name)
        self.said.emit(Notification(words, self.tr("Undo"), lambda: self._restore(removed)))
        self.read()

    def _restore(self, removed: Removed) -> None:
        self._calls.do(
            lambda s: s.servers.restore(removed),
            lambda _: self.read(),
            self._could_not,
            executor="net",
            owner=self,
        )

    def retranslate(self) -> None:
        self.empty.setText(
            self.tr("None yet. A tool server gives models more tools, such as a calendar or a database.")
        )


class ServersSection(Section):
    """A card with the list, the form that adds one, and the import. `said` carries a `Notification`; `grew` that a
    server was added, whose line may be out of sight."""

    said = Signal(object)
    grew = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = ServersList(calls, self)
        self.adding = AddServer(calls, self)
        self.importing = ImportServers(calls, self)
        self._list_row = self.add_row(self.list, below=True)
        self._adding_row = self.add_row(self.adding, below=True)
        self._importing_row = self.add_row(self.importing, below=True)
        self.list.said.connect(self.said)
        for source in (self.adding, self.importing):
            source.added.connect(self._added)
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: ask for what others may have changed."""
        self.list.read()

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, ServersChanged) for event in events):
            self.list.read()

    def _added(self, name: str) -> None:
        self.list.open(name)
        QTimer.singleShot(0, self, lambda: self.grew.emit(self.list))

    def retranslate(self) -> None:
        self.set_title(self.tr("Tool servers"))
        self._list_row.set_words(
            self.tr("Servers"),
            self.tr(
                "Programs and addresses that speak the Model Context Protocol. Runs can use their tools."
            ),
        )
        self._adding_row.set_words(self.tr("Add a tool server"))
        self._importing_row.set_words(
            self.tr("Import from another app"),
            self.tr(
                "Claude, Cursor, VS Code, and LM Studio keep their servers in a file such as mcp.json. "
                "It is read only when you choose it."
            ),
        )
