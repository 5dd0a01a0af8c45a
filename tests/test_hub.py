"""The hub of the tests says what the real client asks, and goes wrong as it is told."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from huggingface_hub import HfApi, close_session, get_hf_file_metadata, hf_hub_url, set_client_factory
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import _http

from engine.gguf.reading import read_index
from tests.support.hub import (
    ChangedContent,
    ComputedContent,
    DiskContent,
    Fault,
    Hub,
    HubRepo,
    MemoryContent,
    parse_fault,
)
from tests.support.hub.models import published, split_moe, tiny
from tests.support.hub.shelves import TRICKY_PATHS, gated_repository, private_repository, tricky_repository
from tests.support.models.moe import moe_model

REPO = "demo/Tiny-GGUF"
FILE = "Tiny-Q8_0.gguf"
DATA = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def own_session() -> Iterator[None]:
    """The client as it comes, though the product may have taken over its connections in this process."""
    before = _http._GLOBAL_CLIENT_FACTORY
    set_client_factory(_http.default_client_factory)
    yield
    set_client_factory(before)
    close_session()


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=300, trust_env=False, follow_redirects=True) as client:
        yield client


@pytest.fixture
def tiny_hub(hub: Hub) -> Hub:
    hub.shelf.add(HubRepo(REPO, {FILE: MemoryContent(DATA), "notes.txt": MemoryContent(b"a note")}))
    return hub


def url(hub: Hub, file: str = f"{REPO}/{FILE}") -> str:
    owner, name, path = file.split("/", 2)
    return hf_hub_url(f"{owner}/{name}", path, endpoint=hub.address)


def api(hub: Hub, token: str | bool = False) -> HfApi:
    return HfApi(endpoint=hub.address, token=token)


def test_a_search_filters_sorts_and_goes_on_over_pages(start_hub: Callable[..., Hub]) -> None:
    repositories = [
        HubRepo(f"demo/m{number}-GGUF", {}, downloads=number, parameters=number * 10**9, architecture="llama")
        for number in range(7)
    ]
    other = HubRepo("else/m9-GGUF", {}, downloads=9, licence="mit", likes=3, gated="manual")
    hub = start_hub(*repositories, other, page_size=3)
    found = list(
        api(hub).list_models(
            filter="gguf", sort="downloads", expand=["gguf", "downloads", "gated", "lastModified", "likes"]
        )
    )
    assert [model.id for model in found][:2] == ["else/m9-GGUF", "demo/m6-GGUF"]
    assert len(found) == 8
    assert len(hub.log) == 3
    assert found[0].gated == "manual"
    assert found[1].gguf["total"] == 6 * 10**9
    assert [m.id for m in api(hub).list_models(author="else")] == ["else/m9-GGUF"]
    assert [m.id for m in api(hub).list_models(search="M3 gguf")] == ["demo/m3-GGUF"]
    assert [m.id for m in api(hub).list_models(filter=["gguf", "license:mit"])] == ["else/m9-GGUF"]
    sized = api(hub).list_models(num_parameters="min:3B,max:5B", sort="downloads", limit=2)
    assert [model.id for model in sized] == ["demo/m5-GGUF", "demo/m4-GGUF"]


def test_a_repository_tells_its_files_with_their_hashes(tiny_hub: Hub) -> None:
    told = api(tiny_hub).model_info(REPO, files_metadata=True)
    files = {sibling.rfilename: sibling for sibling in told.siblings or ()}
    lfs = files[FILE].lfs
    assert lfs is not None
    assert (lfs.sha256, lfs.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert files["notes.txt"].lfs is None
    assert files["notes.txt"].size == 6
    assert len(told.sha or "") == 40
    assert api(tiny_hub).model_info(REPO, revision=told.sha).sha == told.sha
    with pytest.raises(RevisionNotFoundError):
        api(tiny_hub).model_info(REPO, revision="0" * 40)


def test_the_tree_and_single_paths_are_told(hub: Hub) -> None:
    files = {
        "Q8_0/a-00001-of-00002.gguf": MemoryContent(b"a"),
        "Q8_0/a-00002-of-00002.gguf": MemoryContent(b"b"),
    }
    hub.shelf.add(HubRepo(REPO, {**files}))
    listed = [entry.path for entry in api(hub).list_repo_tree(REPO, recursive=True)]
    assert sorted(listed) == ["Q8_0", *sorted(files), "README.md"]
    assert [entry.path for entry in api(hub).list_repo_tree(REPO)] == ["Q8_0", "README.md"]
    assert [entry.path for entry in api(hub).list_repo_tree(REPO, "Q8_0")] == sorted(files)
    (info,) = api(hub).get_paths_info(REPO, ["Q8_0/a-00001-of-00002.gguf", "nothing"])
    assert info.lfs.sha256 == hashlib.sha256(b"a").hexdigest()


def test_headers_tell_commit_size_and_hash(tiny_hub: Hub) -> None:
    told = get_hf_file_metadata(url(tiny_hub))
    assert told.etag == hashlib.sha256(DATA).hexdigest()
    assert told.size == len(DATA)
    assert told.commit_hash == api(tiny_hub).model_info(REPO).sha
    with pytest.raises(EntryNotFoundError):
        get_hf_file_metadata(url(tiny_hub, f"{REPO}/nothing.gguf"))


def test_a_missing_a_private_and_a_gated_repository_refuse(hub: Hub) -> None:
    hub.shelf.add(gated_repository(), private_repository())
    hub.account("hf_all", opens=["*"])
    hub.account("hf_none", opens=[])
    file = "demo/Gated-1B-GGUF/Gated-1B-Q4_K_M.gguf"
    assert api(hub).model_info("demo/Gated-1B-GGUF").gated == "manual"
    for token in (False, "hf_none"):
        with pytest.raises(GatedRepoError):
            get_hf_file_metadata(url(hub, file), token=token)
    assert get_hf_file_metadata(url(hub, file), token="hf_all").size
    for token in (False, "hf_none"):
        with pytest.raises(RepositoryNotFoundError):
            api(hub, token).model_info("demo/Private-1B-GGUF")
        with pytest.raises(RepositoryNotFoundError):
            api(hub, token).model_info("demo/nothing")
    assert api(hub, "hf_all").model_info("demo/Private-1B-GGUF").private
    assert [model.id for model in api(hub, "hf_all").list_models(search="private")] == [
        "demo/Private-1B-GGUF"
    ]


def test_a_token_is_known_or_refused(tiny_hub: Hub) -> None:
    tiny_hub.account("hf_good", name="tester")
    assert api(tiny_hub).whoami(token="hf_good")["name"] == "tester"
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        api(tiny_hub).whoami(token="hf_bad")
    with pytest.raises(HfHubHTTPError, match="401"):
        api(tiny_hub, "hf_bad").model_info(REPO)


@pytest.mark.parametrize("second_host", [False, True])
def test_ranges_are_served(start_hub: Callable[..., Hub], client: httpx2.Client, second_host: bool) -> None:
    hub = start_hub(HubRepo(REPO, {FILE: MemoryContent(DATA)}), second_host=second_host)
    some = client.get(url(hub), headers={"Range": "bytes=100-299"})
    assert (some.status_code, some.content) == (206, DATA[100:300])
    assert some.headers["Content-Range"] == f"bytes 100-299/{len(DATA)}"
    assert client.get(url(hub), headers={"Range": "bytes=-10"}).content == DATA[-10:]
    assert client.get(url(hub), headers={"Range": f"bytes={len(DATA) - 5}-"}).content == DATA[-5:]
    beyond = client.get(url(hub), headers={"Range": f"bytes={len(DATA)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(DATA)}")
    whole = client.get(url(hub))
    assert (whole.status_code, whole.content) == (200, DATA)
    assert hub.log.sent(f"{REPO}/{FILE}") == 200 + 10 + 5 + len(DATA)
    assert {one.host for one in hub.log} == ({"hub", "second"} if second_host else {"hub"})


def test_the_redirect_tells_what_the_client_needs_and_the_log_who_brought_a_token(
    start_hub: Callable[..., Hub], client: httpx2.Client
) -> None:
    hub = start_hub(HubRepo(REPO, {FILE: MemoryContent(DATA)}), second_host=True)
    hub.account("hf_good")
    told = get_hf_file_metadata(url(hub), token="hf_good")
    assert told.location.startswith(hub.second_address)
    assert (told.etag, told.size) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    client.get(told.location, headers={"Authorization": "Bearer hf_good"})
    assert [one.authorization for one in hub.log if one.host == "second"] == ["Bearer hf_good"]


@pytest.mark.parametrize("path", TRICKY_PATHS)
def test_a_file_of_any_name_is_served(hub: Hub, client: httpx2.Client, path: str) -> None:
    hub.shelf.add(tricky_repository())
    siblings = api(hub).model_info("demo/Tricky-Names-GGUF", files_metadata=True).siblings or ()
    assert path in [sibling.rfilename for sibling in siblings]
    from urllib.parse import quote

    address = f"{hub.address}/demo/Tricky-Names-GGUF/resolve/main/{quote(path, safe='')}"
    assert client.get(address).content[:4] == b"GGUF"


def test_every_kind_of_content_gives_its_bytes(tmp_path: Path, hub: Hub, client: httpx2.Client) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA)
    changed = bytearray(DATA)
    changed[700_000:700_003] = b"abc"
    computed = ComputedContent(b"GGUF" + bytes(996), 3_000_001, seed=5)
    contents = {
        "disk.gguf": (DiskContent(path), DATA),
        "changed.gguf": (ChangedContent(DiskContent(path), {700_000: b"abc"}), bytes(changed)),
        "computed.gguf": (computed, computed.read(0, computed.bytes)),
    }
    hub.shelf.add(HubRepo(REPO, {name: content for name, (content, _) in contents.items()}))
    for name, (content, expected) in contents.items():
        assert client.get(url(hub, f"{REPO}/{name}")).content == expected
        some = client.get(url(hub, f"{REPO}/{name}"), headers={"Range": "bytes=699990-700009"}).content
        assert some == expected[699_990:700_010]
        assert content.sha256 == hashlib.sha256(expected).hexdigest()


def test_a_file_of_60_gb_is_there_in_any_place(hub: Hub, client: httpx2.Client) -> None:
    size = 60 * 10**9
    content = ComputedContent(b"GGUF", size, sha256="a" * 64)
    hub.shelf.add(HubRepo(REPO, {FILE: content}))
    assert get_hf_file_metadata(url(hub)).size == size
    last = client.get(url(hub), headers={"Range": f"bytes={size - 100}-{size - 1}"})
    assert last.content == content.read(size - 100, 100)


def test_models_of_the_shelves_are_models(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny(300_000).read(0, 10**6))
    assert read_index(path).architecture == "llama"
    assert published("Qwen3-30B-A3B", "Q4_K_M").bytes > 18 * 10**9


@pytest.mark.model
def test_a_split_model_is_the_same_model() -> None:
    parts = split_moe(3)
    split, whole = read_index(parts[0].path), read_index(moe_model())  # type: ignore[attr-defined]
    assert len(split.files) == 3
    assert [(t.name, t.type_name, t.bytes) for t in split.tensors] == [
        (t.name, t.type_name, t.bytes) for t in whole.tensors
    ]


# Faults


def get(client: httpx2.Client, hub: Hub, asked: str = "") -> httpx2.Response:
    return client.get(url(hub), headers={"Range": asked} if asked else {})


def test_a_cut_ends_the_body_early(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("cut", after=1000))
    with pytest.raises(httpx2.RemoteProtocolError):
        get(client, tiny_hub)
    (request,) = tiny_hub.log.of(f"{REPO}/{FILE}")
    assert (request.sent, request.fault) == (1000, "cut")
    assert get(client, tiny_hub).content == DATA


def test_a_stall_sends_nothing_more(tiny_hub: Hub) -> None:
    tiny_hub.fault(Fault("stall", after=1000, seconds=60))
    with httpx2.Client(timeout=0.2, trust_env=False) as client, pytest.raises(httpx2.ReadTimeout):
        get(client, tiny_hub)


def test_a_stalled_connection_does_not_keep_the_hub_from_stopping() -> None:
    with Hub([HubRepo(REPO, {FILE: MemoryContent(DATA)})]) as hub:
        hub.fault(Fault("stall", after=10, seconds=600))
        with (
            httpx2.Client(timeout=300, trust_env=False) as client,
            client.stream("GET", url(hub)) as response,
        ):
            next(response.iter_raw())
            hub.stop()


def test_a_range_can_be_ignored(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("ignore_range"))
    answer = get(client, tiny_hub, "bytes=10-19")
    assert (answer.status_code, answer.content) == (200, DATA)


def test_a_wrong_byte_is_sent_under_the_right_hash(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("wrong_bytes", at=500, times=0))
    expected = DATA[:500] + bytes([DATA[500] ^ 0xFF]) + DATA[501:]
    answer = get(client, tiny_hub)
    assert answer.content == expected
    assert answer.headers["X-Linked-Etag"].strip('"') == hashlib.sha256(DATA).hexdigest()
    assert get(client, tiny_hub, "bytes=499-501").content == expected[499:502]


def test_a_busy_hub_says_when_to_come_back(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("too_many", seconds=3), Fault("unavailable", seconds=100, date=True, nth=2))
    first, second, third = (get(client, tiny_hub) for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (429, "3")
    assert (second.status_code, second.headers["Retry-After"][-3:]) == (503, "GMT")
    assert third.status_code == 200


def test_links_expire_after_uses_and_after_a_time(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("expired", uses=2))
    location = get_hf_file_metadata(url(tiny_hub)).location
    assert [client.get(location).status_code for _ in range(3)] == [200, 200, 403]
    assert client.get(get_hf_file_metadata(url(tiny_hub)).location).status_code == 200
    tiny_hub.faults.clear()
    tiny_hub.fault(Fault("expired", seconds=0.0))
    assert get(client, tiny_hub).status_code == 403


def test_the_length_can_be_wrong_both_ways(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("wrong_length", by=100), Fault("wrong_length", by=-100, nth=2))
    with pytest.raises(httpx2.RemoteProtocolError):
        get(client, tiny_hub)
    assert get(client, tiny_hub).content == DATA[:-100]


def test_a_file_without_a_hash(tiny_hub: Hub) -> None:
    tiny_hub.fault(Fault("no_hash"))
    files = {
        file.rfilename: file for file in api(tiny_hub).model_info(REPO, files_metadata=True).siblings or ()
    }
    assert files[FILE].lfs is None
    assert len(get_hf_file_metadata(url(tiny_hub)).etag or "") == 40


def test_a_slow_file_takes_its_time(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("slow", rate=1_000_000))
    began = time.monotonic()
    assert get(client, tiny_hub, "bytes=0-299999").content == DATA[:300_000]
    assert time.monotonic() - began > 0.2


def test_a_body_can_be_compressed_unasked(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("gzip"))
    answer = client.get(url(tiny_hub), headers={"Range": "bytes=0-999", "Accept-Encoding": "identity"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.content == DATA[:1000]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("unauthorised", 401), ("gated", 403), ("not_found", 404), ("failed", 500), ("html", 200)],
)
def test_a_file_can_be_refused(tiny_hub: Hub, client: httpx2.Client, kind: str, status: int) -> None:
    tiny_hub.fault(parse_fault(f"{kind}:{REPO}/{FILE}:nth=2"))
    assert get(client, tiny_hub).content == DATA
    answer = get(client, tiny_hub)
    assert (answer.status_code, answer.content == DATA) == (status, False)
    assert get(client, tiny_hub).content == DATA


def test_a_file_changes_between_two_requests(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("changed", nth=2, times=0))
    first, second = get(client, tiny_hub), get(client, tiny_hub)
    assert len(first.content) == len(second.content)
    assert first.content != second.content
    assert first.headers["ETag"] != second.headers["ETag"]


def test_a_new_commit_replaces_a_file(tiny_hub: Hub, client: httpx2.Client) -> None:
    before = api(tiny_hub).model_info(REPO).sha
    after = tiny_hub.shelf.replace(REPO, FILE, MemoryContent(b"other"))
    assert before != after == api(tiny_hub).model_info(REPO).sha
    assert get(client, tiny_hub).content == b"other"


def test_a_range_can_be_of_another_place(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("wrong_range", by=50))
    answer = get(client, tiny_hub, "bytes=0-9")
    assert answer.headers["Content-Range"] == f"bytes 50-59/{len(DATA)}"
    assert answer.content == DATA[50:60]


def test_faults_of_the_api_and_of_heads(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(
        Fault("unavailable", "search", on="api"),
        Fault("garbage", REPO, on="api"),
        Fault("too_many", on="head"),
    )
    assert client.get(f"{tiny_hub.address}/api/models").status_code == 503
    with pytest.raises(ValueError):
        client.get(f"{tiny_hub.address}/api/models/{REPO}").json()
    assert client.head(url(tiny_hub)).status_code == 429
    assert client.head(url(tiny_hub)).status_code == 200


def test_a_fault_may_wait_for_bytes_served(tiny_hub: Hub, client: httpx2.Client) -> None:
    tiny_hub.fault(Fault("unavailable", served=1500))
    answers = [get(client, tiny_hub, "bytes=0-999").status_code for _ in range(4)]
    assert answers == [206, 206, 503, 206]


def test_a_fault_is_read_from_a_command_line() -> None:
    assert parse_fault("cut:a/b/c.gguf:after=5:nth=2") == Fault("cut", "a/b/c.gguf", after=5, nth=2)
    assert parse_fault("slow:*:rate=1e6").rate == 1_000_000
    for wrong in ("nonsense:a/b/c", "cut:a/b/c:nothing=1", "cut:a/b/c:after", "cut:a:after=x"):
        with pytest.raises(ValueError):
            parse_fault(wrong)


def test_a_client_that_goes_away_does_no_harm(tiny_hub: Hub, client: httpx2.Client) -> None:
    port = int(tiny_hub.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET /{REPO}/resolve/main/{FILE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.recv(10)
    assert get(client, tiny_hub).content == DATA
