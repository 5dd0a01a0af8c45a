"""The hub's search results as our values. Untrusted: malformed ones are left out."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import UserError
from engine.hub.names import is_repo
from engine.hub.session import STRANGE, Calls, KeepGoing, Stopped, calling, hub_api
from engine.hub.values import Gate, HubModel, Query, Sort

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import ModelInfo

    from engine.hub.access import HubAccess

PAGE = 40
# Nobody reads further, and a hub whose pages never end must come to one.
MOST_PAGES = 50
_LONGEST_TEXT = 200
_MOST_TAGS = 200
_SORTS: Mapping[Sort, Any] = {
    "trending": "trending_score",
    "downloads": "downloads",
    "likes": "likes",
    "updated": "last_modified",
}
_GATES: Mapping[Any, Gate] = {"auto": "automatic", "manual": "manual", True: "manual"}


def search_pages(
    access: HubAccess, http: httpx2.Client, query: Query, keep_going: KeepGoing
) -> Iterator[tuple[HubModel, ...]]:
    """Repositories with GGUF files, page by page as they come; ends early when `keep_going` returns False.

    Raises UserError `hub.*`.
    """
    sizes: list[int] = []  # of the pages received

    def received(body: bytes) -> None:
        if len(sizes) == MOST_PAGES:
            raise Stopped
        sizes.append(len(msgspec.json.decode(body, type=list[msgspec.Raw])))

    calls = Calls(access, http, limit=PAGE, keep_going=keep_going, received=received)
    found = iter(_list(access, query))
    try:
        while keep_going():
            with calling(calls):
                page = list(itertools.islice(found, 1))  # asks for the next page
                page += itertools.islice(found, max(sizes[-1] - 1, 0) if sizes else 0)
            if not page:
                return
            yield tuple(_wanted(page, query))
    except Stopped:
        return
    except STRANGE as error:
        raise UserError("hub.garbage", host=access.origin[1]) from error


def _list(access: HubAccess, query: Query) -> Any:
    licence = [f"license:{query.licence}"] if query.licence else []
    return hub_api(access.endpoint).list_models(
        filter=["gguf", *licence],
        search=query.text.strip()[:_LONGEST_TEXT] or None,
        author=query.author.strip()[:_LONGEST_TEXT] or None,
        sort=_SORTS[query.sort],
        num_parameters=f"max:{_spoken_count(query.most_parameters)}" if query.most_parameters else None,
        expand=["gguf", "downloads", "likes", "gated", "private", "lastModified", "tags"],
        token=False,
    )


def _wanted(page: Iterable[ModelInfo], query: Query) -> Iterator[HubModel]:
    """Filter out what is no repository or larger than asked: not every hub does."""
    for model in map(hub_model, page):
        if model is not None and not 0 < query.most_parameters < model.parameters:
            yield model


def hub_model(info: ModelInfo) -> HubModel | None:
    """A repository as the hub describes it; None where its name cannot be one."""
    repo: object = info.id
    if not (isinstance(repo, str) and is_repo(repo)):
        return None
    gguf = info.gguf if isinstance(info.gguf, dict) else {}
    tags = _texts(info.tags)
    return HubModel(
        repo=repo,
        downloads=_count(info.downloads),
        likes=_count(info.likes),
        updated=_seconds(info.last_modified),
        licence=next((tag[len("license:") :] for tag in tags if tag.startswith("license:")), ""),
        gate=_GATES.get(info.gated, "") if isinstance(info.gated, bool | str) else "",
        private=info.private is True,
        architecture=_text(gguf.get("architecture")),
        parameters=_count(gguf.get("total")),
        context_length=_count(gguf.get("context_length")),
        tags=tags,
    )


def _spoken_count(parameters: int) -> str:
    """As the hub writes it, rounded up: 8B, 135M."""
    unit, name = (10**9, "B") if parameters >= 10**9 else (10**6, "M")
    return f"{math.ceil(10 * parameters / unit) / 10:g}{name}"


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def _text(value: object) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(
        value for value in values[:_MOST_TAGS] if isinstance(value, str) and len(value) <= _LONGEST_TEXT
    )


def _seconds(moment: object) -> float:
    try:
        return moment.timestamp() if isinstance(moment, datetime.datetime) else 0.0
    except (OverflowError, ValueError, OSError):
        return 0.0
