"""Seccomp filter (classic BPF): system calls that a sandboxed program may not make.

Numbers are those of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux;
the layout of a filter and of `struct seccomp_data` is in include/uapi/linux/seccomp.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

assert sys.platform == "linux"

from agents.sandbox.inside.privileges import failed, libc


def _calls(table: str) -> dict[str, tuple[int, int]]:
    """Calls with their numbers on x86_64 and aarch64; 0 where the machine has no such call."""
    rows = (row.split() for row in table.split(","))
    return {name: (int(first), int(second)) for name, first, second in rows}


_FORBIDDEN = _calls(
    """
    ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440,
    kcmp 312 272, pidfd_getfd 438 438, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51,
    setns 308 268, unshare 272 97, open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431,
    fsmount 432 432, fspick 433 433, mount_setattr 442 442, open_tree_attr 467 467,
    name_to_handle_at 303 264, open_by_handle_at 304 265, fanotify_init 300 262, add_key 248 217,
    request_key 249 218, keyctl 250 219, bpf 321 280, userfaultfd 323 282, perf_event_open 298 241,
    io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, create_module 174 0,
    init_module 175 105, delete_module 176 106, finit_module 313 273, kexec_load 246 104,
    kexec_file_load 320 294, reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, quotactl 179 60,
    quotactl_fd 443 443, settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266,
    adjtimex 159 171, sethostname 170 161, setdomainname 171 162, iopl 172 0, ioperm 173 0, modify_ldt 154 0,
    uselib 134 0, nfsservctl 180 42, syslog 103 116, vhangup 153 58, migrate_pages 256 238,
    move_pages 279 239
    """
)
# Memory that no process owns, so that its use cannot be measured.
_FORBIDDEN |= _calls("shmget 29 194, shmat 30 196, memfd_secret 447 447")
# Landlock does not cover these. They change files by name without opening them, or other processes.
_FORBIDDEN_BY_NAME = _calls(
    """
    chmod 90 0, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 0, fchown 93 55, lchown 94 0,
    fchownat 260 54, utime 132 0, utimes 235 0, futimesat 261 0, utimensat 280 88, setxattr 188 5,
    lsetxattr 189 6, fsetxattr 190 7, setxattrat 463 463, removexattr 197 14, lremovexattr 198 15,
    fremovexattr 199 16, removexattrat 466 466, file_setattr 469 469
    """
)
# Those that the launcher can carry out for the program: see seccomp_broker.py.
DEPUTED = {
    name: _FORBIDDEN_BY_NAME[name]
    for name in (
        *("chmod", "fchmod", "fchmodat", "fchmodat2"),
        *("utime", "utimes", "futimesat", "utimensat"),
    )
}
_TRUNCATE = {"truncate": (76, 45)}
# What processes of this machine share by number or name, without a file: namespaces separate it, Landlock does not.
_SHARED = _calls(
    """
    shmctl 31 195, msgget 68 186, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, semget 64 190, semop 65 193,
    semtimedop 220 192, semctl 66 191, mq_open 240 180, mq_unlink 241 181
    """
)
# Rarely needed. The first takes memory that no process owns, the second all of a disk at once.
_MISSING = {"memfd_create": ((319, 279), errno.ENOSYS), "fallocate": ((285, 47), errno.EOPNOTSUPP)}
# Forbidden on other processes; the first number is the argument that names the process.
_OTHERS = {
    "prlimit64": (0, (302, 261)),
    "setpriority": (1, (141, 140)),
    "ioprio_set": (1, (251, 30)),
    "sched_setparam": (0, (142, 118)),
    "sched_setscheduler": (0, (144, 119)),
    "sched_setaffinity": (0, (203, 122)),
    "sched_setattr": (0, (314, 274)),
}
_SIGNALS = _calls(
    """
    kill 62 129, tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
    pidfd_send_signal 424 424
    """
)
# Setting setuid and setgid bits; the second number is the argument with the mode.
_MODES = {
    "chmod": ((90, 0), 1),
    "fchmod": ((91, 52), 1),
    "fchmodat": ((268, 53), 2),
    "fchmodat2": ((452, 452), 2),
    "open": ((2, 0), 2),
    "openat": ((257, 56), 3),
    "creat": ((85, 0), 1),
    "mknod": ((133, 0), 1),
    "mknodat": ((259, 33), 2),
}
_SETUID_SETGID = 0o6000
_OPENAT2 = (437, 437)
_CLONE, _CLONE3, _IOCTL, _SOCKET, _PERSONALITY = (56, 220), (435, 435), (16, 29), (41, 198), (135, 92)
_FCNTL = (72, 25)
_SECCOMP, _NEW_LISTENER = (317, 277), 8
_NEW_NAMESPACES = 0x7E020080  # CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into the terminal of whoever reads it next
# F_SETOWN, F_SETOWN_EX, FIOSETOWN and SIOCSPGRP say whom the kernel signals when something can be read.
_SIGNALLED_BY_FCNTL, _SIGNALLED_BY_IOCTL = (8, 15), (0x8901, 0x8902)
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000
_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16


class Rules(NamedTuple):
    """Rules besides what is always forbidden.

    `unix`: sockets of this machine may be made. `network`: sockets of the internet. `by_name`: changing files
    by their name (Landlock). `truncate`: Landlock before its ABI 3 does not hold it. `others`, `signals`:
    acting on other processes and what is shared with them, where nothing else keeps them apart. `broker`:
    what it can do for the program is asked of the launcher.
    """

    unix: bool = True
    network: bool = False
    by_name: bool = False
    truncate: bool = False
    others: bool = False
    signals: bool = False
    broker: bool = False


def supported(machine: str) -> bool:
    """Whether the system call numbers of this machine are known; `machine` as os.uname() has it."""
    return machine in _MACHINES


def program(rules: Rules, machine: str) -> bytes:
    """The filter as `struct sock_filter`s. Raises KeyError for a machine that is not supported."""
    column, architecture = _MACHINES[machine]
    code = [
        _statement(_LOAD, _ARCHITECTURE),
        _jump(_EQUAL, architecture, 1, 0),
        _statement(_RETURN, _KILL),
        _statement(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":  # the same calls by other numbers
        code += [_jump(_AT_LEAST, _X32, 0, 1), _statement(_RETURN, _KILL)]
    forbidden = list(_FORBIDDEN.values())
    asked = DEPUTED if rules.broker else {}
    if rules.by_name:
        forbidden += [numbers for name, numbers in _FORBIDDEN_BY_NAME.items() if name not in asked]
    forbidden += _TRUNCATE.values() if rules.truncate else ()
    forbidden += _SHARED.values() if rules.others else ()
    for numbers in forbidden:  # before what is allowed by its arguments
        code += _when(numbers[column], _returned(errno.EPERM))
    # What these are to do stands in memory that a filter cannot read; programs fall back to clone and openat.
    code += _when(_CLONE3[column], _returned(errno.ENOSYS))
    code += _when(_OPENAT2[column], _returned(errno.ENOSYS))
    for numbers, answer in _MISSING.values():
        code += _when(numbers[column], _returned(answer))
    code += _when(_CLONE[column], _any_bit(0, _NEW_NAMESPACES))
    for numbers in asked.values():
        code += _when(numbers[column], [_statement(_RETURN, _ASK)])
    for numbers, argument in _MODES.values():
        code += _when(numbers[column], _any_bit(argument, _SETUID_SETGID))
    ioctls = (*_TERMINAL_INPUT, *(_SIGNALLED_BY_IOCTL if rules.others else ()))
    code += _when(_IOCTL[column], _unless(1, (), ioctls))
    code += _when(_PERSONALITY[column], _unless(0, (0, 0xFFFFFFFF)))
    code += _when(_SOCKET[column], _sockets(rules))
    if rules.others:
        code += _when(_FCNTL[column], _unless(1, (), _SIGNALLED_BY_FCNTL))
        for argument, numbers in _OTHERS.values():
            code += _when(numbers[column], _unless(argument, (0,)))
    if rules.signals:
        kill, *others = _SIGNALS.values()
        code += _when(kill[column], _unless(0, (0,)))  # the own group
        for numbers in others:
            code += _when(numbers[column], _returned(errno.EPERM))
    code.append(_statement(_RETURN, _ALLOW))
    return b"".join(code)


def column(machine: str) -> int:
    """The index of this machine's number in a pair."""
    return _MACHINES[machine][0]


def confine(rules: Rules) -> int:
    """Install the filter on this process and all it starts, for good.

    Raises OSError. Returns the listener with `rules.broker`, else -1.
    """
    machine = os.uname().machine
    code = program(rules, machine)
    memory = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(memory))
    filtered = ctypes.create_string_buffer(head, len(head))
    if rules.broker:
        number = _SECCOMP[column(machine)]
        found = libc().syscall(number, ctypes.c_uint(1), ctypes.c_ulong(_NEW_LISTENER), filtered)
        if found < 0:
            raise failed("seccomp")
        return int(found)
    if libc().prctl(22, 2, filtered, 0, 0):  # PR_SET_SECCOMP, by a filter
        raise failed("seccomp")
    return -1


def _statement(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _jump(code: int, value: int, yes: int, no: int) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _when(number: int, then: Iterable[bytes]) -> list[bytes]:
    """Instructions for the call `number`: `then`, which ends in a verdict. 0 is no call on this machine."""
    body = list(then)
    return [_jump(_EQUAL, number, 0, len(body)), *body] if number else []


def _returned(code: int) -> list[bytes]:
    return [_statement(_RETURN, _ERRNO | code)]


def _unless(
    argument: int, allowed: Iterable[int], forbidden: Iterable[int] = (), code: int = errno.EPERM
) -> list[bytes]:
    """Allow when the lower half of an argument is one of `allowed`; with `forbidden`, all but those.

    The kernel reads all these arguments as 32 bits, so what is in the upper half does not count.
    """
    listed = list(forbidden) or list(allowed)
    hit, miss = (_ERRNO | code, _ALLOW) if forbidden else (_ALLOW, _ERRNO | code)
    body = [_statement(_LOAD, _FIRST_ARGUMENT + 8 * argument)]
    for value in listed:
        body += [_jump(_EQUAL, value, 0, 1), _statement(_RETURN, hit)]
    return [*body, _statement(_RETURN, miss)]


def _sockets(rules: Rules) -> list[bytes]:
    families = [_AF_UNIX] if rules.unix else []
    families += [_AF_INET, _AF_INET6] if rules.network else []
    body = _unless(0, families, code=errno.EACCES)
    if not rules.network:
        return body
    # Of netlink only the lists of interfaces and routes (protocol 0), which looking up a name needs.
    routes = _unless(2, (0,), code=errno.EACCES)
    return [body[0], _jump(_EQUAL, _AF_NETLINK, 0, len(routes)), *routes, *body]


def _any_bit(argument: int, bits: int) -> list[bytes]:
    return [
        _statement(_LOAD, _FIRST_ARGUMENT + 8 * argument),
        _jump(_ANY_BIT, bits, 0, 1),
        _statement(_RETURN, _ERRNO | errno.EPERM),
        _statement(_RETURN, _ALLOW),
    ]
