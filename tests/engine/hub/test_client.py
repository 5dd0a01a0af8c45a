"""Repositories, cards and where files are, as the hub tells them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from engine.errors import UserError
from engine.hub.access import HubAccess
from engine.hub.client import Hub
from engine.hub.values import Located
from tests.support.hub import Fault, HubRepo, MemoryContent
from tests.support.hub import Hub as FakeHub
from tests.support.hub.models import tiny
from tests.support.hub.shelves import gated_repository, private_repository, tricky_repository

OpenHub = Callable[..., Hub]
REPO, FILE = "acme/tiny-GGUF", "sub folder/tiny é-Q8_0.gguf"
DATA = b"GGUF" + bytes(5000)


@pytest.fixture
def shelf(hub: FakeHub) -> FakeHub:
    files = {
        FILE: MemoryContent(DATA),
        "mmproj-F16.gguf": MemoryContent(b"GGUF"),
        "small.txt": MemoryContent(b"x"),
    }
    hub.shelf.add(HubRepo(REPO, files, card="# Tiny\n\nText with --- in it.\n"))
    return hub


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        ask()
    return caught.value.code


def test_a_repository_is_what_its_newest_commit_holds(shelf: FakeHub, open_hub: OpenHub) -> None:
    found = open_hub(shelf).repository(REPO)
    known = shelf.shelf.get(REPO)
    assert known is not None and found.commit == known.commit
    (variant,) = found.variants
    (projector,) = found.companions
    assert projector.path == "mmproj-F16.gguf"
    # What lets it see comes along.
    assert (variant.name, variant.bytes) == ("Q8_0", len(DATA) + projector.bytes)
    assert variant.files[0].path == FILE
    assert variant.files[0].sha256 == MemoryContent(DATA).sha256
    assert (found.model.repo, found.model.licence) == (REPO, "apache-2.0")


def test_a_card_comes_without_the_data_before_it(shelf: FakeHub, open_hub: OpenHub) -> None:
    hub = open_hub(shelf)
    assert hub.card(REPO, "main") == "# Tiny\n\nText with --- in it.\n"
    assert hub.card("acme/none", "main") == ""


def test_names_that_want_out_are_left_out(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.shelf.add(tricky_repository())
    found = open_hub(hub).repository("demo/Tricky-Names-GGUF")
    assert len(found.left_out) == 7
    assert len({variant.name for variant in found.variants}) == len(found.variants) > 8
    for variant in found.variants:
        assert (
            open_hub(hub).locate(found.model.repo, found.commit, variant.files[0].path).bytes == variant.bytes
        )


@pytest.mark.parametrize("second_host", [False, True])
def test_a_file_is_located(start_hub: Callable[..., FakeHub], open_hub: OpenHub, second_host: bool) -> None:
    fake = start_hub(HubRepo(REPO, {FILE: MemoryContent(DATA)}), second_host=second_host)
    sha256 = MemoryContent(DATA).sha256
    url = f"{fake.address}/{REPO}/resolve/main/sub%20folder/tiny%20%C3%A9-Q8_0.gguf"
    assert open_hub(fake).locate(REPO, "main", FILE) == Located(url, len(DATA), sha256, sha256, True)
    assert [request.host for request in fake.log] == ["hub"]
    assert fake.log.sent() == 0


def test_a_file_without_a_hash_is_located_all_the_same(shelf: FakeHub, open_hub: OpenHub) -> None:
    shelf.fault(Fault("no_hash", f"{REPO}/*"))
    found = open_hub(shelf).locate(REPO, "main", FILE)
    assert (found.sha256, found.bytes) == ("", len(DATA))
    assert open_hub(shelf).repository(REPO).variants[0].files[0].sha256 == ""


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("gated", on="head"), "hub.gated"),
        (Fault("unauthorised", on="head"), "hub.needs_token"),
        (Fault("not_found", on="head"), "hub.no_file"),
        (Fault("too_many", on="head"), "hub.busy"),
        (Fault("unavailable", on="head"), "hub.busy"),
        (Fault("failed", on="head"), "hub.failed"),
    ],
)
def test_why_a_file_cannot_be_had_is_told(shelf: FakeHub, open_hub: OpenHub, fault: Fault, code: str) -> None:
    shelf.fault(fault)
    assert code_of(lambda: open_hub(shelf).locate(REPO, "main", FILE)) == code


def test_gated_and_private_repositories_are_told_apart_from_missing_ones_as_far_as_the_hub_does(
    hub: FakeHub, open_hub: OpenHub
) -> None:
    hub.shelf.add(gated_repository(), private_repository())
    hub.account("hf_all")
    hub.account("hf_none", opens=())
    gated, private = "demo/Gated-1B-GGUF", "demo/Private-1B-GGUF"
    anonymous, stranger, member = (
        open_hub(hub),
        *(open_hub(hub, token=lambda t=t: t) for t in ("hf_none", "hf_all")),
    )
    for one in (anonymous, stranger):
        found = one.repository(gated)
        assert found.model.gate == "manual"
        path = found.variants[0].files[0].path
        assert code_of(lambda one=one, path=path: one.locate(gated, "main", path)) == "hub.gated"  # type: ignore[misc]
        assert code_of(lambda one=one: one.repository(private)) == "hub.not_found"  # type: ignore[misc]
    assert member.locate(gated, "main", path).bytes > 0
    assert member.repository(private).model.private
    assert code_of(lambda: open_hub(hub, token=lambda: "hf_wrong").repository(private)) == "hub.bad_token"


@pytest.mark.parametrize("repo", ["", "acme", "../..", "acme/../x", "acme/x?y", "acme/x/y"])
def test_what_is_no_repository_is_not_asked_for(hub: FakeHub, open_hub: OpenHub, repo: str) -> None:
    mine = open_hub(hub)
    for ask in (
        lambda: mine.repository(repo),
        lambda: mine.locate(repo, "main", "x"),
        lambda: mine.card(repo, "main"),
    ):
        assert code_of(ask) == "hub.bad_name"
    assert len(hub.log) == 0


def test_a_server_that_is_not_there_is_told(open_hub: OpenHub) -> None:
    with pytest.raises(UserError) as caught:
        open_hub("http://127.0.0.1:1").repository(REPO)
    assert (caught.value.code, caught.value.params) == ("hub.unreachable", {"host": "127.0.0.1"})


def scripted(answer: Callable[[httpx2.Request], httpx2.Response]) -> Hub:
    hub = Hub(HubAccess("http://hub.test"))
    hub._http = httpx2.Client(transport=httpx2.MockTransport(answer))
    return hub


def described(**facts: Any) -> httpx2.Response:
    return httpx2.Response(
        200, content=json.dumps({"id": REPO, "sha": "a" * 40, "siblings": [], **facts}).encode()
    )


@pytest.mark.parametrize(
    "answer",
    [
        described(sha=None),
        described(sha="../../x"),
        described(id="../x"),
        described(siblings="many"),
        described(siblings=[{"no": "name"}]),
        described(siblings=[{"rfilename": "x.gguf", "lfs": {"size": 3}}]),
        described(lastModified="yesterday"),
        httpx2.Response(200, content=b"[]"),
        httpx2.Response(200, content=b"\x00"),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(302, headers={"Location": "ftp://hub.test/x"}),
        httpx2.Response(302, headers={"Location": "http://[broken"}),
        httpx2.Response(302, headers={"Location": "/api/models/again"}),
    ],
)
def test_an_answer_of_another_form_is_said_so(answer: httpx2.Response) -> None:
    with scripted(lambda _: answer) as hub:
        assert code_of(lambda: hub.repository(REPO)) in ("hub.garbage", "hub.cut")


def test_strange_sizes_and_hashes_count_as_not_told() -> None:
    siblings = [
        {"rfilename": "a.gguf", "size": -5, "lfs": {"sha256": "x", "size": 10, "pointerSize": 1}},
        {"rfilename": "b.gguf", "size": 2**70, "lfs": {"sha256": 5, "size": "big", "pointerSize": 1}},
        {"rfilename": 7},
    ]
    with scripted(lambda _: described(siblings=siblings)) as hub:
        found = hub.repository(REPO)
    assert [(v.bytes, v.files[0].sha256) for v in found.variants] == [(0, ""), (10, "")]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"X-Linked-Size": "12", "X-Linked-Etag": f'W/"{"a" * 64}"', "ETag": '"other"'},
            (12, "a" * 64, "a" * 64, True),
        ),
        ({"Content-Length": "7", "ETag": '"short"', "Accept-Ranges": "none"}, (7, "", "short", False)),
    ],
)
def test_what_is_located_is_read_from_the_headers(headers: dict[str, str], expected: tuple[Any, ...]) -> None:
    with scripted(lambda _: httpx2.Response(200, headers=headers)) as hub:
        found = hub.locate(REPO, "main", "x.gguf")
    assert (found.bytes, found.sha256, found.etag, found.ranges) == expected


@pytest.mark.parametrize("size", ["", "-1", "1e9", "٣", "9" * 30])
def test_a_file_of_no_size_is_not_located(size: str) -> None:
    headers = {b"X-Linked-Size": size.encode(), b"ETag": b'"x"'}
    with scripted(lambda _: httpx2.Response(200, headers=headers)) as hub:
        assert code_of(lambda: hub.locate(REPO, "main", "x.gguf")) == "hub.garbage"


def test_a_mirror_that_sends_on_without_a_word_is_followed_for_the_size() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "hub.test":
            return httpx2.Response(302, headers={"Location": "https://cdn.test/file"})
        return httpx2.Response(200, headers={"Content-Length": "5", "ETag": f'"{"b" * 64}"'})

    with scripted(answer) as hub:
        found = hub.locate(REPO, "main", "x.gguf")
    assert (found.url, found.bytes, found.sha256) == (f"http://hub.test/{REPO}/resolve/main/x.gguf", 5, "")


def test_the_body_of_a_redirect_is_not_read_for_ever() -> None:
    sent = [0]

    def endless() -> Any:
        while True:
            sent[0] += 1
            yield bytes(2**12)

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/next"):
            return described()
        return httpx2.Response(302, headers={"Location": "/api/models/next"}, content=endless())

    with scripted(answer) as hub:
        assert hub.repository(REPO).commit == "a" * 40
    assert sent[0] < 10


def test_a_model_is_known_by_a_token_of_its_user(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.account("hf_mine", "me")
    hub.shelf.add(HubRepo(REPO, {"a.gguf": tiny()}))
    mine = open_hub(hub)
    assert mine.whoami("hf_mine\n") == "me"
    assert code_of(lambda: mine.whoami("hf_other")) == "hub.bad_token"
    assert code_of(lambda: mine.whoami("")) == "hub.bad_token"
    assert code_of(lambda: mine.whoami("hf_ mine")) == "hub.bad_token"
    assert mine.access.token() == ""
