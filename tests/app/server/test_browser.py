"""Pages in a real browser: those of another origin, and under a name that is rebound, cannot read or cause anything.

Chromium is not there on every machine; `make test-browser` says where it is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.server.options import ServerOptions
from tests.support.browser import chromium
from tests.support.browser.page_server import PAGE, PageServer
from tests.support.servers.served import Served

PATIENCE_S = 300.0
CHROMIUM = chromium.find() or ""
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium"),
]
BODY = '{"messages":[{"role":"user","content":"from a page"}]}'
PAGES = Path(chromium.__file__).parent


@pytest.fixture
def unlocked(tmp_path: Path) -> Iterator[Served]:
    """A server that asks for no key: nothing but the browser's origin keeps pages out."""
    served = Served(tmp_path, ServerOptions(port=0, needs_key=False))
    yield served
    served.close()


def page(name: str, target: str, key: str = "") -> str:
    text = (PAGES / name).read_text()
    return text.replace("TARGET", json.dumps(target)).replace("BODY", json.dumps(BODY)).replace("KEY", key)


def reported(pages: PageServer, url: str, *settings: str) -> Any:
    with chromium.shown(CHROMIUM, url, *settings):
        return pages.reports.get(timeout=PATIENCE_S)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_origin_reads_and_causes_nothing(unlocked: Served, host: str) -> None:
    pages = PageServer(page("attacks.html", f"http://{host}:{unlocked.port}"))
    try:
        found = reported(pages, f"{pages.origin}{PAGE}")
    finally:
        pages.close()
    assert not any(found.values()), found
    assert not unlocked.engine.requests


def test_a_page_whose_name_is_rebound_to_this_computer_reads_and_causes_nothing(unlocked: Served) -> None:
    pages = PageServer(page("attacks.html", f"http://evil.example:{unlocked.port}"), rebound=unlocked.port)
    try:
        found = reported(
            pages,
            f"http://evil.example:{unlocked.port}{PAGE}",
            f"--proxy-server=127.0.0.1:{pages.server_port}",
            "--proxy-bypass-list=<-loopback>",
        )
    finally:
        pages.close()
    # To the browser this is the page's own origin, so it reads the refusals themselves.
    for text in found.values():
        assert not text or "host_not_allowed" in text or "reached by that name" in text, found
    assert found["read"]
    assert not unlocked.engine.requests


def test_a_listed_origin_streams_an_answer_into_its_page(tmp_path: Path) -> None:
    pages = PageServer("")
    served = Served(tmp_path, ServerOptions(port=0, origins=(pages.origin,)))
    pages.page = page("welcome.html", served.address, served.key).encode()
    try:
        text = reported(pages, f"{pages.origin}{PAGE}")["text"]
    finally:
        served.close()
        pages.close()
    assert text.count("data: ") > 4 and text.rstrip().endswith("data: [DONE]")
