"""A manifest is kept as what differs from one before: nothing of it is lost, whatever happened in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.snapshots.manifest import Item, Manifest, completed, difference, shortened, unpacked
from agents.snapshots.timeline import hashes
from tests.agents.snapshots.conftest import ANYWHERE, SHELL, Bench

NAMES = st.sampled_from([f"file{number}" for number in range(40)])
TREES = st.dictionaries(NAMES, st.integers(0, 3))


def manifest(tree: dict[str, int]) -> Manifest:
    return Manifest(
        tuple(Item(path, "file", str(kind), kind) for path, kind in sorted(tree.items())), began=7
    )


@given(TREES, TREES)
def test_what_is_shortened_is_completed_to_the_same(base: dict[str, int], tree: dict[str, int]) -> None:
    first, second = manifest(base), manifest(tree)
    short = shortened(second, "name", first.by_path())
    if short is not None:
        assert completed(short, first) == second
        assert len(short.items) + len(short.gone) <= len(second.items) // 8
    assert difference(first, first) == ((), ())
    changed = {change.path for change in difference(first, second)[0]}
    assert changed == {path for path in base.keys() | tree.keys() if base.get(path) != tree.get(path)}


@pytest.fixture
def killed(bench: Bench) -> Bench:
    """Of many files some were changed by calls, and by one in whose middle the process ended."""
    for number in range(50):
        (bench.root / f"{number}.txt").write_text(f"{number}")
    bench.shell("c1", "echo one > 1.txt")
    bench.shell("c2", "rm 2.txt; echo new > new.txt")
    bench.add(bench.snapshots.before("c3", SHELL, ANYWHERE))
    (bench.root / "3.txt").write_text("changed by a call that was killed")
    bench.again()
    return bench


def test_a_killed_call_is_settled_by_a_short_manifest(killed: Bench) -> None:
    taken = killed.entries[-1].event
    short = unpacked(killed.snapshots.content(taken.manifest))  # type: ignore[union-attr]
    assert short.base and len(short.items) < 10
    for event in killed.snapshots.settle(killed.entries):
        killed.add(event)
    assert [change.path for change in killed.last_files] == ["3.txt"]
    killed.snapshots.undo(killed.snapshots.plan(killed.entries))
    assert {path.name: path.read_text() for path in killed.root.iterdir()} == {
        f"{number}.txt": f"{number}" for number in range(50)
    }


def test_the_manifest_behind_a_short_one_is_not_collected(killed: Bench, tmp_path: Path) -> None:
    killed.snapshots.collect(hashes(killed.entries), before=2e10)
    killed.again()
    for event in killed.snapshots.settle(killed.entries):
        killed.add(event)
    assert [change.path for change in killed.last_files] == ["3.txt"]
    killed.shell("c4", "echo four > 4.txt")
    killed.snapshots.undo(killed.snapshots.plan(killed.entries))
    assert (killed.root / "4.txt").read_text() == "4"
