"""The hub as the window and the commands ask it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.messages import localized_error
from app.services.hub.catalogue import CatalogueEntry, guessed_index, load_catalogue, pick
from app.services.hub.hub import HubService
from app.services.placement.placements import Placements
from app.services.settings.placement_options import PlacementOptionsFile
from app.services.settings.secrets import Secrets
from app.services.settings.settings import SettingsFile
from engine.errors import UserError
from engine.gguf.projector import projector
from engine.gguf.reading import read_index
from engine.hub.best import COMFORTABLE_TPS
from engine.hub.values import JudgedVariant, Query
from engine.placement.plan import Machine
from tests.support.hub import Fault, Hub, HubRepo, Request
from tests.support.hub.models import moe, published, tiny
from tests.support.hub.shelves import MOE_REPO, SPLIT_REPO, moe_repository, split_repository
from tests.support.models.moe import moe_model
from tests.support.models.projectors import color_projector
from tests.support.placement.machines import GB, gpu, machine
from tests.support.placement.real_plans import RealPlans

REPO = "acme/tiny-GGUF"
HOST = machine(32 * GB, gpu(12 * GB))


class Desk:
    """The services of the hub over one data folder, and what they stand on."""

    def __init__(self, home: Path, address: str, host: Machine = HOST) -> None:
        self.settings = SettingsFile(home / "settings.toml")
        if address:
            self.settings.change(hub_endpoint=address)
        self.secrets = Secrets({})
        self.plans = RealPlans(host)
        self.placements = Placements(
            home,
            self.settings,
            PlacementOptionsFile(home / "wishes.toml"),
            self.settings.events,
            self.plans,
        )
        self.hub = HubService(home, self.settings, self.secrets, self.placements)

    def close(self) -> None:
        self.hub.close()
        self.placements.close()

    def judge(self, repo: str = REPO) -> tuple[JudgedVariant, ...]:
        return self.hub.judge(self.hub.repository(repo))


@pytest.fixture
def open_desk(coterie_home: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    desks: list[Desk] = []

    def open_it(host: Machine = HOST) -> Desk:
        desks.append(Desk(coterie_home, hub.address, host))
        return desks[-1]

    yield open_it
    for desk in desks:
        desk.close()
    hub.stop()  # ends what it was told to delay
    for thread in threading.enumerate():
        if thread.name == "hub-request":
            thread.join()


@pytest.fixture
def desk(open_desk: Callable[..., Desk], hub: Hub) -> Desk:
    hub.shelf.add(HubRepo(REPO, {f"tiny-{name}.gguf": tiny(400_000, 0, name) for name in ("Q4_0", "Q8_0")}))
    return open_desk()


# --- search ----------------------------------------------------------------------------------------------


def test_pages_come_as_they_come(desk: Desk, hub: Hub) -> None:
    hub.shelf.add(*(HubRepo(f"acme/m{number}-GGUF", {"m.gguf": tiny()}) for number in range(60)))
    sizes: list[int] = []
    desk.hub.search(Query(), lambda page: sizes.append(len(page)))
    assert sizes == [40, 21]


def asked_of(hub: Hub) -> list[Request]:
    """What the hub was asked and does otherwise."""
    return [request for request in hub.log if request.fault]


def test_a_query_that_nobody_wants_any_more_is_not_waited_for(desk: Desk, hub: Hub) -> None:
    hub.fault(Fault("delay", "search", on="api", seconds=600))
    found: list[object] = []
    desk.hub.search(Query(), found.append, lambda: not asked_of(hub))
    assert found == [] and asked_of(hub)[0].ended == 0.0
    desk.hub.search(Query(), found.append)
    assert len(found) == 1


def test_offline_is_said_without_asking(desk: Desk, hub: Hub) -> None:
    desk.settings.change(offline=True)
    for ask in (
        lambda: desk.hub.search(Query(), print),
        lambda: desk.hub.repository(REPO),
        lambda: desk.hub.check_token("hf_x"),
    ):
        with pytest.raises(UserError) as caught:
            ask()
        assert caught.value.code == "hub.offline"
    assert len(hub.log) == 0


def test_the_settings_count_from_the_next_call_on(desk: Desk, start_hub: Callable[..., Hub]) -> None:
    mirror = start_hub(HubRepo("mirror/only-GGUF", {"m-Q8_0.gguf": tiny()}))
    found: list[str] = []
    desk.settings.change(hub_endpoint=mirror.address)
    desk.hub.search(Query(), lambda page: found.extend(model.repo for model in page))
    assert found == ["mirror/only-GGUF"]


def test_a_token_is_checked_before_it_is_kept(desk: Desk, hub: Hub) -> None:
    hub.account("hf_mine", "me")
    assert desk.hub.check_token(" hf_mine ") == "me"
    with pytest.raises(UserError) as caught:
        desk.hub.check_token("hf_other")
    assert caught.value.code == "hub.bad_token"
    assert desk.secrets.has_token() == ""


# --- repositories ----------------------------------------------------------------------------------------


def test_a_repository_comes_with_its_card_and_is_remembered(desk: Desk, hub: Hub) -> None:
    found = desk.hub.repository(REPO)
    assert found.card.startswith("# tiny-GGUF") and "license:" not in found.card
    assert [variant.name for variant in found.variants] == ["Q4_0", "Q8_0"]
    asked = len(hub.log)
    assert desk.hub.repository(REPO.upper()) == found
    assert len(hub.log) == asked


def test_another_token_sees_for_itself(desk: Desk, hub: Hub) -> None:
    hub.account("hf_mine")
    hub.shelf.add(HubRepo("acme/private-GGUF", {"m-Q8_0.gguf": tiny()}, private=True))
    desk.secrets.set_hub_token("hf_mine")
    assert desk.hub.repository("acme/private-GGUF").model.private
    desk.secrets.forget_hub_token()
    with pytest.raises(UserError) as caught:
        desk.hub.repository("acme/private-GGUF")
    assert caught.value.code == "hub.not_found"


def test_what_was_seen_is_seen_again_offline(desk: Desk, open_desk: Callable[..., Desk], hub: Hub) -> None:
    found = desk.hub.repository(REPO)
    later = open_desk()
    later.settings.change(offline=True)
    assert later.hub.repository(REPO) == found
    later.settings.change(offline=False)
    hub.fault(Fault("failed", REPO, on="api", times=0))
    assert later.hub.repository(REPO) == found
    with pytest.raises(UserError) as caught:
        later.hub.repository("acme/never-seen")
    assert caught.value.code in ("hub.not_found", "hub.failed")


def test_what_the_hub_says_is_gone_is_gone(desk: Desk, open_desk: Callable[..., Desk], hub: Hub) -> None:
    desk.hub.repository(REPO)
    hub.shelf.remove(REPO)
    with pytest.raises(UserError) as caught:
        open_desk().hub.repository(REPO)
    assert caught.value.code == "hub.not_found"


def test_without_its_card_a_repository_is_still_there(desk: Desk, hub: Hub) -> None:
    hub.fault(Fault("failed", f"{REPO}/README.md", times=0))
    assert desk.hub.repository(REPO).card == ""


# --- verdicts --------------------------------------------------------------------------------------------


@pytest.mark.model
def test_a_remote_file_has_the_verdict_of_the_same_file_on_disk(desk: Desk, hub: Hub) -> None:
    hub.shelf.add(moe_repository(), split_repository())
    local = desk.hub.judge_local(str(moe_model()))
    whole = {one.variant.name: one for one in desk.judge(MOE_REPO)}
    split = {one.variant.name: one for one in desk.judge(SPLIT_REPO)}
    assert split["Q4_1"].verdict == local
    seeing = whole["Q4_1"].verdict
    assert seeing is not None and seeing.fit == local.fit == "device"
    needs = projector(read_index(color_projector())).needs
    assert seeing.device_bytes == local.device_bytes + needs, "its repository has a projector"
    assert localized_error(local.sentence).startswith("Fits, about")
    facts = whole["Q4_1"].facts
    assert facts is not None and (facts.experts, facts.experts_used) == (8, 2)
    assert 0 < facts.bytes_read < 0.005 * moe_model().stat().st_size


def test_large_models_are_judged_from_a_few_megabytes(open_desk: Callable[..., Desk], hub: Hub) -> None:
    name = "Qwen3-30B-A3B"
    hub.shelf.add(
        HubRepo(
            REPO, {f"{name}-{scheme}.gguf": published(name, scheme) for scheme in ("Q4_K_M", "Q8_0", "BF16")}
        )
    )
    judged = open_desk(machine(40 * GB, gpu(12 * GB))).judge()
    told = {one.variant.name: localized_error(one.verdict.sentence) for one in judged if one.verdict}
    assert told["Q4_K_M"].startswith("Fits, about 3")
    assert told["Q8_0"].endswith("in RAM.")
    assert told["BF16"].startswith("Too big for RAM, so very slow")
    assert [one.variant.name for one in judged if one.best] == ["Q4_K_M"]
    assert hub.log.sent() < 13_000_000


def test_each_verdict_is_told_as_it_comes_and_the_best_at_the_end(desk: Desk) -> None:
    told: list[JudgedVariant] = []
    judged = desk.hub.judge(desk.hub.repository(REPO), told.append)
    assert {one.variant.name for one in told} == {"Q4_0", "Q8_0"}
    assert not any(one.best for one in told)
    assert [one.variant.name for one in judged] == ["Q4_0", "Q8_0"]
    assert sum(one.best for one in judged) == 1


def test_a_header_that_was_read_is_not_read_again(
    desk: Desk, open_desk: Callable[..., Desk], hub: Hub
) -> None:
    first = desk.judge()
    asked = len(hub.log.of(f"{REPO}/tiny-Q8_0.gguf"))
    again = open_desk()
    repository = again.hub.repository(REPO)
    again.settings.change(offline=True)
    second = again.hub.judge(repository)
    assert [one.verdict for one in second] == [one.verdict for one in first]
    assert [one.facts.bytes_read for one in second if one.facts] == [0, 0]
    assert len(hub.log.of(f"{REPO}/tiny-Q8_0.gguf")) == asked == 1


def test_a_server_without_ranges_leaves_the_sizes(desk: Desk, hub: Hub) -> None:
    hub.fault(Fault("ignore_range", f"{REPO}/tiny-Q8_0.gguf", times=0))
    by_name = {one.variant.name: one for one in desk.judge()}
    fallen_back, whole = by_name["Q8_0"], by_name["Q4_0"]
    assert fallen_back.verdict is not None and whole.verdict is not None
    assert (fallen_back.verdict.source, whole.verdict.source) == ("sizes", "header")
    assert fallen_back.error is not None and fallen_back.error.code == "hub.no_ranges"
    assert "Its header couldn’t be read" in localized_error(fallen_back.verdict.sentence)
    assert whole.best


def test_gated_files_are_judged_by_their_sizes(desk: Desk, hub: Hub) -> None:
    hub.shelf.add(HubRepo("acme/gated-GGUF", {"m-Q8_0.gguf": tiny()}, gated="manual"))
    (judged,) = desk.judge("acme/gated-GGUF")
    assert judged.verdict is not None and judged.verdict.source == "sizes"
    assert judged.error is not None and judged.error.code == "hub.gated"
    assert str(judged.error.params["url"]).endswith("/acme/gated-GGUF")


def test_a_damaged_file_has_no_verdict(desk: Desk, hub: Hub) -> None:
    from tests.support.hub import MemoryContent

    hub.shelf.add(HubRepo("acme/bad-GGUF", {"m-Q8_0.gguf": MemoryContent(b"GGUF" + bytes(1000))}))
    (judged,) = desk.judge("acme/bad-GGUF")
    assert judged.verdict is None
    assert judged.error is not None and judged.error.code == "model.damaged"
    assert localized_error(judged.error)


# A connection that is being made while the client is closed is left to the collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_judging_that_nobody_wants_any_more_is_not_waited_for(desk: Desk, hub: Hub) -> None:
    repository = desk.hub.repository(REPO)
    hub.fault(Fault("delay", f"{REPO}/*", times=0, seconds=600))
    assert desk.hub.judge(repository, keep_going=lambda: not asked_of(hub)) == ()


def test_a_machine_that_cannot_be_looked_at_is_told(desk: Desk) -> None:
    repository = desk.hub.repository(REPO)
    desk.plans.error = UserError("engine.not_starting")
    with pytest.raises(UserError):
        desk.hub.judge(repository)


def test_verdicts_wait_for_the_machine_to_be_measured(desk: Desk) -> None:
    slow = msgspec.structs.replace(HOST.ram, bandwidth=1e9)
    fast_card = msgspec.structs.replace(HOST.devices[0], bandwidth=300e9)
    desk.plans.measured_as = Machine(slow, (fast_card,))
    desk.plans.hold.set()
    threading.Timer(0.3, desk.plans.hold.clear).start()
    first, again = desk.judge(), desk.judge()
    assert [one.verdict for one in first] == [one.verdict for one in again]


def test_the_context_of_the_settings_counts_as_far_as_the_model_goes(desk: Desk) -> None:
    desk.settings.change(context=1024)
    assert [one.verdict.context for one in desk.judge() if one.verdict] == [1024, 1024]
    desk.settings.change(context=1_000_000)
    assert {one.verdict.context for one in desk.judge() if one.verdict} == {8192}


# --- the catalogue ---------------------------------------------------------------------------------------


def entry(name: str, billions: float, active: float, gigabytes: float, experts: int = 0) -> CatalogueEntry:
    used = max(int(experts * active / billions), 1) if experts else 0
    return CatalogueEntry(
        f"acme/{name}",
        "Q4_K_M",
        name,
        "Because.",
        "그래서입니다.",
        int(billions * GB),
        int(active * GB),
        int(gigabytes * GB),
        experts,
        used,
    )


ENTRIES = [
    entry("tiny", 1.2, 1.2, 0.8),
    entry("small", 4, 4, 2.5),
    entry("dense", 8, 8, 4.9),
    entry("large-dense", 32, 32, 20),
    entry("mixture", 30, 3, 18.5, 128),
    entry("huge", 235, 22, 142, 128),
]


def picked(desk: Desk, entries: list[CatalogueEntry] = ENTRIES, count: int = 3) -> list[str]:
    return [one.entry.name for one in pick(entries, desk.placements, count)]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (
            machine(64 * GB, gpu(24 * GB, description="NVIDIA GeForce RTX 4090")),
            ["large-dense", "dense", "small"],
        ),
        (machine(32 * GB, gpu(12 * GB)), ["mixture", "dense", "small"]),
        (machine(32 * GB), ["mixture", "small", "tiny"]),
        (machine(9 * GB), ["small", "tiny", "dense"]),
        (machine(3 * GB), ["tiny"]),
        (machine(10**8), []),
    ],
)
def test_picks_suit_the_machine(open_desk: Callable[..., Desk], host: Machine, expected: list[str]) -> None:
    assert picked(open_desk(host)) == expected


def test_a_pick_tells_its_speed(desk: Desk) -> None:
    (best,) = pick(ENTRIES, desk.placements, 1)
    assert best.tps >= COMFORTABLE_TPS
    assert (best.verdict.source, best.verdict.decode_tps) == ("sizes", best.tps)
    assert (
        localized_error(best.sentence)
        == f"Should answer at about {round(best.tps)} tokens per second on this computer."
    )


def test_picks_stay_while_other_programs_are_busy(open_desk: Callable[..., Desk]) -> None:
    host = machine(32 * GB)
    crowded = msgspec.structs.replace(host, ram=msgspec.structs.replace(host.ram, free=9 * GB))
    idle, busy = (pick(ENTRIES, open_desk(each).placements, 3) for each in (host, crowded))
    assert [one.entry for one in busy] == [one.entry for one in idle]
    assert [one.tps for one in busy] == [one.tps for one in idle]
    assert idle[0].verdict.busy is None
    assert busy[0].verdict.busy_bytes > 0


def test_a_guess_by_parameters_reads_as_much_as_it_says(desk: Desk) -> None:
    dense, mixture = desk.hub.guess(30 * GB, 0), desk.hub.guess(30 * GB, 3 * GB)
    assert mixture.decode_tps > 2 * dense.decode_tps > 0
    assert (dense.source, mixture.source) == ("sizes", "sizes")
    assert desk.hub.guess(700 * GB, 0).fit == "no"


def test_picks_do_not_grow_on_a_machine_where_nothing_runs(open_desk: Callable[..., Desk]) -> None:
    host = machine(8 * GB)  # all of it free, as it never is with a desktop
    busy = msgspec.structs.replace(host, ram=msgspec.structs.replace(host.ram, free=4 * GB))
    assert picked(open_desk(host)) == picked(open_desk(busy)) == ["small", "tiny"]


def test_what_is_missing_right_now_is_read_again(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(machine(32 * GB))
    mixture = ENTRIES[4]
    idle = desk.hub.judge_entry(mixture)
    taken = msgspec.structs.replace(desk.plans.machine.ram, free=6 * GB)
    desk.plans.machine = msgspec.structs.replace(desk.plans.machine, ram=taken)
    crowded = desk.hub.judge_entry(mixture)
    assert (idle.fit, idle.busy) == ("ram", None) and crowded.busy_bytes > 0
    assert msgspec.structs.replace(crowded, busy_bytes=0) == idle


def test_without_fast_ones_the_fastest_come_first(open_desk: Callable[..., Desk]) -> None:
    slow = [entry("a", 32, 32, 20), entry("b", 70, 70, 43)]
    assert picked(open_desk(machine(64 * GB)), slow) == ["a", "b"]


def test_a_guess_is_as_large_as_the_model_and_reads_as_much() -> None:
    for one in ENTRIES:
        index = guessed_index(one)
        held = sum(layer.dense_bytes + layer.expert_bytes for layer in index.layers)
        assert held + index.embedding_bytes + index.output_bytes == pytest.approx(one.bytes, rel=0.01)
        share = one.active_parameters / one.parameters
        assert index.active_bytes_per_token == pytest.approx(one.bytes * share, rel=0.12)


def test_the_catalogue_can_be_read() -> None:
    for one in load_catalogue():
        assert one.bytes > 0 < one.active_parameters <= one.parameters
        assert one.download == one.bytes + one.projector and 0 <= one.projector < one.bytes
        guessed_index(one)


def test_what_the_disk_has_no_room_for_is_not_offered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.hub.hub.load_catalogue", lambda: tuple(ENTRIES))
    monkeypatch.setattr("app.services.hub.hub.space", lambda *_, **__: (3 * GB, 3 * GB))
    assert [one.entry.name for one in desk.hub.picks()] == ["small", "tiny"]
    assert [one.name for one in desk.hub.catalogue()] == [one.name for one in ENTRIES]


def test_picks_ask_nobody(desk: Desk, hub: Hub) -> None:
    desk.settings.change(offline=True)
    desk.hub.picks()
    assert len(hub.log) == 0


def test_the_moe_of_the_tests_is_what_it_says() -> None:
    assert moe().bytes == moe_model().stat().st_size
