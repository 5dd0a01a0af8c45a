"""The filter of system calls, computed as the kernel would, and the numbers of the calls."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from agents.sandbox.inside import seccomp
from agents.sandbox.inside.seccomp import Rules, program, supported

ALLOW, KILL = 0x7FFF0000, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
MACHINES = sorted(ARCHITECTURES)


def verdict(code: bytes, machine: str, number: int, *arguments: int, architecture: int = 0) -> int:
    """What the kernel would answer: classic BPF over a `struct seccomp_data`."""
    values = [argument & 0xFFFFFFFFFFFFFFFF for argument in arguments] + [0] * (6 - len(arguments))
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *values)
    at, accumulator = 0, 0
    steps = list(struct.iter_unpack("=HBBI", code))
    while True:
        operation, yes, no, value = steps[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return int(value)
        else:
            holds = {
                0x15: accumulator == value,
                0x35: accumulator >= value,
                0x45: bool(accumulator & value),
            }[operation]
            at += yes if holds else no


def refused(code: int) -> int:
    return 0x00050000 | code


def number(call: str, machine: str) -> int:
    tables = {
        **seccomp._FORBIDDEN,
        **seccomp._FORBIDDEN_BY_NAME,
        **seccomp._TRUNCATE,
        **seccomp._SIGNALS,
        **seccomp._SHARED,
        **{name: numbers for name, (numbers, _) in seccomp._MISSING.items()},
        **{name: numbers for name, (_, numbers) in seccomp._OTHERS.items()},
        **{name: numbers for name, (numbers, _) in seccomp._MODES.items()},
        "clone": seccomp._CLONE,
        "clone3": seccomp._CLONE3,
        "ioctl": seccomp._IOCTL,
        "socket": seccomp._SOCKET,
        "personality": seccomp._PERSONALITY,
        "openat2": seccomp._OPENAT2,
        "fcntl": seccomp._FCNTL,
    }
    return tables[call][MACHINES.index(machine) ^ 1]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("rules", [Rules(), Rules(network=True), Rules(False, True, True, True, True, True)])
def test_ordinary_calls_are_allowed(machine: str, rules: Rules) -> None:
    code = program(rules, machine)
    for ordinary in (0, 1, 3) if machine == "x86_64" else (63, 64, 57):  # read, write, close
        assert verdict(code, machine, ordinary, 1) == ALLOW
    assert len(code) // 8 < 4096  # BPF_MAXINSNS
    assert verdict(code, machine, number("clone", machine), 17) == ALLOW  # a fork
    assert verdict(code, machine, number("ioctl", machine), 1, 0x5401) == ALLOW  # is it a terminal
    assert verdict(code, machine, number("openat", machine), 3, 0, 0o100, 0o644) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_what_gets_out_of_a_sandbox_is_refused(machine: str) -> None:
    code = program(Rules(), machine)
    for call in seccomp._FORBIDDEN:
        if called := number(call, machine):
            assert verdict(code, machine, called) == refused(errno.EPERM), call
    clone, ioctl = number("clone", machine), number("ioctl", machine)
    for namespace in (0x00020000, 0x10000000, 0x20000000, 0x40000000, 0x02000000):
        assert verdict(code, machine, clone, namespace | 17) == refused(errno.EPERM)
    assert verdict(code, machine, ioctl, 0, 0x5412) == refused(errno.EPERM)
    assert verdict(code, machine, ioctl, 0, (1 << 32) | 0x5412) == refused(errno.EPERM)
    assert verdict(code, machine, number("clone3", machine)) == refused(errno.ENOSYS)
    assert verdict(code, machine, number("openat", machine), 3, 0, 0o100, 0o4755) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_end_the_process(machine: str) -> None:
    code = program(Rules(), machine)
    assert verdict(code, machine, 0, architecture=0x40000003) == KILL  # 32 bits
    if machine == "x86_64":
        assert verdict(code, machine, 0x40000000 | 1) == KILL  # x32


@pytest.mark.parametrize("machine", MACHINES)
def test_sockets_follow_the_rules(machine: str) -> None:
    socket = number("socket", machine)
    unix, internet, internet6, netlink, packet = (1, 1, 0), (2, 1, 0), (10, 2, 0), (16, 3, 0), (17, 3, 0)
    firewall = (16, 3, 12)
    for rules, allowed in (
        (Rules(unix=False), []),
        (Rules(), [unix]),
        (Rules(unix=False, network=True), [internet, internet6, netlink]),
        (Rules(network=True), [unix, internet, internet6, netlink]),
    ):
        code = program(rules, machine)
        for asked in (unix, internet, internet6, netlink, packet, firewall):
            expected = ALLOW if asked in allowed else refused(errno.EACCES)
            assert verdict(code, machine, socket, *asked) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_other_processes_are_out_of_reach_where_nothing_else_keeps_them_apart(machine: str) -> None:
    code = program(Rules(others=True, signals=True), machine)
    for call, (argument, _) in seccomp._OTHERS.items():
        aimed = [0] * 6
        assert verdict(code, machine, number(call, machine), *aimed) == ALLOW
        aimed[argument] = 4321
        assert verdict(code, machine, number(call, machine), *aimed) == refused(errno.EPERM)
    for pid, expected in ((0, ALLOW), (-1, refused(errno.EPERM)), (4321, refused(errno.EPERM))):
        assert verdict(code, machine, number("kill", machine), pid, 15) == expected
    assert verdict(code, machine, number("tgkill", machine), 1, 1, 15) == refused(errno.EPERM)
    for call in seccomp._SHARED:
        assert verdict(code, machine, number(call, machine)) == refused(errno.EPERM), call
    for call, owner in (("fcntl", 8), ("fcntl", 15), ("ioctl", 0x8901), ("ioctl", 0x8902)):
        assert verdict(code, machine, number(call, machine), 3, owner, 4321) == refused(errno.EPERM)
    for command in (1, 2, 3, 4, 6, 1030):  # duplicating, flags, locks
        assert verdict(code, machine, number("fcntl", machine), 3, command, 0) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_what_the_launcher_can_do_is_asked_of_it_and_all_else_refused(machine: str) -> None:
    code = program(Rules(by_name=True, broker=True), machine)
    for call in seccomp._FORBIDDEN_BY_NAME:
        if called := number(call, machine):
            expected = 0x7FC00000 if call in seccomp.DEPUTED else refused(errno.EPERM)
            assert verdict(code, machine, called, 3, 0o4755, 0o4755) == expected, call


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_system_headers(machine: str) -> None:
    if not HEADERS[machine].exists():
        pytest.skip("no kernel headers")
    pattern = re.compile(r"#define __NR(?:3264)?_(\w+)\s+(\d+)")
    known = {name: int(value) for name, value in pattern.findall(HEADERS[machine].read_text())}
    names = [
        *seccomp._FORBIDDEN,
        *seccomp._FORBIDDEN_BY_NAME,
        *seccomp._TRUNCATE,
        *seccomp._SIGNALS,
        *seccomp._OTHERS,
        *seccomp._MODES,
        *seccomp._SHARED,
        *seccomp._MISSING,
        *("clone", "clone3", "ioctl", "socket", "personality", "openat2", "fcntl"),
    ]
    compared = [name for name in names if name in known]
    assert len(compared) > 60
    assert {name: number(name, machine) for name in compared} == {name: known[name] for name in compared}


def test_machines_whose_calls_are_not_known_have_no_filter() -> None:
    assert supported("x86_64") and supported("aarch64")
    assert not supported("riscv64")
