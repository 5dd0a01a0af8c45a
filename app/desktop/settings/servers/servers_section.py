"""Tool servers: which there are, how they are, what the user has agreed to, and adding or removing one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field
from app.desktop.settings.connection_list import ConnectionKind, ConnectionList, ConnectionsSection
from app.desktop.settings.servers.server_adding import AddServer, ImportServers
from app.desktop.settings.servers.server_line import ServerLine
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
        super().__init__(ConnectionList(calls, KIND), parent)
        self.adding = AddServer(calls, self)
        self.importing = ImportServers(calls, self)
        for source in (self.adding, self.importing):
            source.added.connect(self._added)
        self.refresh()

    def _added(self, name: str) -> None:
        self.list.open(name)
        self.show_list()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Tool servers"))
        self.list.empty.setText(
            self.tr("None yet. A tool server gives models more tools, such as a calendar or a database.")
        )
        listed = self.tr(
            "Programs and addresses that speak the Model Context Protocol. Runs can use their tools."
        )
        imported = self.tr(
            "Claude, Cursor, VS Code, and LM Studio keep their servers in a file such as mcp.json. "
            "It is read only when you choose it."
        )
        return (
            Field("list", self.tr("Servers"), listed, self.list, below=True),
            Field("adding", self.tr("Add a tool server"), "", self.adding, below=True),
            Field("importing", self.tr("Import from another app"), imported, self.importing, below=True),
        )
