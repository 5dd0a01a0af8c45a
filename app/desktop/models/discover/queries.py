"""What a person typed, as a query to the hub."""

from __future__ import annotations

import re

import msgspec

from engine.hub.values import Query, Sort

SORTS: tuple[Sort, ...] = ("trending", "downloads", "likes", "updated")
# The licences that most models have, by the hub's short names; "" is any.
LICENCES = ("", "apache-2.0", "mit", "gemma", "llama3.3", "cc-by-4.0", "cc-by-nc-4.0", "other")
BILLION = 10**9
# At most so many parameters; 0 is any size.
SIZES = (0, 3 * BILLION, 8 * BILLION, 15 * BILLION, 40 * BILLION, 130 * BILLION)
ADDRESS = re.compile(r"^(?:https?://[^/]+|huggingface\.co|hf\.co)/(?=[^/]+)", re.IGNORECASE)


class Filters(msgspec.Struct, frozen=True):
    """What is chosen beside the words: the menus of the search."""

    sort: Sort = "trending"
    licence: str = ""
    most_parameters: int = 0


def query_of(typed: str, filters: Filters) -> Query | None:
    """The query for what was typed; None when nothing is asked for, neither words nor filters.

    "owner/" at the beginning asks for that author alone. The address of a model page and the name of a variant
    (OWNER/REPO:QUANT) ask for their repository.
    """
    text = " ".join(typed.split())
    author = ""
    if not text and filters == Filters():
        return None
    if ADDRESS.match(text):
        text = ADDRESS.sub("", text)
    if "/" in text and " " not in text.partition("/")[0]:
        author, _, rest = text.partition("/")
        text = re.split(r"[/:?#]", rest, maxsplit=1)[0].strip()
    return Query(text, author, filters.sort, filters.licence, filters.most_parameters)
