"""The providers of web search that Coterie speaks to."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agents.tools.web_search import brave, searxng, tavily
from agents.tools.web_search.asking import Server
from agents.tools.web_search.results import Result

# Asks the provider's server, at this base address, for at most so many pages. Blocks; raises UserError.
Search = Callable[[Server, str, str, int], tuple[Result, ...]]


class Provider(msgspec.Struct, frozen=True):
    """`url` is the base of its address, "" for one that a person must name. `key_header` is the header of its key, ""
    for "Authorization: Bearer"; `page` is where a person gets one."""

    id: str
    name: str
    search: Search
    url: str = ""
    needs_key: bool = False
    key_header: str = ""
    page: str = ""


PROVIDERS: tuple[Provider, ...] = (
    Provider("searxng", "SearXNG", searxng.search),
    Provider(
        "brave",
        "Brave Search",
        brave.search,
        "https://api.search.brave.com",
        True,
        brave.KEY_HEADER,
        "https://brave.com/search/api/",
    ),
    Provider(
        "tavily",
        "Tavily",
        tavily.search,
        "https://api.tavily.com",
        True,
        page="https://app.tavily.com/",
    ),
)
