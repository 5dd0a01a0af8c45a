"""Times, owners, extended attributes, ACLs and hard links come back as they were."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from agents.events import SnapshotTaken
from agents.permissions.values import Effects
from agents.snapshots.manifest import Item, unpacked
from agents.snapshots.timeline import states
from tests.agents.snapshots.conftest import Bench
from tests.support.folder_states import exact_state

WRITES_B = Effects(kind="files", writes=("b",))
OLD = 1_000_000_000_123_456_789


def acl(user: int) -> bytes:
    """An access control list that lets `user` read, in the form of Linux."""
    nobody = 0xFFFFFFFF
    rules = [(1, 6, nobody), (2, 4, user), (4, 4, nobody), (16, 4, nobody), (32, 4, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *rule) for rule in rules)


def age(root: Path) -> None:
    for number, path in enumerate([*sorted(root.rglob("*"), reverse=True), root]):
        os.utime(path, ns=(OLD, OLD + number), follow_symlinks=False)


def filled(root: Path) -> None:
    (root / "d/e").mkdir(parents=True)
    for name in ("a", "b", "d/c", "d/e/f"):
        (root / name).write_text(name)
    (root / "link").symlink_to("a")
    os.mkfifo(root / "pipe")
    os.setxattr(root / "a", "user.origin", b"here")
    os.setxattr(root / "d", "user.colour", b"red")
    os.setxattr(root / "a", "system.posix_acl_access", acl(12345))
    os.setxattr(root / "d", "system.posix_acl_default", acl(54321))
    (root / "b").chmod(0o4755)
    os.link(root / "b", root / "d/b2")
    os.link(root / "b", root / "d/e/b3")
    age(root)


# What a run might do, with the shell and without.
COMMANDS = {
    "write": "printf 'by the run' > a",
    "rewrite": "rm a; printf a > a",
    "remove": "rm d/e/f",
    "remove all": "rm -r *",
    "new": "printf new > d/e/new",
    "touch": "touch a d d/b2 pipe",
    "touch a link": "touch -h link",
    "mode": "chmod 700 a b d/e pipe",
    "link": "ln a d/a2",
    "link before": "ln d/c a0",
    "write through": "printf other > d/b2",
    "break a link": "rm d/b2; printf b > d/b2",
    "break the first link": "rm b; printf other > b",
    "remove a link": "rm b",
    "break all links": "rm b d/b2 d/e/b3; printf b | tee b d/b2 > d/e/b3",
    "join": "ln -f a d/c",
    "move": "mv d moved",
    "kinds": "rm a link; mkdir a; mkfifo link",
}
ATTRIBUTES: dict[str, Callable[[], None]] = {
    "attribute": lambda: os.setxattr("d/e", "user.new", b"1"),
    "attribute of a link": lambda: os.setxattr("d/b2", "user.new", b"1"),
    "attribute gone": lambda: os.removexattr("a", "user.origin"),
    "attribute of a folder gone": lambda: os.removexattr("d", "user.colour"),
    "acl": lambda: os.setxattr("a", "system.posix_acl_access", acl(99)),
    "acl gone": lambda: os.removexattr("a", "system.posix_acl_access"),
}


@pytest.mark.parametrize("act", [*COMMANDS, *ATTRIBUTES])
def test_all_of_it_comes_back_and_goes_again(bench: Bench, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bench.root)
    filled(bench.root)
    first = exact_state(bench.root)
    if act in COMMANDS:
        bench.shell("c1", COMMANDS[act])
    else:
        bench.act("c1", ATTRIBUTES[act])
    then = exact_state(bench.root)
    assert first != then
    for _ in range(2):
        assert bench.undo().conflicts == ()
        assert exact_state(bench.root) == first
        bench.undo(bench.snapshots.plan_redo(bench.entries))
        assert exact_state(bench.root) == then
    bench.undo()
    assert exact_state(bench.root) == first
    plan = bench.snapshots.plan(bench.entries)
    assert plan.steps == plan.attributes == ()


def test_what_changes_only_the_time_of_a_folder_is_not_told_as_a_change(bench: Bench) -> None:
    filled(bench.root)
    bench.write("c1", "d/new", "text")
    assert [file.path for file in bench.last_files] == ["d/new"]
    assert [step.path for step in bench.snapshots.plan(bench.entries).steps] == ["d/new"]


def test_a_file_written_by_name_is_again_the_same_as_its_other_names(bench: Bench) -> None:
    filled(bench.root)
    first = exact_state(bench.root)
    bench.call("c1", WRITES_B, lambda: (bench.root / "a").rename(bench.root / "b"))
    bench.undo()
    assert exact_state(bench.root) == first


def test_a_name_outside_the_workspace_gets_its_content_back_too(bench: Bench, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("first")
    os.link(outside, bench.root / "a")
    first = exact_state(bench.root)
    bench.shell("c1", "echo by the run > a")
    assert outside.read_text() == "by the run\n"
    bench.undo()
    assert outside.read_text() == "first" and exact_state(bench.root) == first
    assert outside.samefile(bench.root / "a")
    bench.undo(bench.snapshots.plan_redo(bench.entries))
    assert outside.read_text() == "by the run\n"


def test_a_folder_in_which_somebody_else_made_a_file_keeps_its_time(bench: Bench) -> None:
    filled(bench.root)
    bench.write("c1", "d/new", "text")
    (bench.root / "d/mine").write_text("by the user")
    bench.undo()
    assert not (bench.root / "d/new").exists() and (bench.root / "d").stat().st_mtime_ns > OLD + 100


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_an_owner_comes_back(bench: Bench) -> None:
    filled(bench.root)
    os.chown(bench.root / "b", 1234, 4321)
    (bench.root / "b").chmod(0o4755)
    age(bench.root)
    first = exact_state(bench.root)
    bench.shell("c1", "chown 0:0 d b; rm a; echo x > d/c; chown 7 d/c")
    bench.undo()
    assert exact_state(bench.root) == first


def test_what_was_kept_before_there_were_attributes_is_still_read() -> None:
    old = b'{"items":[["a","file","00",2,420,"",[1,2,3]],["p","other"]],"scope":null,"began":5}'
    assert [item.attributes for item in unpacked(old).items] == [None, None]
    taken = (
        b'{"kind":"snapshot","call":"c1","phase":"after","files":[{"path":"a","change":"new","after":"00"}]}'
    )
    event = msgspec.json.decode(taken, type=SnapshotTaken)
    assert states((*event.files, *event.attributes))["a"][1] == Item("a", "file", "00")


def test_a_run_of_before_is_undone(bench: Bench) -> None:
    (bench.root / "a").write_text("first")
    bench.write("c1", "a", "by the run")
    event = bench.entries[-1].event
    assert isinstance(event, SnapshotTaken)
    old = [replace(file, attributes=None, attributes_after=None) for file in event.files]
    bench.entries[-1] = replace(bench.entries[-1], event=replace(event, files=tuple(old), attributes=()))
    assert bench.undo().conflicts == () and (bench.root / "a").read_text() == "first"


@pytest.mark.parametrize(
    "command", ["rm -r *", "rm -r d; echo x > d; echo y > a; mkdir -p n/m; echo z > n/m/o"]
)
def test_an_undo_that_is_stopped_at_any_moment_goes_on(bench: Bench, command: str) -> None:
    filled(bench.root)
    first = exact_state(bench.root)
    bench.shell("c1", command)
    for moment in range(0, 40, 4):
        for going_on in (moment, 6, 1000):
            stops = iter([False] * going_on)
            undone = bench.stopped(lambda: next(stops, True))  # noqa: B023
        assert undone.conflicts == () and exact_state(bench.root) == first
        bench.shell(f"c{moment + 2}", command)


@pytest.mark.parametrize("command", ["rm -r d; echo x > d; echo y > a; mkdir -p n/m; echo z > n/m/o"])
def test_a_redo_that_is_stopped_at_any_moment_goes_on(bench: Bench, command: str) -> None:
    filled(bench.root)
    first = exact_state(bench.root)
    bench.shell("c1", command)
    then = exact_state(bench.root)
    for moment in range(0, 24, 4):
        bench.undo()
        assert exact_state(bench.root) == first
        for going_on in (moment, 6, 1000):
            stops = iter([False] * going_on)
            plan = bench.snapshots.plan_redo(bench.entries)
            bench.add(bench.snapshots.undo(plan, (), lambda: next(stops, True)))  # noqa: B023
        assert exact_state(bench.root) == then
