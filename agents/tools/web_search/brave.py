"""Brave Search API.

Source: "Brave Search API, Web Search" (api-dashboard.search.brave.com/documentation): GET
`https://api.search.brave.com/res/v1/web/search` with `q` of at most 400 characters and 50 words, `count` up to 20,
and the key in the header X-Subscription-Token. Without text decorations there are no tags in the descriptions. A key
that is not known is answered with 422; 429 is for too many in a second, 402 or words on the quota for a used up plan.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from agents.tools.web_search.asking import Refused, Server
from agents.tools.web_search.results import Result, results_of
from engine.errors import UserError

KEY_HEADER = "X-Subscription-Token"
_MOST, _MOST_LETTERS, _MOST_WORDS = 20, 400, 50


def search(server: Server, url: str, query: str, most: int) -> tuple[Result, ...]:
    """The pages for a query. Raises UserError `web_search.*`, `remote.*`."""
    words = " ".join(query.split()[:_MOST_WORDS])[:_MOST_LETTERS]
    asked = {"q": words, "count": min(most, _MOST), "text_decorations": "false"}
    try:
        answer: Any = server.get(f"{url}/res/v1/web/search?{urlencode(asked)}")
    except Refused as error:
        if error.status == 402 or "QUOTA" in error.said.upper():
            raise UserError("web_search.used_up", host=server.place) from error
        if error.status == 422 and "TOKEN" in error.said.upper():
            raise UserError("web_search.key_refused", host=server.place) from error
        raise
    web = answer.get("web") if isinstance(answer, dict) else None
    return results_of(web.get("results") if isinstance(web, dict) else None, "description", most)
