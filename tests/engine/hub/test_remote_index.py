"""A model on the hub is known from its headers alone, and is the same as on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import UserError
from engine.formats import ChatFormat
from engine.gguf.reading import read_index
from engine.gguf.summary import summarize
from engine.gguf.tensor_index import tensor_index
from engine.hub.client import Hub
from engine.hub.ranges import FIRST_PIECE
from engine.hub.remote_index import read_remote_index, read_remote_model, remote_facts
from engine.hub.session import Stopped
from engine.hub.values import HubFile, HubModel, Repository, Variant
from tests.support.hub import Fault, HubRepo, MemoryContent
from tests.support.hub import Hub as FakeHub
from tests.support.hub.contents import Content, DiskContent
from tests.support.hub.models import moe, tiny
from tests.support.hub.shelves import SPLIT_REPO, split_repository
from tests.support.models.gguf_bytes import Row, gguf, key_string, key_u32
from tests.support.models.moe import moe_model
from tests.support.models.projectors import color_projector, write_merging_projector
from tests.support.models.starter import starter_model

OpenHub = Callable[..., Hub]
REPO = "acme/tiny-GGUF"
FILE = "tiny-Q8_0.gguf"


@pytest.fixture
def shelf(hub: FakeHub) -> FakeHub:
    hub.shelf.add(HubRepo(REPO, {FILE: tiny(2_000_000)}))
    return hub


def read(hub: Hub, repo: str = REPO, variant: int = 0, **how: Any) -> Any:
    repository = hub.repository(repo)
    return read_remote_model(hub, repository, repository.variants[variant], **how)


def test_a_projector_of_the_repository_is_the_models_by_its_content(
    hub: FakeHub, open_hub: OpenHub, tmp_path: Path
) -> None:
    write_merging_projector(tmp_path / "other.gguf", 48)
    companions: dict[str, Content] = {
        "mmproj-F16.gguf": DiskContent(tmp_path / "other.gguf"),
        "mmproj-Q8_0.gguf": MemoryContent(b"GGUF" + bytes(1000)),
        "mmproj-F32.gguf": DiskContent(color_projector()),
    }
    hub.shelf.add(HubRepo(REPO, {FILE: tiny(2_000_000), **companions}))
    found = read(open_hub(hub))
    assert found.projector.path == "mmproj-F32.gguf"
    assert (found.facts.sees, found.facts.hears) == (True, False)


@pytest.mark.model
def test_less_than_half_a_percent_of_a_model_says_all_that_its_file_does(
    hub: FakeHub, open_hub: OpenHub
) -> None:
    hub.shelf.add(HubRepo(REPO, {"moe-Q4_1.gguf": moe()}))
    mine = open_hub(hub)
    repository = mine.repository(REPO)
    index, bytes_read = read_remote_index(mine, repository, repository.variants[0])
    local = read_index(moe_model())
    assert tensor_index(index) == tensor_index(local)
    assert index.metadata == local.metadata
    assert remote_facts(summarize(index)) == remote_facts(summarize(local))
    size = moe_model().stat().st_size
    assert bytes_read == hub.log.sent(f"{REPO}/moe-Q4_1.gguf") < 0.005 * size
    assert [request.range for request in hub.log.of(f"{REPO}/moe-Q4_1.gguf")] == [
        "bytes=0-262143",
        "bytes=262144-524287",
        "bytes=524288-1048575",
        "bytes=1048576-2097151",
    ]


@pytest.mark.model
def test_of_a_split_model_each_header_is_read(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.shelf.add(split_repository())
    split = next(one for one in open_hub(hub).repository(SPLIT_REPO).variants if len(one.files) == 3)
    mine = open_hub(hub)
    model = read_remote_model(mine, mine.repository(SPLIT_REPO), split)
    assert model.tensors == tensor_index(read_index(moe_model()))
    assert model.facts.experts == 8
    assert model.facts.bytes_read < 0.01 * split.bytes


def test_what_inspect_tells_comes_with_it(shelf: FakeHub, open_hub: OpenHub) -> None:
    facts = read(open_hub(shelf)).facts
    assert (facts.architecture, facts.context_length) == ("llama", 8192)
    assert (facts.experts, facts.parameters > 0) == (0, True)
    assert (facts.reasoning, facts.tools, facts.has_template) == ("none", "described", True)
    assert 0 < facts.bytes_read <= FIRST_PIECE
    bare = msgspec.structs.replace(summarize(read_index(starter_model())), chat_template=" ")
    assert not remote_facts(bare).has_template


def test_the_template_that_all_variants_share_is_learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[str] = []
    of_model = ChatFormat.of_model

    def counted(template: str, bos_token: str, eos_token: str) -> ChatFormat:
        learned.append(template)
        return of_model(template, bos_token, eos_token)

    monkeypatch.setattr(ChatFormat, "of_model", counted)
    template = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|of its own|>"
    summary = msgspec.structs.replace(summarize(read_index(starter_model())), chat_template=template)
    for quantization in ("Q4_K_M", "Q8_0"):
        facts = remote_facts(msgspec.structs.replace(summary, quantisation=quantization))
        assert (facts.quantisation, facts.reasoning) == (quantization, "none")
    assert learned == [template]


def test_a_small_header_takes_one_request(shelf: FakeHub, open_hub: OpenHub) -> None:
    read(open_hub(shelf))
    assert [request.range for request in shelf.log.of(f"{REPO}/{FILE}")] == [f"bytes=0-{FIRST_PIECE - 1}"]
    assert shelf.log.of(f"{REPO}/{FILE}", "HEAD") == ()


def test_the_second_host_never_sees_the_token(start_hub: Callable[..., FakeHub], open_hub: OpenHub) -> None:
    hub = start_hub(HubRepo(REPO, {FILE: tiny(2_000_000)}, private=True), second_host=True)
    hub.account("hf_secret")
    read(open_hub(hub, token=lambda: "hf_secret"))
    seen = {request.host: request.authorization for request in hub.log if request.file}
    assert seen == {"hub": "Bearer hf_secret", "second": ""}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("ignore_range", times=0), "hub.no_ranges"),
        (Fault("html", times=0), "hub.garbage"),
        (Fault("gzip", times=0), "hub.encoded"),
        (Fault("wrong_range", times=0), "hub.wrong_range"),
        (Fault("wrong_length", times=0, by=1000), "hub.cut"),
        (Fault("wrong_length", times=0, by=-1000), "hub.short_answer"),
        (Fault("cut", times=0, after=1000), "hub.cut"),
        (Fault("too_many", times=0), "hub.busy"),
        (Fault("failed", times=0), "hub.failed"),
        (Fault("gated", times=0), "hub.gated"),
        (Fault("unauthorised", times=0), "hub.needs_token"),
        (Fault("not_found", times=0), "hub.no_file"),
    ],
)
def test_a_server_that_does_otherwise_is_told_as_what_it_does(
    shelf: FakeHub, open_hub: OpenHub, fault: Fault, code: str
) -> None:
    shelf.fault(fault)
    with pytest.raises(UserError) as caught:
        read(open_hub(shelf))
    assert caught.value.code == code


def test_a_server_that_ignores_ranges_is_left(hub: FakeHub, open_hub: OpenHub) -> None:
    hub.shelf.add(HubRepo(REPO, {FILE: tiny(60_000_000)}))
    hub.fault(Fault("ignore_range", times=0))
    with pytest.raises(UserError) as caught:
        read(open_hub(hub))
    assert caught.value.code == "hub.no_ranges"
    assert hub.log.sent() < 5_000_000  # what the kernel had taken


@pytest.mark.parametrize("fault", [Fault("cut", after=100), Fault("failed"), Fault("wrong_length", by=500)])
def test_what_goes_wrong_once_is_asked_for_again(shelf: FakeHub, open_hub: OpenHub, fault: Fault) -> None:
    shelf.fault(fault)
    assert read(open_hub(shelf)).facts.architecture == "llama"
    assert len(shelf.log.of(f"{REPO}/{FILE}")) == 2


def test_an_expired_link_is_resolved_again(start_hub: Callable[..., FakeHub], open_hub: OpenHub) -> None:
    hub = start_hub(HubRepo(REPO, {FILE: moe()}), second_host=True)
    hub.fault(Fault("expired", uses=1))
    assert read(open_hub(hub)).facts.experts == 8


def test_a_silent_server_is_given_up(
    shelf: FakeHub, open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.hub.access.READ_TIMEOUT_S", 0.2)
    shelf.fault(Fault("stall", times=0, after=1000, seconds=30))
    mine = open_hub(shelf)
    mine._http = mine.access.http(read_timeout=0.2)
    with pytest.raises(UserError) as caught:
        read(mine)
    assert caught.value.code == "hub.no_answer"


def test_a_file_that_changed_is_told(shelf: FakeHub, open_hub: OpenHub) -> None:
    mine = open_hub(shelf)
    repository = mine.repository(REPO)
    commit = shelf.shelf.replace(REPO, FILE, tiny(1_000_000, 1))
    moved = Repository(repository.model, commit, repository.variants)
    with pytest.raises(UserError) as caught:
        read_remote_model(mine, moved, repository.variants[0])
    assert caught.value.code == "hub.changed"


def test_a_hub_that_does_not_say_the_size_is_asked_all_the_same(shelf: FakeHub, open_hub: OpenHub) -> None:
    mine = open_hub(shelf)
    repository = mine.repository(REPO)
    untold = Variant("Q8_0", (HubFile(FILE, 0),))
    assert read_remote_model(mine, repository, untold).facts.architecture == "llama"
    assert len(shelf.log.of(f"{REPO}/{FILE}")) == 1


def test_nothing_is_asked_once_nobody_wants_it(shelf: FakeHub, open_hub: OpenHub) -> None:
    with pytest.raises(Stopped):
        read(open_hub(shelf), keep_going=lambda: False)
    assert shelf.log.of(f"{REPO}/{FILE}") == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>nothing like it</html>" * 1000, "model.not_gguf"),
        (gguf(key_count=2**60), "model.damaged"),
        (gguf([key_string("general.architecture", "llama")], [Row("a", (2**40, 2**10))]), "model.truncated"),
        (gguf([key_u32("split.count", 3)], [Row("a", (32,), 0)], 128), "model.split_missing"),
        (b"", "model.not_gguf"),
    ],
)
def test_a_hostile_header_is_refused_as_on_disk(
    hub: FakeHub, open_hub: OpenHub, content: bytes, code: str
) -> None:
    hub.shelf.add(HubRepo(REPO, {FILE: MemoryContent(content)}))
    with pytest.raises(UserError) as caught:
        read(open_hub(hub))
    assert caught.value.code == code or (not content and caught.value.code.startswith("hub."))


def test_a_header_without_end_is_refused_after_some_megabytes(
    hub: FakeHub, open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.hub.remote_index.LARGEST_HEADER", 2**20)
    hub.shelf.add(HubRepo(REPO, {FILE: MemoryContent(gguf([key_string("a", "x" * 3_000_000)]))}))
    with pytest.raises(UserError) as caught:
        read(open_hub(hub))
    assert caught.value.code == "model.damaged"
    assert hub.log.sent() < 2**20


def test_the_repository_need_not_come_from_the_hub(shelf: FakeHub, open_hub: OpenHub) -> None:
    made = Repository(HubModel("../evil"), "main", ())
    with pytest.raises(UserError) as caught:
        read_remote_model(open_hub(shelf), made, Variant("x", (HubFile("x.gguf", 5),)))
    assert caught.value.code == "hub.bad_name"
