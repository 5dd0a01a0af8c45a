"""Redirects, and who gets to see the token."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.hub.transfer.link import Link, origin
from engine.hub.transfer.transient import NoRanges, Trouble
from engine.hub.transfer.values import Limits, Wanted
from engine.hub.values import Located
from tests.engine.hub.transfer.pulling import FILE, REPO, TOKEN, Pull, error_of
from tests.support.hub import Fault

HUB = "https://hub.example"
SHA = "ab" * 32
WANTED = Wanted("a.gguf", 100, SHA, Path("a.gguf"))


class Access:
    endpoint = HUB
    proxy = certificates = ""

    def token(self) -> str:
        return TOKEN


class Answered:
    def __init__(self, status: int, **headers: str) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {name.replace("_", "-"): text for name, text in headers.items()}
        self.closed = False

    def read(self, most: int, decoded: bool = False) -> bytes:
        raise AssertionError("nothing is read")

    def close(self) -> None:
        self.closed = True


class Scripted:
    """Answers by address; the requests that came."""

    def __init__(self, answers: dict[str, list[Answered]]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str]] = []

    def get(self, url: str, headers: Mapping[str, str]) -> Answered:
        self.asked.append((url, headers.get("Authorization", "")))
        if not self._answers[url]:
            raise Trouble(UserError("download.unreachable", host=url))
        return self._answers[url].pop(0)

    def abort(self) -> None: ...
    def close(self) -> None: ...


def to(location: str, status: int = 302, **headers: str) -> Answered:
    return Answered(status, Location=location, **headers)


def part(**headers: str) -> Answered:
    return Answered(206, Content_Range="bytes 0-49/100", Content_Length="50", **headers)


def opened(answers: dict[str, list[Answered]], times: int = 1, sha256: str = SHA) -> Scripted:
    """Asks for the first half so many times."""
    scripted = Scripted(answers)
    wanted = Wanted("a.gguf", 100, sha256, Path("a.gguf"))
    located = Located(f"{HUB}/a", 100, sha256)
    link = Link(wanted, lambda path: located, Access(), scripted, Limits())
    for _ in range(times):
        link.open(0, 50, ranged=True)
    return scripted


def test_the_token_goes_to_the_hub_and_to_nobody_behind_it() -> None:
    scripted = opened(
        {f"{HUB}/a": [to("https://cdn.example/x?sig=1")], "https://cdn.example/x?sig=1": [part()]}
    )
    assert scripted.asked == [(f"{HUB}/a", f"Bearer {TOKEN}"), ("https://cdn.example/x?sig=1", "")]


@pytest.mark.parametrize(
    "near",
    [
        "https://hub.example.evil/a",
        "https://evil.hub.example/a",
        "https://hub.example:444/a",
        "https://hub.example@evil.example/a",
        "https://evil.example/hub.example",
        "//evil.example/a",
    ],
)
def test_what_only_looks_like_the_hub_gets_no_token(near: str) -> None:
    target = f"https:{near}" if near.startswith("//") else near
    scripted = opened({f"{HUB}/a": [to(near)], target: [part()]})
    assert scripted.asked[1] == (target, "")


@pytest.mark.parametrize("same", ["/b", "https://HUB.example:443/b", "https://hub.example/b"])
def test_the_hub_itself_keeps_the_token(same: str) -> None:
    target = f"{HUB}/b" if same == "/b" else same
    scripted = opened({f"{HUB}/a": [to(same, 307)], target: [part()]})
    assert scripted.asked[1] == (target, f"Bearer {TOKEN}")


@pytest.mark.parametrize(
    "where",
    ["http://cdn.example/x", "file:///etc/passwd", "ftp://cdn.example/x", "", "https://[x/"],
)
def test_nobody_is_followed_to_where_it_is_not_safe(where: str) -> None:
    with pytest.raises(Trouble) as raised:
        opened({f"{HUB}/a": [to(where)]})
    assert raised.value.error.code == "download.redirects"


def test_redirects_without_end_are_left() -> None:
    with pytest.raises(Trouble) as raised:
        opened({f"{HUB}/a": [to("/a") for _ in range(20)]})
    assert raised.value.error.code == "download.redirects"


def test_where_a_redirect_led_is_asked_directly_the_next_time() -> None:
    cdn = "https://cdn.example/x"
    scripted = opened({f"{HUB}/a": [to(cdn)], cdn: [part(), part()]}, times=2)
    assert [url for url, _ in scripted.asked] == [f"{HUB}/a", cdn, cdn]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_link_that_has_expired_is_asked_for_again(status: int) -> None:
    old, new = "https://cdn.example/old", "https://cdn.example/new"
    answers = {f"{HUB}/a": [to(old), to(new)], old: [part(), Answered(status)], new: [part()]}
    assert [url for url, _ in opened(answers, times=2).asked] == [f"{HUB}/a", old, old, f"{HUB}/a", new]


def test_where_a_redirect_led_is_left_when_nobody_answers_there() -> None:
    dead, new = "https://cdn.example/dead", "https://cdn.example/new"
    scripted = Scripted({f"{HUB}/a": [to(dead), to(new)], dead: [part()], new: [part()]})
    link = Link(WANTED, lambda path: Located(f"{HUB}/a", 100, SHA), Access(), scripted, Limits())
    link.open(0, 50, ranged=True)
    with pytest.raises(Trouble):
        link.open(0, 50, ranged=True)
    link.open(0, 50, ranged=True)
    assert [url for url, _ in scripted.asked] == [f"{HUB}/a", dead, dead, f"{HUB}/a", new]


def test_the_hub_says_on_the_way_which_file_it_is() -> None:
    for wrong in ({"X_Linked_Size": "101"}, {"X_Linked_Etag": f'"{"cd" * 32}"'}):
        with pytest.raises(Trouble) as raised:
            opened({f"{HUB}/a": [to("https://cdn.example/x", **wrong)]})
        assert raised.value.error.code == "download.changed"
        assert raised.value.stale


def test_another_etag_means_another_file_where_no_hash_will_tell() -> None:
    answers = {f"{HUB}/a": [part(ETag='"one"'), part(ETag='"one"'), part(ETag='"two"')]}
    assert error_of(lambda: opened(answers, times=3, sha256="")).code == "download.changed"


def test_another_etag_is_another_machine_where_a_hash_will_tell() -> None:
    answers = {f"{HUB}/a": [part(ETag='"one"'), part(ETag='"two"'), part(ETag='W/"three"')]}
    assert len(opened(answers, times=3).asked) == 3


@pytest.mark.parametrize(
    "odd",
    [
        Answered(206, Content_Range="bytes 1-50/100"),
        Answered(206, Content_Range="bytes 0-100/100"),
        Answered(206, Content_Range="bytes 0-49/*", Content_Length="0"),
        Answered(206, Content_Range="bytes 50-0/100"),
        Answered(206, Content_Range="bytes -1-49/100"),
        Answered(206, Content_Range="bytes 0-49/100", Content_Encoding="gzip"),
        Answered(206, Content_Type="multipart/byteranges; boundary=x"),
        Answered(206),
    ],
)
def test_parts_that_are_not_what_was_asked_for_mean_no_ranges(odd: Answered) -> None:
    with pytest.raises(NoRanges):
        opened({f"{HUB}/a": [odd]})
    assert odd.closed


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        (Answered(206, Content_Range="bytes 0-49/101"), "download.wrong_length"),
        (Answered(200, Content_Length="99"), "download.wrong_length"),
        (Answered(200, Content_Type="text/html"), "download.web_page"),
        (Answered(416, Content_Range="bytes */7"), "download.garbled"),
        (Answered(418), "download.refused"),
        (Answered(304), "download.refused"),
        (Answered(503, Retry_After="-5"), "download.busy"),
        (Answered(502), "download.server_failed"),
    ],
)
def test_answers_that_say_no_are_told(odd: Answered, code: str) -> None:
    with pytest.raises(Trouble) as raised:
        opened({f"{HUB}/a": [odd]})
    assert raised.value.error.code == code
    assert odd.closed


def test_what_the_hub_refuses_for_good_is_told_at_once() -> None:
    def locate(path: str) -> Located:
        raise UserError("hub.gated", repo="a/b", url="u")

    link = Link(WANTED, locate, Access(), Scripted({}), Limits())
    assert error_of(link.located).code == "hub.gated"


@pytest.mark.parametrize(
    "error", [UserError("hub.busy", seconds=7), UserError("hub.failed", host="h", status="502")]
)
def test_what_may_pass_is_tried_again(error: UserError) -> None:
    def locate(path: str) -> Located:
        raise error

    with pytest.raises(Trouble) as raised:
        Link(WANTED, locate, Access(), Scripted({}), Limits()).located()
    assert raised.value.asked == error.params.get("seconds")


def test_origins_are_compared_by_scheme_host_and_port() -> None:
    assert origin("https://Hub.example/x") == origin("https://hub.example:443")
    assert origin("http://hub.example") != origin("https://hub.example")
    assert not origin("https://hub.example:99999").is_http
    assert not origin("mailto:someone").is_http


def test_the_token_opens_a_gated_file_and_is_nowhere_to_be_read(
    pull: Pull, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pull.hub.second_host = True
    pull.hub.account(TOKEN)
    pull.hub.fault(Fault("cut", after=1000, times=3), Fault("unavailable", seconds=0, times=2))
    repository = pull.hub.shelf.get(REPO)
    assert repository is not None
    repository.gated = "manual"
    assert error_of(pull.run).code == "hub.gated"
    pull.token = TOKEN
    pull.run()
    requests = list(pull.hub.log.of(f"{REPO}/{FILE}"))
    assert {one.authorization for one in requests if one.host == "second"} == {""}
    assert f"Bearer {TOKEN}" in {one.authorization for one in requests if one.host == "hub"}
    written = [path.read_bytes() for path in pull.folder.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in data for data in written)
    assert TOKEN not in caplog.text
