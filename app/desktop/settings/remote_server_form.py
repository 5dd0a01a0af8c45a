"""The form for a server of models elsewhere: a new one, or one to change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import Bounds, OptionalNumber, SettingRow
from app.desktop.forms.file_dialog import choose_file
from app.desktop.settings.remote_server_models import ModelTicks
from app.desktop.settings.secret_field import KeyField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.switch import Switch
from app.services.connections.remote_server_file import ModelServer
from app.services.connections.remote_servers import Listed
from app.services.settings.secrets import TokenPlace
from engine.errors import UserError
from engine.remote.names import is_loopback, is_near

if TYPE_CHECKING:
    from app.services.services import Services

CONTEXT = Bounds(512, 2**27, 1024, 0)


def saved(
    services: Services, server: ModelServer, key: str | None, before: str
) -> tuple[ModelServer, TokenPlace]:
    """Write a server down, and say who keeps its key now. Raises UserError as `RemoteServers.save`."""
    kept = services.remote_servers.save(server, key, instead_of=before)
    return kept, services.remote_servers.key_place(kept.url)


def completed(address: str) -> str:
    """An address with the beginning that people leave out: http in a network at home or at work, else https."""
    address = address.strip()
    if not address or "://" in address:
        return address
    try:
        host = urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return address
    return f"{'http' if is_loopback(host) or is_near(host) else 'https'}://{address}"


class ServerForm(ThemedWidget):
    """`saved` carries the `ModelServer` as it is kept, and who keeps its key."""

    saved = Signal(object, str)

    def __init__(self, calls: ServiceCalls, parent: QWidget, server: ModelServer | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._server = server
        self._asked = 0  # which question to the server counts
        self._saving = False
        self._found = -1
        self.address, self.title, self.certificates = (TextField(self) for _ in range(3))
        self.key = KeyField(self)
        self.check, self.save, self.choose = (
            push_button(self),
            push_button(self, "primary"),
            push_button(self),
        )
        self.more = push_button(self, "link")
        self.more.setCheckable(True)
        self.state = wrapped_label(self, "small")
        # What the server says, and why it cannot be kept.
        self.refusal, self.complaint = Complaint(self), Complaint(self)
        self.models = ModelTicks(self)
        self.allow_http = Switch(self)
        self.context = OptionalNumber(CONTEXT, self)
        self._lay_out()
        self._connect()
        if server is None:
            self.clear()
        else:
            self.show_server(server)
        self.refresh()

    def _lay_out(self) -> None:
        self._http, self._more, files, context = (QWidget(self) for _ in range(4))
        self._http_words = wrapped_label(self._http, "small")
        Row((self._http_words, 1), self.allow_http, parent=self._http, spacing=8)
        Row((self.certificates, 1), self.choose, parent=files, spacing=8)
        Row(self.context, STRETCH, parent=context)
        controls = (self.address, self.key, self.models, self.title, files, context)
        self._rows = [SettingRow(each, self, below=True, margins=(0, 0, 0, 0)) for each in controls]
        Column(*self._rows[4:], parent=self._more, spacing=8)
        self._more.hide()
        Column(
            self._rows[0],
            self._http,
            self._rows[1],
            Row(self.check, (self.state, 1), 0, spacing=8),
            self.refusal,
            *self._rows[2:4],
            Row(self.more, STRETCH),
            self._more,
            self.complaint,
            Row(STRETCH, self.save),
            parent=self,
            spacing=8,
        )

    def _connect(self) -> None:
        self.check.clicked.connect(self.ask)
        self.save.clicked.connect(self._save)
        self.more.toggled.connect(self._show_more)
        self.choose.clicked.connect(self._choose)
        self.address.textEdited.connect(lambda _: self._edited())
        self.address.returnPressed.connect(self.ask)
        self.key.field.returnPressed.connect(self.ask)
        self.key.field.textEdited.connect(lambda _: self._edited())
        self.key.forget_wanted.connect(self._forget)
        self.models.changed.connect(self._show)

    # What is shown

    def _show_more(self, on: bool) -> None:
        self._more.setVisible(on)
        self.more.setText(self.tr("Less") if on else self.tr("More"))

    def show_server(self, server: ModelServer) -> None:
        """What is kept of it."""
        self._asked += 1
        self._server, self._found = server, -1
        self.address.setText(server.url)
        self.title.setText(server.title)
        self.certificates.setText(server.certificates)
        self.allow_http.setChecked(server.allow_http)
        self.context.show_value(server.context or None, None, self.tr("As reported by the server"))
        self.models.show_kept(server.models, server.seeing)
        self._show()

    def read_key(self) -> None:
        """Ask who keeps the key: a keyring may take its time."""
        server = self._server
        if server is not None:
            self._calls.do(
                lambda s: s.remote_servers.key_place(server.url),
                self.key.show_place,
                self._could_not,
                executor="net",
                owner=self,
            )

    def clear(self) -> None:
        """Ready for the next one."""
        self.show_server(ModelServer(""))
        self._server = None
        self.key.show_place("")
        self.refusal.say(None)
        self._could_not(None)

    def wish(self) -> ModelServer:
        """What the form says."""
        before = self._server or ModelServer("")
        return msgspec.structs.replace(
            before,
            url=completed(self.address.text()),
            title=self.title.text().strip(),
            models=self.models.chosen(),
            seeing=self.models.seeing(),
            allow_http=self.allow_http.isChecked() and self._is_far_http(),
            certificates=self.certificates.text().strip(),
            context=round(self.context.field.number() or 0),
            # Another place is another one to be told of.
            agreed=before.agreed and completed(self.address.text()) == before.url,
        )

    # What a person does

    def ask(self) -> None:
        """Ask the server for its models, with what is in the form."""
        if not self.address.text().strip():
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        wish, key = self.wish(), self.key.typed() or None
        if key is None and self._server is not None and wish.url != self._server.url:
            wish = msgspec.structs.replace(wish, has_key=False)  # the kept one is another place's
        self._asked += 1
        number, self._found = self._asked, -1
        self.refusal.say(None)
        show_text(self.state, self.tr("Contacting the server…"))
        self.check.setEnabled(False)
        self._calls.do(
            lambda s: s.remote_servers.check(wish, key),
            lambda found: self._take_found(number, found),
            lambda error: self._take_failure(number, error),
            executor="net",
            owner=self,
        )

    def _take_found(self, number: int, found: Listed) -> None:
        if number == self._asked:
            self._found = len(found.names)
            self.models.show_found(found.names, found.seeing)
            self._show()

    def _take_failure(self, number: int, error: UserError) -> None:
        if number == self._asked:
            self.refusal.say(error)
            self._show()

    def _edited(self) -> None:
        self._asked += 1  # what is being asked is about something else
        self._found = -1
        self.refusal.say(None)
        self._could_not(None)

    def _save(self) -> None:
        wish, key, before = self.wish(), self.key.typed() or None, self._server.url if self._server else ""
        self._saving = True
        self.save.setEnabled(False)
        self._calls.do(lambda s: saved(s, wish, key, before), self._saved, self._not_saved, executor="net")

    def _not_saved(self, error: UserError) -> None:
        self._saving = False
        self._could_not(error)

    def _saved(self, kept: tuple[ModelServer, TokenPlace]) -> None:
        server, place = kept
        self._saving = False
        self._could_not(None)
        self.show_server(server)
        self.key.show_place(place)
        self.saved.emit(server, place)

    def _forget(self) -> None:
        server = self._server
        if server is not None:
            self._calls.do(
                lambda s: saved(s, server, "", server.url), self._saved, self._could_not, executor="net"
            )

    def _choose(self) -> None:
        kinds = self.tr("Certificates") + " (*.pem *.crt *.cer)"
        choose_file(self, self.tr("Certificate file"), kinds, self.certificates.setText)

    def _could_not(self, error: UserError | None) -> None:
        self.complaint.say(error)
        self._show()

    # Words

    def _is_far_http(self) -> bool:
        try:
            parts = urlsplit(completed(self.address.text()))
            return parts.scheme == "http" and bool(parts.hostname) and not is_loopback(parts.hostname or "")
        except ValueError:
            return False

    def _show(self) -> None:
        address = bool(self.address.text().strip())
        self.check.setEnabled(address)
        self.save.setEnabled(address and bool(self.models.chosen()) and not self._saving)
        self._http.setVisible(self._is_far_http())
        words = ""
        if self._found == 0:
            words = self.tr("The server responds but lists no models. Enter a model name it knows.")
        elif self._found == 1:
            words = self.tr("One model found.")
        elif self._found > 1:
            words = self.tr("{count} models found. Choose which to show.").format(count=self._found)
        show_text(self.state, words)

    def retranslate(self) -> None:
        names = (
            self.tr("Address"),
            self.tr("API key"),
            self.tr("Models to show"),
            self.tr("Name (optional)"),
            self.tr("Additional certificates"),
            self.tr("Context length (tokens), if the server doesn’t report it"),
        )
        for row, name in zip(self._rows, names, strict=True):
            row.set_words(name)
        self.certificates.setAccessibleName(names[4])
        self.context.setAccessibleName(names[5])
        self.address.setPlaceholderText("https://host:8000/v1")
        self.title.setPlaceholderText(self.tr("Defaults to the address"))
        self.certificates.setPlaceholderText(self.tr("None"))
        self._http_words.setText(
            self.tr(
                "Allow http for this server: text is sent unencrypted, and others along the way can read it."
            )
        )
        self.allow_http.setAccessibleName(self.tr("Allow http for this server"))
        set_texts(self.check, self.tr("Check"), self.tr("Check the server and list its models"))
        self._show_more(self.more.isChecked())
        self.more.setAccessibleName(self.tr("Certificates and context"))
        set_texts(self.choose, self.tr("Choose…"), self.tr("Choose a certificate file"))
        self.save.setText(self.tr("Add server") if self._server is None else self.tr("Save"))
        self.save.setAccessibleName(
            self.tr("Add this server") if self._server is None else self.tr("Save changes")
        )
        self._show()
