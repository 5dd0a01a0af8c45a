"""Origins and names that a person lists: what is taken, as browsers send it, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server.http.listed import listed_name, listed_origin
from app.server.http.origins import check_origin
from app.server.refusal import Refusal
from engine.errors import UserError


def lets_in(origin: str, *listed: str) -> bool:
    try:
        return check_origin(origin, "cross-site", [listed_origin(each) for each in listed]) == origin
    except Refusal:
        return False


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (" HTTP://LocalHost:3000/chat?x=1#y ", "http://localhost:3000"),
        ("https://notes.example/", "https://notes.example"),
        ("https://notes.example:443", "https://notes.example"),
        ("http://notes.example:443", "http://notes.example:443"),
        ("http://notes.example:0080", "http://notes.example"),
        ("http://localhost:*", "http://localhost:*"),
        ("http://[0:0::1]:3000", "http://[::1]:3000"),
        ("https://메모.example", "https://xn--h32b2f.example"),
        ("app://obsidian.md", "app://obsidian.md"),
        ("vscode-webview://*", "vscode-webview://*"),
        ("chrome-extension://abcdefgh", "chrome-extension://abcdefgh"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(text: str, origin: str) -> None:
    assert listed_origin(text) == origin
    assert listed_origin(origin) == origin


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "null", "localhost", "localhost:3000", "http://", "http://*", "https://*:*", "http://*.example",
        "http://a b", "http://u@host", "http://host:0", "http://host:65536", "http://host:*0", "http://.host",
        "app://*", "app://obsidian.md:*", "vscode-webview://*:*", "file:///home", "http://[::1", "http://[::g]",
        "javascript:alert(1)", "http://host\\@evil", "http://" + "a" * 300, "http://" + "é" * 200,
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_by_what_was_written(text: str) -> None:
    with pytest.raises(UserError) as refused:
        listed_origin(text)
    assert (refused.value.code, refused.value.params) == ("server.bad_origin", {"origin": text})


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        ("http://localhost", True),
        ("http://localhost:1", True),
        ("http://LOCALHOST:5173", True),
        ("https://localhost:5173", False),
        ("http://localhost:", False),
        ("http://localhost:123456", False),
        ("http://localhost:80@evil.example", False),
        ("http://localhost:80/evil", False),
        ("http://localhost.evil.example:80", False),
        ("http://localhost.evil.example", False),
        ("http://localhostevil:80", False),
        ("http://evil.example/http://localhost:80", False),
        ("http://localhost:80\n", False),
        ("http://127.0.0.1:80", False),
    ],
)
def test_all_ports_of_a_host_are_no_other_host(origin: str, is_let_in: bool) -> None:
    assert lets_in(origin, "http://localhost:*") is is_let_in


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        ("vscode-webview://0a1b2c3d4e5f", True),
        ("vscode-webview://", False),
        ("vscode-webview://a/b", False),
        ("vscode-webview://a:80", False),
        ("vscode-webview://a@b", False),
        ("xvscode-webview://a", False),
        ("https://vscode-webview", False),
        ("https://vscode-webview://a", False),
        ("https://evil.example", False),
    ],
)
def test_all_hosts_of_a_scheme_are_no_other_scheme(origin: str, is_let_in: bool) -> None:
    assert lets_in(origin, "vscode-webview://*") is is_let_in


@given(
    st.text(max_size=40), st.sampled_from(["", "http://localhost", "http://localhost:", "vscode-webview://"])
)
def test_whatever_a_page_says_only_its_listed_origin_lets_it_in(text: str, start: str) -> None:
    origin = start + text
    if lets_in(origin, "http://localhost:*", "vscode-webview://*", "app://obsidian.md"):
        host = origin.lower().partition("://")[2]
        assert not set(host) & set("/@?#\\ \n\t")
        assert origin.lower().startswith(("http://localhost", "vscode-webview://", "app://obsidian.md"))
        assert host.partition(":")[0] in ("localhost", "obsidian.md") or origin.lower().startswith("vscode")


@given(st.text(max_size=40))
def test_whatever_is_written_is_an_origin_or_refused(text: str) -> None:
    for listed, code in ((listed_origin, "server.bad_origin"), (listed_name, "server.bad_name")):
        try:
            written = listed(text)
        except UserError as error:
            assert error.code == code
        else:
            assert written.isascii() and listed(written) == written


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Coterie.Example. ", "coterie.example"),
        ("coterie:8080", "coterie:8080"),
        ("192.168.0.7", "192.168.0.7"),
        ("메모.example", "xn--h32b2f.example"),
    ],
)
def test_a_name_is_written_as_clients_send_it(text: str, name: str) -> None:
    assert listed_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "*", "*.example", "http://coterie", "a b", "a:0", "a:x", "a/b", "[::1]", "u@a"]
)
def test_what_is_no_name_is_refused_by_what_was_written(text: str) -> None:
    with pytest.raises(UserError) as refused:
        listed_name(text)
    assert (refused.value.code, refused.value.params) == ("server.bad_name", {"name": text})
