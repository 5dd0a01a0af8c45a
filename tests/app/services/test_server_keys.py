"""Keys of the local server: what they have used, however often and by however many processes it is written."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.server_keys import KeyRing
from app.store.records import KeyTokens
from app.store.store import Store
from engine.errors import UserError
from engine.values import Timings, Usage

NOON, DAY = 1_700_000_000.0, 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as opened:
        yield opened


def test_tokens_are_those_of_a_day_and_of_all_days(store: Store) -> None:
    now = [NOON]
    ring = KeyRing(store.server_keys, clock=lambda: now[0])
    key, _ = ring.add("editor")
    other, _ = ring.add("agent")
    assert ring.tokens() == {} and not ring.has_usage
    ring.note_usage(key, Usage(100, 60, 20))
    ring.note_usage(key, Usage(1, 0, 2))
    ring.note_usage(other, Usage(5, 0, 5))
    ring.write_usage()
    assert not ring.has_usage
    first = KeyTokens(101, 60, 22)
    assert ring.tokens() == {"editor": (first, first), "agent": (KeyTokens(5, 0, 5), KeyTokens(5, 0, 5))}
    now[0] += DAY
    assert ring.tokens()["editor"] == (KeyTokens(), first)
    ring.note_usage(key, Usage(10, 0, 1))
    ring.write_usage()
    assert ring.tokens()["editor"] == (KeyTokens(10, 0, 1), KeyTokens(111, 60, 23))


def test_processes_and_threads_that_count_add_up(store: Store) -> None:
    rings = [KeyRing(store.server_keys, clock=lambda: NOON) for _ in range(2)]
    key, _ = rings[0].add("editor")

    def count(ring: KeyRing) -> None:
        for _ in range(50):
            ring.note_usage(key, Usage(2, 1, 1))
            ring.write_usage()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(count, ring) for ring in (*rings, *rings)]:
            done.result()
    assert rings[0].tokens()["editor"][1] == KeyTokens(400, 200, 200)


def test_what_can_not_be_written_now_is_written_the_next_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = KeyRing(store.server_keys)
    key, _ = ring.add("editor")
    ring.note_usage(key, Usage(3, 0, 4))

    def busy(*_: object) -> None:
        raise UserError("store.locked")

    with monkeypatch.context() as patched:
        patched.setattr(store.server_keys, "add_usage", busy)
        with pytest.raises(UserError):
            ring.write_usage()
    assert ring.has_usage
    ring.note_usage(key, Usage(1, 0, 1))
    ring.write_usage()
    assert ring.tokens()["editor"][1] == KeyTokens(4, 0, 5)


def test_a_key_that_is_made_anew_under_the_same_name_has_used_nothing(store: Store) -> None:
    ring = KeyRing(store.server_keys)
    key, _ = ring.add("editor")
    ring.note_usage(key, Usage(3, 0, 4))
    ring.write_usage()
    ring.revoke("editor")
    new, _ = ring.add("editor")
    ring.note_usage(key, Usage(9, 0, 9))  # what was still being answered for the old one
    ring.note_usage(new, Usage(1, 0, 1))
    ring.write_usage()
    assert ring.tokens()["editor"][1] == KeyTokens(1, 0, 1)


def test_what_a_key_that_is_gone_has_used_stays_without_its_name(store: Store) -> None:
    ring = KeyRing(store.server_keys, clock=lambda: NOON)
    key, _ = ring.add("editor")
    ring.note_usage(key, Usage(3, 1, 4, 2), "qwen", Timings(prefill_s=1.0, decode_s=2.0))
    ring.note_usage(None, Usage(10), "qwen")
    ring.write_usage()
    ring.revoke("editor")
    (line,) = store.usage.days()
    assert (line.use, line.key, line.model, line.answers) == ("server", "", "qwen", 2)
    assert (line.read, line.cached, line.written, line.reasoning, line.seconds) == (13, 1, 4, 2, 3.0)
    assert ring.tokens() == {}


def test_keys_of_a_file_are_counted_for_no_key_and_a_key_has_to_allow_something(store: Store) -> None:
    ring = KeyRing(store.server_keys, ["a key"])
    key = ring.recognized("a key")
    assert key is not None
    ring.note_usage(key, Usage(3, 0, 4))
    ring.write_usage()
    assert ring.tokens() == {} and [line.key for line in store.usage.days()] == [""]
    with pytest.raises(UserError) as refused:
        ring.add("editor", ())
    assert refused.value.code == "server.no_rights"
