"""Models and the hub: where models are kept, and how the hub is reached."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.checked_field import CheckedField
from app.desktop.forms.file_dialog import choose_file
from app.desktop.forms.form import Field, FormSection, Text
from app.desktop.settings.hub.found_models import FoundModels
from app.desktop.settings.hub.library_folder import LibraryFolder
from app.desktop.settings.hub.open_with_switch import OpenWithSwitch
from app.desktop.settings.hub.token_field import TokenField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.integration.open_with import is_offered
from app.services.events import ServiceEvent
from app.services.library.events import MoveProgress
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


class HubSection(FormSection):
    """One row after the other; a change counts at once."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self.folder, self.found, self.token = (
            LibraryFolder(calls, self),
            FoundModels(calls, self),
            TokenField(calls, self),
        )
        self.open_with = OpenWithSwitch(calls, self)
        self.open_with.setVisible(is_offered())
        self._choose = push_button(self)
        self.refresh()
        certificates = self.editors["hub_certificates"]
        certificates.beside.addWidget(self._choose)
        self._choose.clicked.connect(
            lambda: choose_file(
                self,
                self.tr("Certificate file"),
                self.tr("Certificates") + " (*.pem *.crt *.cer)",
                certificates.enter,
            )
        )

    # What is told

    def open(self) -> None:
        """The page comes to the front: ask for what others may have changed."""
        self.folder.read()
        self.token.read()
        if is_offered():
            self.open_with.read()

    def leave(self) -> None:
        """The window closes: end what would hold it up."""
        self.folder.stop()

    def take_events(self, events: list[ServiceEvent]) -> None:
        for event in events:
            if isinstance(event, MoveProgress):
                self.folder.take(event)

    # What a person does

    def _change(self, **fields: Any) -> None:
        ((key, value),) = fields.items()
        field = self.editors[key]
        if not isinstance(field, CheckedField):
            self._calls.do(lambda s: s.settings.change(**fields), owner=self)
            return

        def told(error: UserError | None) -> None:
            if field.field.text().strip() == value:  # and not something newer
                field.say(error)

        self._calls.do(
            lambda s: keep_access(s, key, value), lambda _: told(None), told, executor="io", owner=self
        )

    # Words

    def _opened_outside(self) -> Sequence[Field]:
        """On macOS the bundle says what it opens, and there is nothing to switch."""
        words = self.tr(
            "From web pages and from your files. Coterie shows the model first; nothing is downloaded or loaded"
            " until you choose it."
        )
        field = Field(
            "open_with", self.tr("Open model links and .gguf files with Coterie"), words, self.open_with
        )
        return (field,) if is_offered() else ()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Downloads (Hugging Face)"))
        numbers = sorted({*AT_ONCE, self.settings.downloads_at_once})
        mirror = self.tr("Alternative address (mirror). Leave empty for huggingface.co.")
        if os.environ.get("HF_ENDPOINT"):
            mirror = self.tr("The environment variable HF_ENDPOINT overrides this setting.")
        set_texts(self._choose, self.tr("Choose…"), self.tr("Choose a certificate file"))
        return (
            Field(
                "folder",
                self.tr("Library folder"),
                self.tr("Downloaded models are stored here. If you choose another folder, they move there."),
                self.folder,
                below=True,
            ),
            Field(
                "found",
                self.tr("Models from other apps"),
                self.tr(
                    "Models that the Hugging Face client, LM Studio, and Ollama downloaded can be used in "
                    "place. Nothing is copied or changed."
                ),
                self.found,
                below=True,
            ),
            *self._opened_outside(),
            Field(
                "downloads_at_once",
                self.tr("Simultaneous downloads"),
                self.tr("The rest are queued."),
                [(number, str(number)) for number in numbers],
            ),
            Field(
                "offline",
                self.tr("Offline"),
                self.tr("Never contacts Hugging Face. Installed models keep working."),
            ),
            Field(
                "token",
                self.tr("Hugging Face access token"),
                self.tr("For models that require you to accept terms. Sent only to Hugging Face."),
                self.token,
                below=True,
            ),
            Field("hub_endpoint", self.tr("Mirror"), mirror, Text("https://huggingface.co")),
            Field(
                "hub_proxy",
                self.tr("Proxy"),
                self.tr("Leave empty to use the system’s proxy."),
                Text("http://proxy.example:8080"),
            ),
            Field(
                "hub_certificates",
                self.tr("Certificates"),
                self.tr("Extra certificates (PEM) to trust, for company networks."),
                Text(self.tr("None")),
            ),
        )
