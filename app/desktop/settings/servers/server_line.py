"""One tool server in the settings: its state in a line, and all about it below when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Executor
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.connection_list import ConnectionLine
from app.desktop.settings.server_text import state_words
from app.desktop.settings.servers.server_consent import ConsentPart
from app.desktop.settings.servers.server_parts import Note, Part
from app.desktop.settings.servers.server_rights import RightsPart
from app.desktop.settings.servers.server_secret_fields import SecretsPart
from app.desktop.settings.servers.server_tool_list import ToolsPart
from app.desktop.settings.whole_text import WholeText
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import Column
from app.desktop.widgets.switch import Switch
from app.services.connections.server_values import Server
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

LOG_LINES = 12


def agreed(services: Services, name: str, digest: str) -> None:
    """Note the consent, and start the server so that its tools can be seen. Raises UserError `mcp.*`."""
    services.servers.consent(name, digest)
    services.servers.check(name)


def _open(url: str) -> None:
    QDesktopServices.openUrl(QUrl(url))


class LogPart(Part):
    """The last lines of its error output."""

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(server, parent)
        self._note = Note(self)
        self.text = WholeText(self._note, fixed=True)
        self._note.column.addWidget(self.text)
        self.column.addWidget(self._note)
        self.refresh()

    def retranslate(self) -> None:
        log = self._server.log
        self.setVisible(bool(log))
        self.text.set_words("\n".join(log[-LOG_LINES:]))
        self.heading.setText(self.tr("Last output"))
        self.text.setAccessibleName(self.tr("The last lines that the server wrote"))


class ServerDetails(ThemedWidget):
    """What is below an open line. Made when it is first opened."""

    def __init__(self, server: Server, do: Callable[..., None], parent: QWidget) -> None:
        super().__init__(parent)
        name = server.name
        self._do, self._name = do, name
        self.consent = ConsentPart(server, self)
        self.secrets = SecretsPart(server, self)
        self.tools = ToolsPart(server, self)
        self.rights = RightsPart(server, self)
        self.log = LogPart(server, self)
        self.parts = (self.consent, self.secrets, self.tools, self.rights, self.log)
        Column(*self.parts, parent=self, margins=(22, 4, 0, 0), spacing=14)
        self.consent.agreed.connect(lambda digest: do(lambda s: agreed(s, name, digest), "net"))
        self.secrets.given.connect(self._keep)
        self.tools.accepted.connect(lambda: do(lambda s: s.servers.accept(name)))
        self.rights.changed.connect(lambda fields: do(lambda s: s.servers.change(name, **fields)))
        self.rights.trusted.connect(lambda on: do(lambda s: s.servers.trust(name, on)))
        self.refresh()
        self.read_secrets()

    def show_server(self, server: Server) -> None:
        for part in self.parts:
            part.show_server(server)

    def read_secrets(self) -> None:
        """Ask who keeps them: a keyring may take its time."""
        if self.secrets.fields:
            self._do(lambda s: s.servers.secret_places(self._name), "net", self.secrets.show_places)

    def _keep(self, variable: str, value: str) -> None:
        self._do(
            lambda s: s.servers.set_secret(self._name, variable, value), "net", lambda _: self.read_secrets()
        )


class ServerLine(ConnectionLine):
    """A server with a switch that offers its tools, and all about it below."""

    def __init__(self, server: Server, calls: ServiceCalls, parent: QWidget) -> None:
        dot, switch = Dot(parent), Switch(parent)
        login, check = push_button(parent, "bar"), push_button(parent, "bar")
        super().__init__(server, server.name, parent, before=(dot,), beside=(login, check), after=(switch,))
        self.dot, self.switch, self.login, self.check = dot, switch, login, check
        self._calls = calls
        self._logging_in = False
        self.switch.clicked.connect(lambda on: self.do(lambda s: s.servers.enable(self.key, on)))
        self.check.clicked.connect(lambda: self.do(lambda s: s.servers.check(self.key), "net"))
        self.login.clicked.connect(self._log_in)
        self.refresh()

    def make_details(self) -> QWidget:
        return ServerDetails(self.value, self.do, self)

    def show_value(self, value: Server) -> None:
        if self.details is not None:
            self.details.show_server(value)
        super().show_value(value)

    def do(
        self,
        work: Callable[[Services], Any],
        executor: Executor = "io",
        then: Callable[[Any], None] | None = None,
    ) -> None:
        """Ask something of the services; what goes wrong is said here."""
        self._say(None)
        self._calls.do(work, then, self._say, executor=executor, owner=self)

    def _log_in(self) -> None:
        """The page to log in at is opened in the browser once the server has named it."""
        self._logging_in = True
        self.retranslate()
        self._say(None)
        task = self._calls.stream(
            lambda s, task: s.servers.login(self.key, task.tell),
            _open,
            lambda _: self._logged_in(None),
            self._logged_in,
            executor="net",
            owner=self,
        )
        if task is None:
            self._logged_in(None)

    def _logged_in(self, error: UserError | None) -> None:
        self._logging_in = False
        self._say(error)
        self.retranslate()

    def _say(self, error: UserError | None) -> None:
        self.complaint.say(error)
        if error is not None:
            self.retranslate()  # a switch shows what is so, not what was wanted

    def retranslate(self) -> None:
        server, opened = self.value, self.toggle.isChecked()
        said, colour = state_words(server)
        self.dot.show_tone(colour)
        self.name.setText(server.name)
        self.words.setText(said)
        self.switch.setChecked(server.enabled)
        self.switch.setAccessibleName(self.tr("Use the tools of {name}").format(name=server.name))
        wanted = server.error is not None and server.error.code.startswith("mcp.login_")
        self.login.setText(self.tr("Waiting for the browser…") if self._logging_in else self.tr("Log in…"))
        self.login.setAccessibleName(self.tr("Log in to {name}").format(name=server.name))
        self.login.setVisible(server.consented and (wanted or self._logging_in))
        self.login.setEnabled(not self._logging_in)
        set_texts(
            self.check,
            self.tr("Check now"),
            self.tr("Start {name} and list its tools").format(name=server.name),
        )
        self.check.setVisible(opened and server.consented)
        self.check.setEnabled(server.state != "starting" and not self._logging_in)
        self.toggle.setAccessibleName(self.tr("Details of {name}").format(name=server.name))
        self.toggle.setToolTip(self.tr("Details"))
        super().retranslate()
