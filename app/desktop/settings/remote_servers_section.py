"""Models elsewhere: the servers that have them, and adding, changing and removing one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.forms.form import Field
from app.desktop.settings.connection_list import (
    ConnectionKind,
    ConnectionLine,
    ConnectionList,
    ConnectionsSection,
)
from app.desktop.settings.remote_server_form import ServerForm
from app.desktop.text.remote_marks import RemoteChip
from app.desktop.text.words import joined
from app.services.connections.events import RemoteServersChanged
from app.services.connections.remote_server_file import ModelServer
from app.services.settings.secrets import TokenPlace
from engine.remote.names import RemoteName


class RemoteServerLine(ConnectionLine):
    """One server: what it is called and has, and the form that changes it below."""

    def __init__(self, server: ModelServer, calls: ServiceCalls, parent: QWidget) -> None:
        chip = RemoteChip(parent, short=True)
        super().__init__(server, server.url, parent, beside=(chip,))
        self.chip, self._calls = chip, calls
        self.refresh()

    def make_details(self) -> QWidget:
        return ServerForm(self._calls, self, self.value)

    def show_details(self) -> None:
        self.details.show_server(self.value)
        self.details.read_key()

    def retranslate(self) -> None:
        server: ModelServer = self.value
        self.name.setText(server.shown)
        count = len(server.models)
        models = self.tr("One model") if count == 1 else self.tr("{count} models").format(count=count)
        here = "" if server.leaves else self.tr("on this computer")
        self.words.setText(joined([server.host if server.title else "", here, models]))
        self.chip.show_model(RemoteName(server.url, "-").text)
        self.toggle.setAccessibleName(self.tr("Change {name}").format(name=server.shown))
        self.toggle.setToolTip(self.tr("Change it"))
        super().retranslate()


KIND = ConnectionKind(
    lambda s: (s.remote_servers.all(), s.remote_servers.problems),
    lambda server: server.url,
    RemoteServerLine,
    lambda s, url: s.remote_servers.remove(url),
    lambda s, removed: s.remote_servers.restore(removed),
    RemoteServersChanged,
)


class RemoteServersSection(ConnectionsSection):
    """The servers, and the form that adds one."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(ConnectionList(calls, KIND), parent)
        self.adding = ServerForm(calls, self)
        self.adding.saved.connect(self._added)
        self.refresh()

    def _added(self, _: ModelServer, place: TokenPlace) -> None:
        if place == "session":
            words = self.tr("The key is kept until Coterie quits: this system has no keyring.")
            self.said.emit(Notification(words))
        inside = holds_focus(self.adding)
        self.adding.clear()
        self.adding.retranslate()
        if inside:  # the button that was pressed cannot be pressed again
            self.adding.address.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_list()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Remote models"))
        self.list.empty.setText(self.tr("None yet."))
        explanation = self.tr(
            "Servers that speak OpenAI’s API: vLLM, SGLang, llama-server, Ollama, LM Studio, and "
            "others. Anything sent to these models leaves your computer. They are marked wherever "
            "you use them."
        )
        return (
            Field("list", self.tr("Servers"), explanation, self.list, below=True),
            Field("adding", self.tr("Add a server"), "", self.adding, below=True),
        )
