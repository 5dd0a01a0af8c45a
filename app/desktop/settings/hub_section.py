"""Models and the hub: where models are kept, and how the hub is reached."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.found_models import FoundModels
from app.desktop.settings.library_folder import LibraryFolder
from app.desktop.settings.token_field import TokenField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.checked_field import CheckedField
from app.desktop.widgets.controls import Section
from app.desktop.widgets.segmented import SegmentedControl
from app.desktop.widgets.switch import Switch
from app.services.events import ServiceEvent
from app.services.library.events import MoveProgress
from app.services.settings.settings import Settings
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

AT_ONCE = (1, 2, 3, 4)


def keep_access(services: Services, field: str, value: str) -> None:
    """Keep a part of the way to the hub once it is known to be one. Reads files, connects to nobody.

    Raises UserError `hub.bad_endpoint`, `hub.bad_proxy`, `hub.bad_certificates`, `settings.not_saved`; then
    everything is as before.
    """
    from engine.hub.access import hub_access

    endpoint, proxy, certificates = (
        value if field == name else "" for name in ("hub_endpoint", "hub_proxy", "hub_certificates")
    )
    hub_access(endpoint, proxy, certificates, environ={}).http().close()
    services.settings.change(**{field: value})


class HubSection(Section):
    """One row after the other; a change counts at once."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._settings = Settings()
        self.folder = LibraryFolder(calls, self)
        self.found = FoundModels(calls, self)
        self.at_once = SegmentedControl(self)
        self.offline = Switch(self)
        self.token = TokenField(calls, self)
        self.endpoint, self.proxy, self.certificates = (CheckedField(self) for _ in range(3))
        self._choose = push_button(self)
        self.certificates.beside.addWidget(self._choose)
        self._folder_row = self.add_row(self.folder, below=True)
        self._found_row = self.add_row(self.found, below=True)
        self._at_once_row = self.add_row(self.at_once)
        self._offline_row = self.add_row(self.offline)
        self._token_row = self.add_row(self.token, below=True)
        self._endpoint_row = self.add_row(self.endpoint, below=True)
        self._proxy_row = self.add_row(self.proxy, below=True)
        self._certificates_row = self.add_row(self.certificates, below=True)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.at_once.chosen.connect(lambda value: self._change(downloads_at_once=int(value)))
        self.offline.clicked.connect(lambda on: self._change(offline=on))
        self._choose.clicked.connect(self._choose_certificates)
        for field, name in self._fields():
            field.changed.connect(partial(self._keep, field, name))

    def _fields(self) -> tuple[tuple[CheckedField, str], ...]:
        return (
            (self.endpoint, "hub_endpoint"),
            (self.proxy, "hub_proxy"),
            (self.certificates, "hub_certificates"),
        )

    # What is told

    def open(self) -> None:
        """The page comes to the front: ask for what others may have changed."""
        self.folder.read()
        self.token.read()

    def leave(self) -> None:
        """The window closes: end what would hold it up."""
        self.folder.stop()

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        for field, name in self._fields():
            field.show_text(getattr(settings, name))
        self.offline.setChecked(settings.offline)
        self._show_at_once()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, MoveProgress):
                self.folder.take(event)

    # What a person does

    def _change(self, **fields: object) -> None:
        self._calls.do(lambda s: s.settings.change(**fields), owner=self)

    def _keep(self, field: CheckedField, name: str, value: str) -> None:
        def told(error: UserError | None) -> None:
            if field.field.text().strip() == value:  # and not something newer
                field.say(error)

        self._calls.do(
            lambda s: keep_access(s, name, value), lambda _: told(None), told, executor="io", owner=self
        )

    def _choose_certificates(self) -> None:
        kinds = self.tr("Certificates") + " (*.pem *.crt *.cer)"
        dialog = QFileDialog(self, self.tr("Certificate file"), "", kinds)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.certificates.enter)
        dialog.open()

    # Words

    def _show_at_once(self) -> None:
        chosen = self._settings.downloads_at_once
        numbers = sorted({*AT_ONCE, chosen})
        self.at_once.set_choices([(str(number), str(number)) for number in numbers], str(chosen))

    def retranslate(self) -> None:
        self.set_title(self.tr("Downloads (Hugging Face)"))
        self._folder_row.set_words(
            self.tr("Library folder"),
            self.tr("Downloaded models are stored here. If you choose another folder, they move there."),
        )
        self._found_row.set_words(
            self.tr("Models from other apps"),
            self.tr(
                "Models that the Hugging Face client, LM Studio, and Ollama downloaded can be used in "
                "place. Nothing is copied or changed."
            ),
        )
        self._at_once_row.set_words(self.tr("Simultaneous downloads"), self.tr("The rest are queued."))
        self._offline_row.set_words(
            self.tr("Offline"),
            self.tr("Never contacts Hugging Face. Installed models keep working."),
        )
        self._token_row.set_words(
            self.tr("Hugging Face access token"),
            self.tr("For models that require you to accept terms. Sent only to Hugging Face."),
        )
        mirror = self.tr("Alternative address (mirror). Leave empty for huggingface.co.")
        if os.environ.get("HF_ENDPOINT"):
            mirror = self.tr("The environment variable HF_ENDPOINT overrides this setting.")
        self._endpoint_row.set_words(self.tr("Mirror"), mirror)
        self._proxy_row.set_words(self.tr("Proxy"), self.tr("Leave empty to use the system’s proxy."))
        self._certificates_row.set_words(
            self.tr("Certificates"),
            self.tr("Extra certificates (PEM) to trust, for company networks."),
        )
        self.endpoint.field.setPlaceholderText("https://huggingface.co")
        self.proxy.field.setPlaceholderText("http://proxy.example:8080")
        self.certificates.field.setPlaceholderText(self.tr("None"))
        self._choose.setText(self.tr("Choose…"))
        self._choose.setAccessibleName(self.tr("Choose a certificate file"))
