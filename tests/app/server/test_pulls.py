"""Downloads that clients of Ollama's protocol ask for, from a hub on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import ollama
import pytest

from app.server.ollama import pull_answer
from app.server.ollama.pull_lines import PullLines
from app.server.options import ServerOptions
from app.server.pulls import PullEvent, Pulls
from app.server.refusal import Refusal
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.store.records import Download, DownloadFile
from engine.errors import ErrorInfo
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny
from tests.support.servers.served import Reply, Served, read_to_end, read_until, request_head
from tests.support.waiting import wait_until

pytestmark = pytest.mark.process
SIZE = 3 * 2**20
REPO = "demo/Tiny-GGUF"
ID = f"{REPO}:Q8_0"
FILE = f"{REPO}/tiny-Q8_0.gguf"


def opened_pair(home: Path) -> Iterator[tuple[Served, Hub]]:
    with Hub([HubRepo(REPO, {"tiny-Q8_0.gguf": tiny(SIZE)})]) as hub:
        (home / "settings.toml").write_text(f'hub_endpoint = "{hub.address}"\n')
        served = Served(home, ServerOptions(port=0))
        served.key = served.add_key("pulls", ("ask", "download"))
        yield served, hub
        served.close()


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Hub]]:
    yield from opened_pair(tmp_path_factory.mktemp("pulled"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Served, Hub]]:
    """A server that is stopped by its test."""
    yield from opened_pair(tmp_path)


@pytest.fixture
def hub(pulled: tuple[Served, Hub]) -> Hub:
    pulled[1].faults.clear()
    return pulled[1]


@pytest.fixture
def served(pulled: tuple[Served, Hub], hub: Hub) -> Iterator[Served]:
    """Nothing is in the library, or on its way there."""
    served = pulled[0]
    yield served
    hub.faults.clear()
    for download in served.services.downloads.all():
        if download.state not in ("done", "cancelled"):
            served.services.downloads.cancel(download.id)
        served.services.downloads.forget(download.id)
    for model in served.services.library.known():
        served.services.library.delete(model.id)
    hub.hang_up()


@pytest.fixture
def client(served: Served) -> Iterator[ollama.Client]:
    client = ollama.Client(host=served.address, headers={"Authorization": f"Bearer {served.key}"})
    yield client
    client._client.close()


def lines_of(reply: Reply) -> list[Any]:
    assert reply.headers["content-type"] == "application/x-ndjson", reply.body
    return [json.loads(line) for line in reply.body.splitlines()]


def halfway(hub: Hub) -> None:
    """Downloads stop in their middle, until the faults are cleared."""
    hub.fault(Fault("stall", FILE, after=SIZE // 2, seconds=600.0, times=0))


def begin(served: Served, opened: Any, **fields: Any) -> None:
    body = json.dumps({"model": ID, **fields}).encode()
    opened.sendall(request_head(served, len(body), target="/api/pull") + body)


def test_a_model_is_pulled_with_its_progress_and_can_be_asked_for(
    client: ollama.Client, served: Served
) -> None:
    told = list(client.pull(f"hf.co/{ID}", stream=True))
    assert [each.status for each in told[:1]] == ["pulling manifest"]
    layers = [each for each in told if each.digest]
    (total,) = {each.total for each in layers}
    assert total and layers[-1].completed == total >= SIZE
    assert all(each.status == f"pulling {(each.digest or '')[7:19]}" for each in layers)
    ends = [each.status for each in told if not each.digest]
    assert ends == ["pulling manifest", "verifying sha256 digest", "writing manifest", "success"]
    for name in (ID, f"hf.co/{ID}", f"{REPO}:latest"):
        assert served.ask(f"/v1/models/{name}").json["id"] == ID
    assert lines_of(served.ask("/api/pull", {"model": ID}))[-1] == {"status": "success"}


def test_one_answer_comes_without_a_stream_and_a_repository_of_one_model_needs_no_tag(
    client: ollama.Client, served: Served
) -> None:
    assert client.pull(f"hf.co/{REPO}:latest").status == "success"
    assert served.ask("/api/pull", {"name": ID, "stream": False}).json == {"status": "success"}
    assert [model.id for model in served.services.library.known()] == [ID]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("", 400),
        ("llama3.2", 400),
        ("http://127.0.0.1:1/x", 400),
        ("../../etc/passwd", 400),
        ("demo/Nothing-GGUF:Q8_0", 404),
        (f"{REPO}:Q2_K", 404),
    ],
)
def test_what_is_not_on_the_hub_is_an_error_in_one_line(served: Served, name: str, status: int) -> None:
    for stream in (True, False):
        reply = served.ask("/api/pull", {"model": name, "stream": stream})
        assert reply.status == status and list(reply.json) == ["error"], reply.body
        assert "Settings" not in reply.error and "\n" not in reply.error


def test_whoever_has_no_right_downloads_nothing(served: Served) -> None:
    key = served.add_key("asks and loads", ("ask", "load"))
    reply = served.ask("/api/pull", {"model": ID}, key=key)
    assert (reply.status, served.services.downloads.all()) == (403, ())
    served.server.keys.revoke("asks and loads")


def test_no_room_and_no_network_are_said_at_once(
    served: Served, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(served.services.library, "room", lambda: (1000, 10**9))
        full = served.ask("/api/pull", {"model": ID})
        assert full.status == 503 and "free" in full.error, full.body
    settings = served.services.settings
    settings.change(offline=True)
    assert served.ask("/api/pull", {"model": ID}).status == 503
    settings.change(offline=False)


def test_the_last_client_that_hangs_up_stops_what_a_client_began(served: Served, hub: Hub) -> None:
    halfway(hub)
    with served.raw() as one:
        begin(served, one)
        read_until(one, b'"completed"')
        with served.raw() as other:
            begin(served, other)
            read_until(other, b'"completed"')
        (download,) = served.services.downloads.all()
        assert download.state == "running"
        unready = served.ask(f"/v1/models/{ID}")
        assert (unready.status, unready.error["code"]) == (503, "model_downloading")
        assert ID not in [model["id"] for model in served.ask("/v1/models").json["data"]]
        hub.faults.clear()
        hub.fault(Fault("stall", FILE, after=SIZE // 2, seconds=600.0, times=0))
    wait_until(lambda: served.services.downloads.get(download.id).state == "paused")
    hub.faults.clear()
    assert lines_of(served.ask("/api/pull", {"model": ID}))[-1] == {"status": "success"}


def test_a_pause_that_is_told_late_ends_nobody_who_asked_since(served: Served, hub: Hub) -> None:
    halfway(hub)
    services = served.services
    download, told = services.downloads.add_named(ID), list[PullEvent]()
    wait_until(lambda: services.downloads.get(download.id).state == "running")
    with Pulls(services).follow(download, told.append):
        services.events.publish(DownloadChanged(msgspec.structs.replace(download, state="paused")))
        states = [each.state for each in told if isinstance(each, Download)]
    assert len(states) > 1 and set(states) == {"running"}
    hub.faults.clear()
    services.downloads.pause(download.id)
    services.downloads.wait(download.id)


def test_what_a_person_began_goes_on_when_a_client_hangs_up(served: Served, hub: Hub) -> None:
    halfway(hub)
    download = served.services.downloads.add_named(ID)
    for stream in (True, False):
        with served.raw() as opened:
            begin(served, opened, stream=stream)
            if stream:
                read_until(opened, b'"completed"')
    assert served.services.downloads.get(download.id).state in ("queued", "running")


def test_what_a_person_pauses_ends_with_an_error(served: Served, hub: Hub) -> None:
    halfway(hub)
    with served.raw() as opened:
        begin(served, opened)
        read_until(opened, b'"completed"')
        (download,) = served.services.downloads.all()
        served.services.downloads.pause(download.id)
        assert b'{"error":' in read_until(opened, b"paused on this computer")


def test_the_end_of_the_server_ends_pulls_and_pauses_what_they_began(own: tuple[Served, Hub]) -> None:
    served, hub = own
    halfway(hub)
    with served.raw() as opened:
        begin(served, opened)
        read_until(opened, b'"completed"')
        served.server.stop()
        assert b'{"error":"The server is being stopped."}' in read_to_end(opened)
    (download,) = served.services.downloads.all()
    assert download.state == "paused"


def test_a_hub_that_says_nothing_holds_up_neither_the_client_nor_the_end(
    own: tuple[Served, Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    served, hub = own
    monkeypatch.setattr(pull_answer, "HEADERS_S", 0.01)
    hub.fault(Fault("delay", "other/*", on="api", seconds=600.0, times=0))
    with served.raw() as opened:
        begin(served, opened, model="other/Slow-GGUF:Q8_0")
        read_until(opened, b'{"status":"pulling manifest"}')
        served.server.stop()
        assert b"The server is being stopped." in read_to_end(opened)
    hub.hang_up()


def test_lines_of_a_download_that_waits_fails_or_is_taken_away() -> None:
    download = Download(1, ID, REPO, "c", "Q8_0", (DownloadFile("a", 100, ""),), "queued", 0.0, 0.0)
    lines = PullLines(download)
    assert [line["completed"] for line in lines.of(download)] == [0]
    assert [line["completed"] for line in lines.of(DownloadProgress(1, 60, 100))] == [60]
    assert lines.again()["completed"] == 60
    verifying = msgspec.structs.replace(download, state="verifying")
    assert [line.get("completed") for line in lines.of(verifying)] == [100, None]
    assert list(lines.of(verifying)) == list(lines.of(DownloadProgress(1, 5, 100))) == []
    assert lines.again() == {"status": "verifying sha256 digest"}
    for state, error in (("failed", ErrorInfo("download.stalled", {"host": "x"})), ("cancelled", None)):
        with pytest.raises(Refusal) as ended:
            list(lines.of(msgspec.structs.replace(download, state=state, error=error)))
        assert ended.value.message.endswith(".")
