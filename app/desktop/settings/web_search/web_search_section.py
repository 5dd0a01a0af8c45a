"""Which provider searches the web in chats and tasks, if any."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtWidgets import QWidget

from agents.tools.web_search.providers import PROVIDERS, Provider
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.controls import SettingRow
from app.desktop.forms.form import Field, FormSection
from app.desktop.settings.web_search.provider_setup import ProviderSetup
from app.desktop.widgets.choice_button import ChoiceButton
from app.services.settings.settings import Settings


class WebSearchSection(FormSection):
    """The provider, and below it what that one needs."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self.provider, self.setup = ChoiceButton(self), ProviderSetup(calls, self)
        self.provider.chosen.connect(
            lambda provider: calls.do(lambda s: s.settings.change(web_search=provider), owner=self)
        )
        self.refresh()

    def open(self) -> None:
        """The page comes to the front: ask who keeps the key."""
        self.setup.read()

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self.setup.show_provider(self._chosen, settings.searxng_url)

    @property
    def _chosen(self) -> Provider | None:
        return next((each for each in PROVIDERS if each.id == self.settings.web_search), None)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Web search"))
        chosen = self._chosen
        needs_key = chosen is not None and chosen.needs_key
        if needs_key and chosen is not None:
            help = self.tr("Sent only to {name}.").format(name=chosen.name)
        else:
            help = self.tr("Your own SearXNG server, or one you trust. It must allow results as JSON.")
        return (
            Field(
                "web_search",
                self.tr("Search provider"),
                self.tr(
                    "Lets chats and tasks search the web. What is searched for is sent to the provider; each "
                    "search shows you its words and asks first."
                ),
                self.provider,
            ),
            Field(
                "setup", self.tr("API key") if needs_key else self.tr("Address"), help, self.setup, below=True
            ),
        )

    def retranslate(self) -> None:
        super().retranslate()
        choices = [("", self.tr("Off")), *((each.id, each.name) for each in PROVIDERS)]
        self.provider.set_choices(self.tr("Search provider"), choices, self.settings.web_search)
        self.show_rows(self.rows())

    def rows(self) -> list[SettingRow]:
        """Nothing is to be set up without a provider."""
        setup = self.form.rows.get("setup")
        return [row for row in super().rows() if row is not setup or self._chosen is not None]

    def show_rows(self, shown: Collection[SettingRow]) -> None:
        super().show_rows([row for row in self.rows() if row in shown])
