"""What a provider of web search needs, the address of one's own server or a key, and a button that tries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from agents.tools.web_search.providers import Provider
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import CheckedField, Complaint
from app.desktop.markdown.links import open_link
from app.desktop.settings.secret_field import SecretField
from app.desktop.settings.server_text import place_words
from app.desktop.widgets.buttons import push_button, word_button
from app.desktop.widgets.labels import announce, set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.services.connections.web_search import TRIAL
from app.services.settings.secrets import TokenPlace
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.services import Services

T = TypeVar("T")


class ProviderKey(SecretField):
    """The key of a provider."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.keep.show()
        self.field.textEdited.connect(lambda _: self.retranslate())
        self.refresh()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("New key to replace the saved one") if self.is_kept else "")
        self.field.setAccessibleName(self.tr("API key"))
        show_text(self.state, place_words(self.place) if self.place is not None and self.is_kept else "")
        self.keep.setEnabled(bool(self.typed()))
        set_texts(self.keep, self.tr("Save"), self.tr("Save the API key"))
        set_texts(self.forget, self.tr("Delete"), self.tr("Delete the API key"))
        self.forget.setVisible(self.is_kept)


class ProviderSetup(ThemedWidget):
    """Asks the services for what changes; answers that come for another provider than the one that is shown are
    passed over."""

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self._provider: Provider | None = None
        self._found: int | None = None
        self._trial: Task | None = None
        self.address, self.key = CheckedField(self), ProviderKey(self)
        self.page = word_button(self, "small-word")
        self.test, self.result, self.complaint = (
            push_button(self),
            wrapped_label(self, "small"),
            Complaint(self),
        )
        page = Row(self.page, STRETCH)
        tried = Row(self.test, (self.result, 1), spacing=10)
        Column(self.address, self.key, page, tried, self.complaint, parent=self, spacing=8)
        self.address.field.setPlaceholderText("http://localhost:8080")
        self.address.changed.connect(self._keep_address)
        self.key.given.connect(self._keep_key)
        self.key.forget_wanted.connect(self._forget_key)
        self.page.clicked.connect(self._open_page)
        self.test.clicked.connect(self.try_it)
        self.refresh()

    def show_provider(self, provider: Provider | None, url: str) -> None:
        """The provider in use, and the address of one's own server."""
        self.address.show_text(url)
        if provider == self._provider:
            return
        self._provider = provider
        self._forgive()
        self.address.setVisible(provider is not None and not provider.url)
        self.key.setVisible(provider is not None and provider.needs_key)
        self.key.field.clear()
        self.key.show_place("")
        self.retranslate()
        self.read()

    def read(self) -> None:
        """Ask who keeps the key: a keyring may take its time."""
        provider = self._provider
        if provider is not None and provider.needs_key:
            self._do(provider, lambda s: s.web_search.key_place(provider.id), self.key.show_place)

    def _do(
        self, provider: Provider, ask: Callable[[Services], T], take: Callable[[T], object]
    ) -> Task | None:
        """Ask the services about a provider, and take the answer while that one is shown."""

        def taken(answer: T) -> None:
            if provider == self._provider:
                take(answer)

        def failed(error: UserError) -> None:
            if provider == self._provider:
                self._trial = None
                self.complaint.say(error)
                self.retranslate()

        return self._calls.do(ask, taken, failed, executor="net", owner=self)

    def _open_page(self) -> None:
        if self._provider is not None:
            open_link(self._provider.page)

    def _keep_address(self, url: str) -> None:
        self._forgive()
        self._calls.do(
            lambda s: _keep_address(s, url), lambda _: self.address.say(None), self.address.say, owner=self
        )

    def _keep_key(self, key: str) -> None:
        provider = self._provider
        if provider is None:
            return

        def kept(place: TokenPlace) -> None:
            self.key.field.clear()
            self.key.show_place(place)

        self._forgive()
        self._do(provider, lambda s: _keep_key(s, provider.id, key), kept)

    def _forget_key(self) -> None:
        provider = self._provider
        if provider is None:
            return

        def gone(_: None) -> None:
            self.key.show_place("")
            self.key.field.setFocus(Qt.FocusReason.OtherFocusReason)

        self._forgive()
        self._do(provider, lambda s: s.web_search.forget_key(provider.id), gone)

    def try_it(self) -> None:
        """Search for a word, and say what came of it."""
        if self._provider is None or self._trial is not None:
            return
        self._forgive()
        self._trial = self._do(self._provider, lambda s: s.web_search.check(), self._tried)
        self.retranslate()

    def _tried(self, count: int) -> None:
        self._trial, self._found = None, count
        self.retranslate()
        announce(self.result, self.result.text())

    def _forgive(self) -> None:
        """What was said, or is about to be, is of something else."""
        if self._trial is not None:
            self._trial.cancel()
        self._trial = self._found = None
        self.complaint.say(None)
        self.retranslate()

    def _words(self) -> str:
        if self._trial is not None:
            return self.tr("Searching for “{query}”…").format(query=TRIAL)
        if self._found is None:
            return ""
        if not self._found:
            return self.tr("It answers, but found nothing for “{query}”.").format(query=TRIAL)
        return self.tr("It works: pages were found for “{query}”.").format(query=TRIAL)

    def retranslate(self) -> None:
        name = "" if self._provider is None else self._provider.name
        self.address.setAccessibleName(self.tr("Address of the SearXNG server"))
        self.page.setVisible(self._provider is not None and bool(self._provider.page))
        set_texts(self.page, self.tr("Get a key from {name}").format(name=name))
        set_texts(self.test, self.tr("Test"), self.tr("Search for one word to test it"))
        self.test.setEnabled(self._trial is None)
        self.result.setText(self._words())


def _keep_address(services: Services, url: str) -> None:
    if url:
        services.web_search.choose("searxng", url)
    else:
        services.settings.change(searxng_url="")


def _keep_key(services: Services, provider: str, key: str) -> TokenPlace:
    return "keyring" if services.web_search.keep_key(provider, key) else "session"
