"""Tool servers: which there are, how they are, what the user has agreed to, and adding or removing one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.connection_list import ConnectionKind, ConnectionsSection
from app.desktop.settings.server_adding import AddServer, ImportServers
from app.desktop.settings.server_line import ServerLine
from app.services.connections.events import ServersChanged

KIND = ConnectionKind(
    lambda s: (s.servers.all(), ()),
    lambda server: server.name,
    ServerLine,
    lambda s, name: s.servers.remove(name),
    lambda s, removed: s.servers.restore(removed),
    ServersChanged,
)


class ServersSection(ConnectionsSection):
    """The servers, the form that adds one, and the import."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, KIND, parent)
        self.adding = AddServer(calls, self)
        self.importing = ImportServers(calls, self)
        self._adding_row = self.add_row(self.adding, below=True)
        self._importing_row = self.add_row(self.importing, below=True)
        for source in (self.adding, self.importing):
            source.added.connect(self._added)
        self.refresh()

    def _added(self, name: str) -> None:
        self.list.open(name)
        self.show_list()

    def retranslate(self) -> None:
        self.set_title(self.tr("Tool servers"))
        self.list.empty.setText(
            self.tr("None yet. A tool server gives models more tools, such as a calendar or a database.")
        )
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
