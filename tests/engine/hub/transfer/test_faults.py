"""Everything that goes wrong on the way ends in the right bytes, or in one error that can be told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest

from tests.engine.hub.transfer.pulling import FILE, PART, QUICK, REPO, Pull, error_of, pull_of
from tests.support.hub import Fault, Hub
from tests.support.hub.models import tiny


def impatient(pull: Pull) -> Pull:
    """The same with no patience, for faults that last."""
    limits = msgspec.structs.replace(pull.limits, patience=0.2, first_patience=0.2)
    return dataclasses.replace(pull, limits=limits)


PASSING = [
    Fault("cut", after=100_000, times=5),
    Fault("cut", after=0, times=5),
    # Less than a part each time: what came is gone on with.
    Fault("cut", after=PART // 3, times=40),
    Fault("stall", after=70_000, seconds=5, times=2),
    Fault("ignore_range", times=0),
    Fault("ignore_range", nth=3, times=1),
    Fault("wrong_bytes", at=1_000_000, size=3, times=1),
    Fault("too_many", seconds=0.1, times=3),
    Fault("too_many", seconds=1, date=True, times=2),
    Fault("unavailable", seconds=0, times=6),
    Fault("failed", times=6),
    Fault("wrong_length", by=1000, times=3),
    Fault("wrong_length", by=-1000, times=3),
    Fault("wrong_range", by=1000, times=2),
    Fault("wrong_range", by=-1000, nth=5, times=3),
    Fault("gzip", times=1),
    Fault("gzip", times=0),
    Fault("html", times=2),
    Fault("unauthorised", times=2),
    Fault("gated", times=2),
    Fault("not_found", times=2),
    Fault("changed", times=1),
    Fault("delay", seconds=0.1, times=4),
    Fault("slow", rate=5_000_000, times=0),
]
# What another host says of itself is one thing, what the hub says another.
OF_THE_HUB = ("stall", "ignore_range", "wrong_bytes", "html", "unauthorised", "gated", "not_found", "changed")


@pytest.mark.parametrize(
    ("fault", "second_host"),
    [
        *((fault, True) for fault in PASSING),
        *((fault, False) for fault in PASSING if fault.kind in OF_THE_HUB),
    ],
    ids=lambda value: (
        f"{value.kind}-{value.times}-{value.after or value.by}"
        if isinstance(value, Fault)
        else ("hub", "second")[value]
    ),
)
def test_what_passes_ends_in_the_right_bytes(pull: Pull, fault: Fault, second_host: bool) -> None:
    pull.hub.second_host = second_host
    pull.hub.fault(fault)
    pull.run()
    pull.check()


def test_everything_at_once_ends_in_the_right_bytes(pull: Pull) -> None:
    pull.hub.fault(
        Fault("expired", uses=6),
        Fault("cut", after=50_000, nth=2, times=4),
        Fault("unavailable", seconds=0, nth=4, times=5),
        Fault("wrong_range", by=700, nth=9, times=2),
        Fault("stall", after=30_000, seconds=5, nth=12, times=1),
        Fault("wrong_bytes", at=900_000, size=9, nth=1, times=8),
        Fault("html", nth=16, times=2),
        Fault("gzip", nth=20, times=1),
        Fault("wrong_length", by=-900, nth=22, times=3),
    )
    pull.limits = msgspec.structs.replace(QUICK, most_refusals=8)
    pull.run()
    pull.check()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("cut", after=0, times=0), "download.interrupted"),
        (Fault("stall", after=0, seconds=5, times=0), "download.stalled"),
        (Fault("wrong_bytes", at=1_000_000, times=0), "download.wrong_bytes"),
        (Fault("too_many", seconds=0, times=0), "download.busy"),
        (Fault("unavailable", seconds=0, times=0), "download.busy"),
        (Fault("failed", times=0), "download.server_failed"),
        (Fault("html", times=0), "download.web_page"),
        (Fault("unauthorised", times=0), "download.refused"),
        (Fault("wrong_length", by=-1000, times=0), "download.wrong_length"),
        (Fault("not_found", times=0), "download.refused"),
        (Fault("changed", times=0), "download.changed"),
        (Fault("unauthorised", on="any", times=0), "hub.needs_token"),
        (Fault("gated", on="any", times=0), "hub.gated"),
        (Fault("not_found", on="any", times=0), "hub.no_file"),
        (Fault("too_many", on="any", seconds=0, times=0), "hub.busy"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else value,
)
def test_what_does_not_pass_is_told(pull: Pull, fault: Fault, code: str) -> None:
    pull.hub.fault(fault)
    assert error_of(impatient(pull).run).code == code
    pull.shows_nothing()


def test_one_range_that_is_ignored_late_does_not_cost_all_that_came(pull: Pull) -> None:
    pull.hub.fault(Fault("ignore_range", served=1_600_000, times=2))
    pull.run()
    pull.check()
    assert all(one.range for one in pull.hub.log.of(f"{REPO}/{FILE}"))


def test_ranges_that_end_for_good_late_are_done_without(pull: Pull) -> None:
    pull.hub.fault(Fault("ignore_range", served=1_600_000, times=0))
    pull.run()
    pull.check()


def test_an_expired_link_is_found_again(pull: Pull) -> None:
    pull.hub.fault(Fault("expired", uses=5))
    pull.run()
    pull.check()
    # Asking the hub's own address again is enough: no link is located anew for that.
    assert len(pull.located) == 1


def test_links_that_are_never_good_end_the_download(pull: Pull) -> None:
    pull.hub.fault(Fault("expired", seconds=-1))
    error = error_of(pull.run)
    assert (error.code, error.params["status"]) == ("download.refused", 403)
    assert len(pull.located) <= QUICK.most_refusals


def test_a_file_of_another_size_is_another_file(pull: Pull) -> None:
    pull.contents = {FILE: tiny(2_500_000)}
    assert error_of(pull.run).code == "download.changed"
    pull.shows_nothing()


def test_a_file_that_changes_on_the_way_is_not_mixed(pull: Pull) -> None:
    pull.hub.fault(Fault("changed", served=1_000_000, times=0))
    assert error_of(impatient(pull).run).code == "download.changed"
    pull.shows_nothing()


def test_a_file_without_a_hash_that_changes_on_the_way_is_not_mixed(pull: Pull) -> None:
    pull.hub.fault(Fault("no_hash"), Fault("changed", served=1_000_000, times=0))
    assert error_of(lambda: pull.run(hashes=False)).code == "download.changed"
    pull.shows_nothing()


def test_without_a_hash_the_file_is_fetched_and_that_is_said(pull: Pull) -> None:
    pull.hub.fault(Fault("no_hash"))
    (fetched,) = pull.run(hashes=False)
    pull.check()
    assert [notice.code for notice in fetched.notices] == ["download.no_hash"]
    assert fetched.sha256 == pull.contents[FILE].sha256


def test_wrong_bytes_are_thrown_away(pull: Pull) -> None:
    pull.hub.fault(Fault("wrong_bytes", at=1_000_000, times=0))
    error_of(pull.run)
    assert sum(path.stat().st_size for path in pull.work.glob("*.part")) == 0
    pull.hub.faults.clear()
    pull.run()
    pull.check()


def test_what_a_busy_server_asks_is_waited(pull: Pull) -> None:
    pull.hub.fault(Fault("too_many", seconds=0.25, times=QUICK.streams))
    pull.run()
    requests = pull.hub.log.of(f"{REPO}/{FILE}")
    last_refused = max(one.ended for one in requests if one.status == 429)
    assert min(one.started for one in requests if one.status == 206) > last_refused + 0.2


def test_a_server_is_not_waited_for_longer_than_the_limit(pull: Pull) -> None:
    pull.hub.fault(Fault("too_many", seconds=86_400, times=1))
    pull.run()
    pull.check()


def test_what_is_waited_out_is_told_meanwhile(pull: Pull) -> None:
    pull.hub.fault(Fault("unavailable", seconds=0.3, times=4))
    pull.run()
    assert "download.busy" in {told.trouble.code for told in pull.seen if told.trouble}
    assert pull.seen[-1].trouble is None


def test_a_server_that_is_not_there_is_told(pull: Pull) -> None:
    with pull.locating() as locate:
        located = locate(FILE)
    pull.hub.stop()
    pull.limits = msgspec.structs.replace(QUICK, first_patience=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pull, "locating", lambda self: _always(located))
        assert error_of(pull.run).code == "download.unreachable"


def test_a_model_that_cannot_be_used_is_not_shown(hub: Hub, tmp_path: Path) -> None:
    from tests.support.hub import MemoryContent

    pull = pull_of(hub, tmp_path, {FILE: MemoryContent(b"GGUF" + bytes(500_000))})
    error = error_of(pull.run)
    assert error.code == "download.not_usable"
    pull.shows_nothing()


class _always:  # noqa: N801
    def __init__(self, located: object) -> None:
        self._located = located

    def __enter__(self) -> object:
        return lambda path: self._located

    def __exit__(self, *_: object) -> None:
        pass
