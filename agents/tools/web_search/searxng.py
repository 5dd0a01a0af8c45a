"""SearXNG, on the person's own server or one that they know.

Source: SearXNG's "Search API" (docs.searxng.org/dev/search_api): GET `/search` with `q` and `format=json`; a format
that is not switched on in `search.formats` is refused with 403.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from agents.tools.web_search.asking import Refused, Server
from agents.tools.web_search.results import Result, results_of
from engine.errors import UserError


def search(server: Server, url: str, query: str, most: int) -> tuple[Result, ...]:
    """The pages for a query. Raises UserError `web_search.*`, `remote.*`."""
    try:
        answer: Any = server.get(f"{url}/search?{urlencode({'q': query, 'format': 'json'})}")
    except Refused as error:
        if error.status == 403:
            raise UserError("web_search.no_json", host=server.place) from error
        raise
    return results_of(answer.get("results") if isinstance(answer, dict) else None, "content", most)
