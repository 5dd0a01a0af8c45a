"""The profile for macOS and how its processes are found. On another system the kernel is played by the test."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.sandbox.inside import libproc
from agents.sandbox.inside.launch import seatbelt_command
from agents.sandbox.inside.libproc import Row
from agents.sandbox.inside.plan import PRIVATE_FOLDER, LaunchPlan, decoded
from agents.sandbox.inside.traced import Traced, belonging
from agents.sandbox.sandbox import Confinement, Limits
from agents.sandbox.seatbelt import Seatbelt, profile

WORK = Path("/Users/me/work")
HOOKS, CONFIG = WORK / ".git/hooks", WORK / ".git/config"


class Profile:
    """A profile, read the way the system does: of all rules for an operation on a path, the last one counts."""

    def __init__(self, text: str) -> None:
        self.rules = [parsed for parsed in _expressions(text) if parsed[0] in ("allow", "deny")]

    def allows(self, operation: str, path: str) -> bool:
        verdict = False
        for action, *rest in self.rules:
            names = [word for word in rest if isinstance(word, str)]
            filters = [word for word in rest if isinstance(word, list)]
            if any(_covers(name, operation) for name in names) and (
                not filters or any(_matches(one, path) for one in filters)
            ):
                verdict = action == "allow"
        return verdict


def _covers(name: str, operation: str) -> bool:
    return name in ("default", operation) or (name.endswith("*") and operation.startswith(name[:-1]))


def _matches(filter: list[object], path: str) -> bool:
    kind, value = filter[0], str(filter[1]).strip('"')
    if kind == "literal":
        return path == value
    return kind == "subpath" and (path == value or path.startswith(f"{value}/"))


def _expressions(text: str) -> list[list[object]]:
    """The parenthesised expressions; strings keep their quotes."""
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            words.append(json.loads(text[at : end + 1], strict=False).join('""'))
            at = end + 1
        elif text[at] in "()":
            words.append(text[at])
            at += 1
        elif text[at].isspace():
            at += 1
        else:
            end = at
            while end < len(text) and text[end] not in '()" \n\t':
                end += 1
            words.append(text[at:end])
            at = end
    stack: list[list[object]] = [[]]
    for word in words:
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word)
    assert len(stack) == 1
    return stack[0]  # type: ignore[return-value]


def test_the_workspace_can_be_written_and_the_system_only_read() -> None:
    made = Profile(profile(WORK))
    assert made.allows("file-write-create", f"{WORK}/a/new")
    assert made.allows("file-read-data", f"{WORK}/a")
    assert made.allows("process-exec", f"{WORK}/script")
    for path in (
        "/usr/bin/git",
        "/System/Library/Frameworks/x",
        "/opt/homebrew/bin/rg",
        "/Library/Developer/x",
    ):
        assert made.allows("file-read-data", path)
        assert not made.allows("file-write-data", path)
        assert not made.allows("file-write-unlink", path)


@pytest.mark.parametrize(
    "path",
    [
        "/Users/me/secret",
        "/Users/me/Library/Keychains/login.keychain-db",
        "/Users/me/worker/secret",
        "/System/Volumes/Data/Users/me/secret",
        "/Volumes/Backup/secret",
        "/private/etc/master.passwd",
        "/private/var/db/dslocal/nodes",
        "/private/tmp/other",
        "/opt/homebrew/var/postgres/data",
        "/Library/Keychains/System.keychain",
        "/dev/disk0",
        "/dev/tty",
    ],
)
@pytest.mark.parametrize("network", [False, True])
def test_what_is_somebodys_own_is_hidden(path: str, network: bool) -> None:
    made = Profile(profile(WORK, network=network))
    for operation in ("file-read-data", "file-write-data", "file-write-create", "process-exec"):
        assert not made.allows(operation, path)


def test_programs_can_start() -> None:
    made = Profile(profile(WORK))
    assert made.allows("file-read-data", "/") and not made.allows("file-read-data", "/Users")
    cache = "/System/Volumes/Preboot/Cryptexes/OS/System/Library/dyld/cache"
    for path in (cache, "/usr/lib/dyld", "/private/var/select/sh"):
        assert made.allows("file-read-data", path) and made.allows("file-map-executable", path)
    for path in ("/Users", "/Users/me", "/private", "/etc", "/System/Volumes", "/System/Volumes/Preboot"):
        assert made.allows("file-read-metadata", path) and not made.allows("file-read-data", path)


def test_environments_of_other_processes_are_hidden() -> None:
    text = profile(WORK)
    assert text.index("(deny process-info* sysctl-read") < text.index("(allow sysctl-read")
    assert "(allow sysctl-read)" not in text and "procargs" not in text
    assert "(allow signal)" not in text and "(allow mach-lookup)" not in text


def test_links_to_files_outside_cannot_be_made() -> None:
    assert not Profile(profile(WORK)).allows("file-link", f"{WORK}/new")
    assert not Profile(profile(WORK)).allows("file-write-setugid", f"{WORK}/new")


def test_what_git_executes_cannot_be_changed_nor_moved_away() -> None:
    inner = WORK / "below/repository/.git/config"
    made = Profile(profile(WORK, locked=[HOOKS, CONFIG, inner]))
    for path in (f"{HOOKS}/pre-commit", str(HOOKS), str(CONFIG), str(inner)):
        for operation in ("file-write-create", "file-write-data", "file-write-unlink"):
            assert not made.allows(operation, path)
        assert made.allows("file-read-data", path)
    for folder in (WORK / ".git", WORK / "below", WORK / "below/repository", WORK / "below/repository/.git"):
        assert not made.allows("file-write-unlink", str(folder))
    assert made.allows("file-write-create", f"{WORK}/.git/objects/ab/cd")
    assert made.allows("file-write-unlink", f"{WORK}/other")


def test_a_folder_that_can_be_written_cannot_be_moved_into_one_that_is_removed() -> None:
    made = Profile(profile(WORK, writes=[Path("/Users/me/notes")]))
    for folder in (str(WORK), "/Users/me/notes", PRIVATE_FOLDER):
        assert not made.allows("file-write-unlink", folder)


def test_a_workspace_to_read_is_only_read() -> None:
    made = Profile(profile(WORK, workspace_writable=False, writes=[Path("/data")]))
    assert made.allows("file-read-data", f"{WORK}/a") and not made.allows("file-write-create", f"{WORK}/a")
    assert made.allows("file-write-create", "/data/a")


def test_the_network_is_there_only_when_it_is_granted() -> None:
    without = Profile(profile(WORK))
    for operation in ("network-outbound", "network-bind", "network-inbound", "system-socket"):
        assert not without.allows(operation, "/private/var/run/mDNSResponder")
    with_it = profile(WORK, network=True)
    assert '(remote ip "*:*")' in with_it
    assert not Profile(with_it).allows("network-outbound", "/Users/me/.docker/run/docker.sock")
    for text in (profile(WORK), with_it):
        for service in ("SecurityServer", "securityd", "launchservicesd", "pasteboard", "windowserver"):
            assert service not in text


def test_names_cannot_add_rules() -> None:
    evil = Path('/Users/me/a") (allow default) ("\\')
    made = Profile(profile(evil))
    assert not made.allows("file-read-data", "/Users/me/secret")
    assert made.allows("file-write-create", f"{evil}/new")


def test_the_plan_carries_a_profile_of_its_own_for_each_run(tmp_path: Path) -> None:
    plans = []
    for _ in range(2):
        argv, _ = Seatbelt().command(["true"], Confinement(tmp_path), limits=Limits(memory_bytes=7))
        plans.append(decoded(argv[argv.index("-c") + 3]))
    assert plans[0].kind == "seatbelt" and plans[0].memory == 7
    assert plans[0].mark != plans[1].mark and plans[0].mark in plans[0].profile
    assert str(tmp_path) in plans[0].profile


def test_the_program_is_found_before_and_the_private_folder_named() -> None:
    plan = LaunchPlan(
        "seatbelt", "/w", profile=f'(subpath "{PRIVATE_FOLDER}") (subpath "/w/{PRIVATE_FOLDER}")'
    )
    argv = seatbelt_command(plan, ["sh", "-c", "x"], {"PATH": "/bin"}, "/private/tmp/h")
    assert argv[:2] == ["/usr/bin/sandbox-exec", "-p"] and argv[3:] == ["/bin/sh", "-c", "x"]
    assert argv[2] == f'(subpath "/private/tmp/h") (subpath "/w/{PRIVATE_FOLDER}")'
    with pytest.raises(FileNotFoundError):
        seatbelt_command(plan, ["no-such-program"], {"PATH": "/bin"}, "/h")


def test_layouts_are_those_of_the_system() -> None:
    assert (libproc.BSD.size, libproc.TASK.size) == (136, 96)  # sizeof in <sys/proc_info.h>
    info = struct.pack(
        "=12I16s32s5IiQQ", 0, 2, 0, 77, 70, 501, 20, *[0] * 5, b"sh", b"", 3, 75, 0, 0, 0, 5, 9, 8
    )
    assert libproc.row(info) == Row(77, 70, 75, 501, 9_000_008)
    assert libproc.task(struct.pack("=6Q12i", 1, 4096, *[0] * 4, *[0] * 9, 6, 1, 31)) == (4096, 6)


class Kernel:
    """Processes as macOS has them: who loses its parent gets the first process as one."""

    def __init__(self) -> None:
        self.table = {1: Row(1, 0, 1, 0, 0), 50: Row(50, 1, 50, 0, 0), 51: Row(51, 1, 50, 0, 0)}
        self.inside: set[int] = set()
        self.stopped: set[int] = set()
        self.killed: set[int] = set()
        self.bomb = 0
        self._next = 100
        self.start(50, group=60)  # the launcher, the leader of its own group

    def start(self, parent: int, group: int = 0) -> int:
        self._next += 1
        pid = 60 if not self.inside and 60 not in self.table else self._next
        self.table[pid] = Row(pid, parent, group or self.table[parent].group, 0, self._next)
        if parent in self.inside or parent == 60:
            self.inside.add(pid)
        return pid

    def leave(self, pid: int) -> None:
        """What setsid does."""
        self.table[pid] = self.table[pid]._replace(group=pid)

    def exit(self, pid: int) -> None:
        self.table.pop(pid, None)
        self.table = {
            one: row._replace(parent=1) if row.parent == pid else row for one, row in self.table.items()
        }

    def rows(self) -> list[Row]:
        running = [pid for pid in self.inside if pid in self.table and pid not in self.stopped]
        for pid in running[: 2 if self.bomb else 0]:
            self.bomb -= 1
            self.leave(self.start(pid))
            self.exit(pid)
        return list(self.table.values())

    def is_marked(self, pid: int, mark: str) -> bool:
        return mark == "mark" and pid in self.inside

    def send(self, pid: int, number: int) -> None:
        if number == signal.SIGSTOP:
            self.stopped.add(pid)
        else:
            self.killed.add(pid)
            self.exit(pid)

    def reap(self) -> None:
        pass


def test_orphans_in_groups_of_their_own_are_remembered() -> None:
    kernel = Kernel()
    tree = Traced("", kernel, 60)
    first = kernel.start(60)
    assert tree.pids() == [first]
    daemon = kernel.start(first)
    kernel.leave(daemon)
    assert sorted(tree.pids()) == [first, daemon]
    inner = kernel.start(daemon)
    kernel.exit(daemon)
    assert sorted(tree.pids()) == [first, inner]
    tree.end()
    assert kernel.killed == {first, inner}
    assert set(kernel.table) == {1, 50, 51, 60}


def test_who_left_between_two_looks_is_found_by_the_mark() -> None:
    kernel = Kernel()
    tree = Traced("mark", kernel, 60)
    first = kernel.start(60)
    middle = kernel.start(first)
    kernel.leave(middle)
    gone = kernel.start(middle)
    kernel.leave(gone)
    kernel.exit(middle)
    kernel.exit(first)
    assert tree.pids() == []
    tree.end()
    assert gone in kernel.killed and set(kernel.table) == {1, 50, 51, 60}


def test_those_that_start_others_meanwhile_are_ended_too() -> None:
    kernel = Kernel()
    kernel.start(60)
    kernel.bomb = 40
    Traced("mark", kernel, 60).end()
    assert set(kernel.table) == {1, 50, 51, 60}


def test_the_launchers_own_group_and_reused_numbers_are_not_of_the_run() -> None:
    first = Row(70, 60, 50, 0, 1)  # before its setsid it is still in the launcher's group, here the app's
    rows = [Row(50, 1, 50, 0, 0), Row(51, 1, 50, 0, 0), Row(60, 50, 50, 0, 0), first]
    assert set(belonging(rows, {}, 60)) == {70}
    reused = Row(70, 1, 70, 0, 999)
    assert belonging([*rows[:3], reused], {70: first}, 60) == {}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("flx"), st.integers(0, 30)), max_size=40), st.integers(1, 7))
def test_nobody_of_the_run_is_left_and_nobody_else_is_touched(
    steps: list[tuple[str, int]], looks: int
) -> None:
    kernel = Kernel()
    tree = Traced("mark", kernel, 60)
    kernel.start(60)
    for at, (step, which) in enumerate(steps):
        alive = sorted(pid for pid in kernel.inside if pid in kernel.table)
        if not alive:
            break
        pid = alive[which % len(alive)]
        {"f": kernel.start, "l": kernel.leave, "x": kernel.exit}[step](pid)
        if at % looks == 0:
            tree.pids()
    tree.end()
    assert set(kernel.table) == {1, 50, 51, 60}
    assert kernel.killed <= kernel.inside


@pytest.mark.skipif(sys.platform != "darwin", reason="macOS")
def test_the_system_tells_of_this_process() -> None:
    assert any(row.pid == os.getpid() and row.parent == os.getppid() for row in libproc.rows())
    assert not libproc.is_marked(os.getpid(), "coterie.nothing")
