"""Searching: what is asked, what comes back, and what a strange hub cannot do."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from engine.errors import UserError
from engine.hub import search as searching
from engine.hub.access import HubAccess
from engine.hub.client import Hub
from engine.hub.search import MOST_PAGES, PAGE, search_pages
from engine.hub.values import HubModel, Query
from tests.support.hub import Fault, HubRepo, MemoryContent
from tests.support.hub import Hub as FakeHub

OpenHub = Callable[..., Hub]
FILES = {"m-Q8_0.gguf": MemoryContent(b"GGUF")}


def repo(name: str, **facts: Any) -> HubRepo:
    return HubRepo(name, dict(FILES), **facts)


@pytest.fixture
def shelf(hub: FakeHub) -> FakeHub:
    hub.shelf.add(
        repo(
            "acme/Small-Chat-GGUF",
            downloads=10,
            likes=5,
            trending=1,
            parameters=135_000_000,
            architecture="llama",
            context_length=8192,
        ),
        repo("acme/Large-Chat-GGUF", downloads=30, likes=1, trending=2, parameters=30 * 10**9, licence="mit"),
        repo(
            "other/Medium-GGUF",
            downloads=20,
            likes=9,
            trending=3,
            gated="auto",
            updated="2026-06-01T00:00:00.000Z",
        ),
    )
    return hub


def names(found: Any) -> list[str]:
    return [model.repo for model in found]


def test_what_is_known_of_a_repository_comes_with_it(shelf: FakeHub, open_hub: OpenHub) -> None:
    found = {model.repo: model for model in open_hub(shelf).search(Query())}
    small = found["acme/Small-Chat-GGUF"]
    assert (small.downloads, small.likes, small.licence, small.gate) == (10, 5, "apache-2.0", "")
    assert (small.architecture, small.parameters, small.context_length) == ("llama", 135_000_000, 8192)
    assert time.gmtime(small.updated)[:3] == (2026, 5, 1)
    assert "gguf" in small.tags
    assert found["other/Medium-GGUF"].gate == "automatic"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), ["other/Medium-GGUF", "acme/Large-Chat-GGUF", "acme/Small-Chat-GGUF"]),
        (Query(sort="downloads"), ["acme/Large-Chat-GGUF", "other/Medium-GGUF", "acme/Small-Chat-GGUF"]),
        (Query(sort="likes"), ["other/Medium-GGUF", "acme/Small-Chat-GGUF", "acme/Large-Chat-GGUF"]),
        (Query(sort="updated"), ["other/Medium-GGUF", "acme/Small-Chat-GGUF", "acme/Large-Chat-GGUF"]),
        (Query(text="chat large"), ["acme/Large-Chat-GGUF"]),
        (Query(author="other"), ["other/Medium-GGUF"]),
        (Query(licence="mit"), ["acme/Large-Chat-GGUF"]),
        (Query(text="chat", most_parameters=8 * 10**9), ["acme/Small-Chat-GGUF"]),
        (Query(text="nothing like it"), []),
    ],
)
def test_each_wish_is_met(shelf: FakeHub, open_hub: OpenHub, query: Query, expected: list[str]) -> None:
    found = names(open_hub(shelf).search(query))
    if query.sort == "updated":
        assert found[0] == expected[0] and set(found) == set(expected)
    else:
        assert found == expected


def test_a_page_is_handed_over_before_the_next_is_asked_for(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.shelf.add(*(repo(f"acme/m{number}-GGUF") for number in range(2 * PAGE + 5)))
    pages = open_hub(hub).search_pages(Query())
    assert len(next(pages)) == PAGE
    assert len(hub.log) == 1
    assert [len(page) for page in pages] == [PAGE, 5]
    assert len(hub.log) == 3


def test_nobody_is_asked_once_the_query_has_changed(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.shelf.add(*(repo(f"acme/m{number}-GGUF") for number in range(3 * PAGE)))
    going = [True]
    for _ in open_hub(hub).search_pages(Query(), lambda: going[0]):
        going[0] = False
    assert len(hub.log) == 1
    assert list(open_hub(hub).search_pages(Query(), lambda: False)) == []
    assert len(hub.log) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("garbage", "search", on="api"), "hub.garbage"),
        (Fault("html", "search", on="api"), "hub.garbage"),
        (Fault("too_many", "search", on="api", seconds=90), "hub.busy"),
        (Fault("unavailable", "search", on="api", seconds=90, date=True), "hub.busy"),
        (Fault("failed", "search", on="api"), "hub.failed"),
        (Fault("cut", "search", on="api"), "hub.cut"),
        (Fault("unauthorised", "search", on="api"), "hub.needs_token"),
    ],
)
def test_a_failure_is_told_and_not_tried_again(
    shelf: FakeHub, open_hub: OpenHub, fault: Fault, code: str
) -> None:
    shelf.fault(fault)
    with pytest.raises(UserError) as caught:
        list(open_hub(shelf).search(Query()))
    assert caught.value.code == code
    assert len(shelf.log) == 1  # the library alone would sleep, and ask five times
    if code == "hub.busy":
        assert 30 <= int(caught.value.params["seconds"]) <= 92  # a date comes nearer meanwhile


def scripted(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(answer))


def listing(*entries: object, **headers: str) -> httpx2.Response:
    return httpx2.Response(200, content=json.dumps(entries).encode(), headers=headers)


def found_of(answer: Callable[[httpx2.Request], httpx2.Response], **query: Any) -> list[HubModel]:
    with scripted(answer) as http:
        pages = search_pages(HubAccess("http://hub.test"), http, Query(**query), lambda: True)
        return [model for page in pages for model in page]


def test_strange_entries_are_left_out_and_strange_facts_are_unknown() -> None:
    good = {
        "id": "acme/good",
        "downloads": "many",
        "likes": -3,
        "tags": ["a", 7, "x" * 1000, "license:mit"],
        "gated": "perhaps",
        "private": "yes",
        "gguf": {"total": 2**70, "architecture": ["llama"], "context_length": True},
    }
    found = found_of(lambda _: listing({"id": "../../etc"}, {"id": 5}, {"id": "a" * 300 + "/b"}, good))
    assert found == [HubModel("acme/good", licence="mit", tags=("a", "license:mit"))]


@pytest.mark.parametrize("body", [b"null", b"{}", b"[1]", b'[{"no": "id"}]', b"", b"\xff\xfe", b"[" * 10_000])
def test_an_answer_of_another_form_is_said_so(body: bytes) -> None:
    with pytest.raises(UserError) as caught:
        found_of(lambda _: httpx2.Response(200, content=body))
    assert caught.value.code == "hub.garbage"


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> Any:
        while True:
            yield bytes(2**20)

    with pytest.raises(UserError) as caught:
        found_of(lambda _: httpx2.Response(200, content=endless()))
    assert caught.value.code == "hub.garbage"


def test_pages_without_end_come_to_one() -> None:
    asked: list[httpx2.URL] = []

    def again(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        return listing({"id": "acme/same"}, Link='<http://hub.test/api/models?cursor=1>; rel="next"')

    assert len(found_of(again)) == MOST_PAGES
    assert len(asked) == MOST_PAGES + 1
    asked.clear()
    empty = '<http://hub.test/api/models?cursor=1>; rel="next"'
    assert found_of(lambda request: asked.append(request.url) or listing(Link=empty)) == []
    assert len(asked) == MOST_PAGES + 1


def test_the_next_page_is_asked_of_the_endpoint_whatever_host_an_answer_names() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        if len(asked) > 1:
            return listing({"id": "acme/two"})
        return listing({"id": "acme/one"}, Link='<https://elsewhere.test/api/models?cursor=a%3D>; rel="next"')

    assert names(found_of(answer)) == ["acme/one", "acme/two"]
    assert asked[1] == f"http://hub.test/api/models?cursor=a%3D&limit={PAGE}"


def test_every_request_has_time_outs(
    monkeypatch: pytest.MonkeyPatch, shelf: FakeHub, open_hub: OpenHub
) -> None:
    seen: list[dict[str, float | None]] = []
    hub = open_hub(shelf)
    hub.http.event_hooks["request"].append(lambda request: seen.append(request.extensions["timeout"]))
    list(hub.search(Query()))
    hub.repository("acme/Small-Chat-GGUF")
    assert len(seen) == 2
    assert all(value for timeouts in seen for value in timeouts.values())


def test_the_size_is_spoken_as_the_hub_wants_it() -> None:
    spoken = [
        searching._spoken_count(count) for count in (135_000_000, 8 * 10**9, 7_240_000_000, 10**12, 999, 1)
    ]
    assert spoken == ["135M", "8B", "7.3B", "1000B", "0.1M", "0.1M"]
