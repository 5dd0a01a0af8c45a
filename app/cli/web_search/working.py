"""`coterie web-search show`, `use`, `key`, `test` and `remove`."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from app import paths
from app.cli.output import Output
from app.services.connections.web_search import TRIAL, WebSearches
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from engine.errors import UserError


def _opened() -> WebSearches:
    return WebSearches(SettingsFile(paths.home() / "settings.toml"), Secrets())


def show(output: Output) -> int:
    """Show what is set up."""
    return _shown(_opened(), output)


def use(provider: str, url: str, output: Output) -> int:
    """Choose a provider. Raises UserError `web_search.*`, `settings.not_saved`."""
    searches = _opened()
    searches.choose(provider, url)
    return _shown(searches, output)


def key(provider: str, output: Output) -> int:
    """Read a key and keep it; 1 where no keyring does. Raises UserError `remote.bad_key`, `web_search.*`."""
    searches = _opened()
    if sys.stdin.isatty():
        given = getpass.getpass(output.localized("cli.web_search.key", name=provider))
    else:
        given = sys.stdin.readline()
    kept = searches.keep_key(provider, given)
    output.object({"provider": provider, "kept": kept})
    said = output.localized(f"cli.web_search.{'kept' if kept else 'not_kept'}")
    (output.text if kept else output.note)(said)
    return 0 if kept else 1


def test(output: Output) -> int:
    """Search for a word. Raises UserError `web_search.*`, `remote.*`."""
    count = _opened().check()
    output.object({"query": TRIAL, "found": count})
    output.text(output.localized("cli.web_search.found", query=TRIAL, count=count))
    return 0


def remove(output: Output) -> int:
    """Switch it off and delete the keys. Raises UserError `remote.key_stays`, `settings.not_saved`."""
    searches = _opened()
    searches.remove()
    return _shown(searches, output)


def _shown(searches: WebSearches, output: Output) -> int:
    provider = searches.chosen
    told: dict[str, Any] = {"provider": "", "url": searches.url, "key": ""}
    if provider is None:
        output.object(told)
        output.text(output.localized("cli.web_search.off"))
        return 0
    place = searches.key_place(provider.id) if provider.needs_key else ""
    output.object(told | {"provider": provider.id, "key": place})
    output.text(output.localized("cli.web_search.on", name=provider.name, url=searches.url))
    if provider.needs_key and not place:
        output.tell(UserError("web_search.no_key", name=provider.name))
    return 0
