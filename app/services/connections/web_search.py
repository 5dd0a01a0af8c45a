"""Web search: the provider that a person has chosen, its key, and a search with it.

Methods block on the keyring and on the network: call them off the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.tools.web_search.asking import Server
from agents.tools.web_search.providers import PROVIDERS, Provider
from agents.tools.web_search.results import Result
from app.services.settings.secrets import Secrets, TokenPlace
from app.services.settings.settings import Settings, SettingsFile
from engine.errors import UserError
from engine.remote.access import RemoteAccess, checked_key
from engine.remote.names import checked_base

# What is searched for to see whether it works.
TRIAL = "wikipedia"


def provider_in_use(settings: Settings) -> Provider | None:
    """The provider that is chosen, where it is known where it is. Pure."""
    chosen = next((each for each in PROVIDERS if each.id == settings.web_search), None)
    return chosen if chosen is not None and (chosen.url or settings.searxng_url) else None


class WebSearches:
    """The providers and which of them is in use. A key lies in the keyring and is sent to its own provider alone."""

    def __init__(
        self, settings: SettingsFile, secrets: Secrets, providers: Sequence[Provider] = PROVIDERS
    ) -> None:
        self._settings, self._secrets = settings, secrets
        self.providers = {provider.id: provider for provider in providers}

    @property
    def chosen(self) -> Provider | None:
        """The provider in use, None while web search is off. Never blocks."""
        return self.providers.get(self._settings.current.web_search)

    @property
    def url(self) -> str:
        """The base of the address of the provider in use, "" where there is none. Never blocks."""
        chosen = self.chosen
        return "" if chosen is None else chosen.url or self._settings.current.searxng_url

    @property
    def is_on(self) -> bool:
        """Whether a provider is chosen and known where it is. Never blocks."""
        return bool(self.url)

    def choose(self, provider: str, url: str = "") -> Settings:
        """Use this provider from now on, "" for none; `url` is the address of one's own server.

        Raises UserError `web_search.no_provider`, `web_search.no_url`, `web_search.bad_url`, `settings.not_saved`.
        """
        if not provider:
            return self._settings.change(web_search="")
        known = self._known(provider)
        if known.url:
            return self._settings.change(web_search=provider)
        url = url or self._settings.current.searxng_url
        if not url:
            raise UserError("web_search.no_url", name=known.name)
        return self._settings.change(web_search=provider, searxng_url=checked_address(url))

    def _known(self, provider: str) -> Provider:
        known = self.providers.get(provider)
        if known is None:
            raise UserError("web_search.no_provider", name=provider[:100], known=", ".join(self.providers))
        return known

    def keep_key(self, provider: str, key: str) -> bool:
        """Keep a key. False: no keyring has it, so it is lost with this session.

        Raises UserError `remote.bad_key`, `web_search.takes_no_key`, and as `choose` for an unknown provider.
        """
        known = self._known(provider)
        if not known.needs_key:
            raise UserError("web_search.takes_no_key", name=known.name)
        checked = checked_key(key)
        if not checked:
            raise UserError("remote.bad_key")
        return self._secrets.keep_secret(_secret(provider), checked)

    def forget_key(self, provider: str) -> None:
        """Raises UserError `remote.key_stays` when the keyring still has it."""
        if not self._secrets.forget_secret(_secret(provider)):
            raise UserError("remote.key_stays")

    def key_place(self, provider: str) -> TokenPlace:
        """Where its key is: "keyring", "session" until the program ends, or "" for none."""
        return self._secrets.has_secret(_secret(provider))

    def remove(self) -> None:
        """Switch web search off, and delete every key. Raises as `forget_key`."""
        self._settings.change(web_search="")
        for provider in self.providers.values():
            if provider.needs_key:
                self.forget_key(provider.id)

    def search(
        self, query: str, most: int, stopped: Callable[[], bool] = lambda: False
    ) -> tuple[Result, ...]:
        """The pages that the provider in use finds. Raises UserError `web_search.*`, `remote.*`, `hub.*`."""
        provider, url, settings = self.chosen, self.url, self._settings.current
        if provider is None or not url:
            raise UserError("web_search.off")
        key = self._secrets.secret(_secret(provider.id)) if provider.needs_key else ""
        if provider.needs_key and not key:
            raise UserError("web_search.no_key", name=provider.name)
        access = RemoteAccess(
            lambda: key,
            proxy=settings.hub_proxy,
            certificates=settings.hub_certificates,
            header=provider.key_header,
        )
        return provider.search(Server(url, access, stopped), url, query, most)

    def check(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Search for a word, and return how many pages that found. Raises as `search`."""
        return len(self.search(TRIAL, 5, stopped))


def checked_address(url: str) -> str:
    """The base of a SearXNG server, also of a copied address of its page. Raises UserError `web_search.bad_url`."""
    url = url.strip().partition("?")[0]
    try:
        return checked_base(url if "://" in url else f"https://{url}").removesuffix("/search")
    except UserError as error:
        raise UserError("web_search.bad_url", **error.params) from error


def _secret(provider: str) -> str:
    return f"web-search:{provider}"
