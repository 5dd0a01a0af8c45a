"""Tavily Search.

Source: "Tavily Search" and "Rate limits" (docs.tavily.com/documentation/api-reference/endpoint/search): POST
`https://api.tavily.com/search` with a JSON body and the key as a bearer token; `max_results` from 0 to 20. 401 is for
a key that is not known, 429 for too many requests, 432 and 433 for a used up plan or limit.
"""

from __future__ import annotations

from typing import Any

from agents.tools.web_search.asking import Refused, Server
from agents.tools.web_search.results import Result, results_of
from engine.errors import UserError

_MOST = 20


def search(server: Server, url: str, query: str, most: int) -> tuple[Result, ...]:
    """The pages for a query. Raises UserError `web_search.*`, `remote.*`."""
    try:
        answer: Any = server.post(f"{url}/search", {"query": query, "max_results": min(most, _MOST)})
    except Refused as error:
        if error.status in (432, 433):
            raise UserError("web_search.used_up", host=server.place) from error
        raise
    return results_of(answer.get("results") if isinstance(answer, dict) else None, "content", most)
