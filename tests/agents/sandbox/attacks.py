"""Attempts to get out of a sandbox, run inside of it: `python -I attacks.py TARGETS`. Standard library only.

Each function tries one thing and returns what it got hold of; an exception means that it was held back. Whatever
comes of them is harmless: they aim at files, sockets and processes that the test made for them. TARGETS is JSON;
a JSON object of name to "" (held) or what was reached is printed.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
TARGETS: dict[str, object] = {}
ATTACKS: dict[str, Callable[[], object]] = {}


class Held(Exception):
    """The attempt came to nothing."""


def attack(function: Callable[[], object]) -> Callable[[], object]:
    ATTACKS[function.__name__] = function
    return function


def path(name: str) -> Path:
    return Path(str(TARGETS[name]))


def number(name: str) -> int:
    return int(str(TARGETS[name]))


def syscall(x86: int, arm: int, *arguments: object) -> int:
    """Raises OSError."""
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(x86 if X86 else arm), *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)


def libc(name: str, *arguments: object) -> int:
    ctypes.set_errno(0)
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)


def first(tries: Iterator[object]) -> object:
    """The first of several attempts that reaches something; a generator that yields what it reached."""
    for reached in tries:
        if reached:
            return reached
    raise Held


# Files outside


@attack
def write_a_new_file_outside() -> object:
    return path("outside").joinpath("new").write_text("x")


@attack
def overwrite_a_file_outside() -> object:
    return path("outside_file").write_text("changed")


@attack
def append_to_a_file_outside() -> object:
    with path("outside_file").open("a") as file:
        return file.write("changed")


@attack
def truncate_a_file_outside() -> object:
    return os.truncate(path("outside_file"), 0) or "truncated"


@attack
def rename_a_file_outside() -> object:
    return path("outside_file").rename(path("outside") / "renamed")


@attack
def move_a_file_outside_into_the_workspace() -> object:
    return path("outside_file").rename("taken")


@attack
def delete_a_file_outside() -> object:
    return path("outside_file").unlink() or "deleted"


@attack
def make_a_folder_outside() -> object:
    path("outside").joinpath("folder").mkdir()
    return "made"


@attack
def hard_link_a_file_outside_and_write_to_it() -> object:
    os.link(path("outside_file"), "hard")
    return Path("hard").write_text("changed")


@attack
def write_through_a_link_to_outside() -> object:
    Path("to_outside").symlink_to(path("outside"))
    return Path("to_outside/new").write_text("x")


@attack
def read_through_a_link_to_outside() -> object:
    Path("to_secret").symlink_to(path("secret"))
    return Path("to_secret").read_text()


@attack
def change_the_mode_of_a_file_outside() -> object:
    path("outside_file").chmod(0o777)
    return "changed"


@attack
def change_the_mode_of_a_file_of_the_system() -> object:
    with Path("/usr/bin/env").open("rb") as file:
        os.fchmod(file.fileno(), 0o755)
    return "changed"


@attack
def change_the_owner_of_a_file_outside() -> object:
    os.chown(path("outside_file"), os.getuid(), os.getgid())
    return "changed"


@attack
def change_the_times_of_a_file_outside() -> object:
    os.utime(path("outside_file"), (1, 1))
    return "changed"


@attack
def attach_an_attribute_to_a_file_outside() -> object:
    os.setxattr(path("outside_file"), "user.mark", b"x")
    return "attached"


@attack
def write_through_a_link_that_is_swapped_in_a_race() -> object:
    Path("inner").mkdir()
    Path("swapped").mkdir()
    Path("way_out").symlink_to(path("outside"))
    ends = time.monotonic() + 0.2

    def swap() -> None:
        while time.monotonic() < ends:
            with suppress(OSError):
                Path("swapped").rename("aside")
                Path("way_out").rename("swapped")
                Path("swapped").rename("way_out")
                Path("aside").rename("swapped")

    thread = threading.Thread(target=swap)
    thread.start()
    while time.monotonic() < ends:
        with suppress(OSError):
            Path("swapped/raced").write_text("x")
    thread.join()
    raise Held  # what lies outside tells


@attack
def change_a_mode_through_a_link_that_is_swapped_in_a_race() -> object:
    Path("modes").mkdir()
    Path("modes/file").write_text("x")
    Path("modes_out").symlink_to(path("outside"))
    ends = time.monotonic() + 0.3

    def swap() -> None:
        while time.monotonic() < ends:
            with suppress(OSError):
                Path("modes").rename("modes_aside")
                Path("modes_out").rename("modes")
                Path("modes").rename("modes_out")
                Path("modes_aside").rename("modes")

    thread = threading.Thread(target=swap)
    thread.start()
    while time.monotonic() < ends:
        for change in (lambda: Path("modes/file").chmod(0o777), lambda: os.utime("modes/file", (1, 1))):
            with suppress(OSError):
                change()
    thread.join()
    raise Held  # what lies outside tells


@attack
def change_a_mode_by_another_process() -> object:
    def found() -> Iterator[object]:
        for place in (
            f"/proc/self/root{path('outside_file')}",
            f"/proc/{os.getppid()}/cwd/../{path('outside_file')}",
            f"/proc/{number('pid')}/root{path('outside_file')}",
            "/proc/self/cwd/../outside/file",
            "../outside/file",
        ):
            with suppress(OSError):
                os.chmod(place, 0o777)  # noqa: PTH101
                yield place

    return first(found())


@attack
def read_a_file_in_the_home() -> object:
    return path("secret").read_text()


@attack
def list_the_home() -> object:
    return [name for name in os.listdir(path("home")) if name]  # noqa: PTH208


@attack
def read_our_data() -> object:
    return path("data").read_text()


@attack
def read_the_passwords() -> object:
    return Path("/etc/shadow").read_text()


@attack
def write_to_the_system() -> object:
    for place in ("/usr/bin/coterie-mark", "/etc/coterie-mark", "/var/coterie-mark", "/coterie-mark"):
        with suppress(OSError):
            Path(place).write_text("x")
            Path(place).unlink()
            return place
    raise Held


@attack
def use_inherited_descriptors() -> object:
    def found() -> Iterator[object]:
        for descriptor in range(3, 512):
            with suppress(OSError):
                os.fstat(descriptor)
                yield descriptor

    return first(found())


@attack
def leave_by_the_root_of_another_process() -> object:
    def found() -> Iterator[object]:
        for pid in {1, os.getppid(), number("pid")}:
            for way in ("root", "cwd"):
                with suppress(OSError):
                    yield Path(f"/proc/{pid}/{way}{path('secret')}").read_text()

    return first(found())


@attack
def leave_by_parent_folders() -> object:
    return Path("/proc/self/cwd/" + "../" * 20 + str(path("secret"))).read_text()


@attack
def open_a_file_by_its_handle() -> object:
    handle = ctypes.create_string_buffer(struct.pack("IiQ", 8, 1, 2) + bytes(128))
    return syscall(304, 265, -100, handle, os.O_RDONLY) + 1


# The system


@attack
def read_devices() -> object:
    for device in (
        "/dev/mem",
        "/dev/kmsg",
        "/dev/sda",
        "/dev/vda",
        "/dev/nvme0n1",
        "/dev/fuse",
        "/proc/kcore",
    ):
        with suppress(OSError):
            os.close(os.open(device, os.O_RDONLY))
            return device
    raise Held


@attack
def make_a_device() -> object:
    os.mknod("disk", 0o60666, os.makedev(254, 0))
    return os.open("disk", os.O_RDONLY) + 1


@attack
def write_settings_of_the_kernel() -> object:
    def found() -> Iterator[object]:
        # What is there already is written, or nothing.
        for place in ("kernel/core_pattern", "kernel/hostname", "vm/overcommit_memory", "kernel/panic"):
            with suppress(OSError):
                descriptor = os.open(f"/proc/sys/{place}", os.O_WRONLY)
                os.close(descriptor)
                yield place
        for place in ("/proc/sysrq-trigger", "/sys/fs/cgroup/cgroup.procs", "/sys/power/state"):
            with suppress(OSError):
                os.close(os.open(place, os.O_WRONLY))
                yield place

    return first(found())


@attack
def mount_something() -> object:
    Path("mounted").mkdir(exist_ok=True)
    return libc("mount", b"none", b"mounted", b"tmpfs", 0, None) == 0


@attack
def remount_the_system_writable() -> object:
    return libc("mount", b"none", b"/usr", None, 32 | 4096, None) == 0


@attack
def take_away_a_mount() -> object:
    return libc("umount2", str(TARGETS["workspace"]).encode() + b"/.git/config", 2) == 0


@attack
def change_the_root() -> object:
    os.chroot(".")
    return "changed"


@attack
def make_a_user_namespace() -> object:
    return libc("unshare", 0x10000000) == 0


@attack
def make_a_mount_namespace() -> object:
    return libc("unshare", 0x00020000) == 0


@attack
def clone_into_a_user_namespace() -> object:
    pid = syscall(56, 220, ctypes.c_ulong(0x10000000 | signal.SIGCHLD), 0, 0, 0, 0)
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return "cloned"


@attack
def clone3_into_a_user_namespace() -> object:
    arguments = ctypes.create_string_buffer(struct.pack("8Q", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0))
    pid = syscall(435, 435, arguments, ctypes.c_size_t(64))
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    return "cloned"


@attack
def call_what_only_the_system_may() -> object:
    def found() -> Iterator[object]:
        page = ctypes.create_string_buffer(256)
        for name, x86, arm, arguments in (
            ("bpf", 321, 280, (0, page, ctypes.c_size_t(128))),
            ("perf_event_open", 298, 241, (page, 0, -1, -1, ctypes.c_ulong(0))),
            ("userfaultfd", 323, 282, (1,)),
            ("io_uring_setup", 425, 425, (1, page)),
            ("keyctl", 250, 219, (0, -3, 0)),
            ("add_key", 248, 217, (b"user", b"coterie", b"x", ctypes.c_size_t(1), -3)),
            ("init_module", 175, 105, (page, ctypes.c_ulong(0), b"")),
            ("kexec_load", 246, 104, (0, ctypes.c_ulong(0), 0, ctypes.c_ulong(0))),
            ("reboot", 169, 142, (0, 0, 0, 0)),
            ("open_tree", 428, 428, (-100, b"/", 1)),
            ("fsopen", 430, 430, (b"tmpfs", 0)),
            ("quotactl", 179, 60, (0, None, 0, None)),
            ("syslog", 103, 116, (10, None, 0)),
            ("swapoff", 168, 225, (b"/nothing",)),
            ("acct", 163, 89, (b"/nothing",)),
            ("setns", 308, 268, (0, 0)),
            ("pivot_root", 155, 41, (b".", b".")),
        ):
            try:
                syscall(x86, arm, *arguments)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.ENOSYS, errno.EACCES):
                    yield f"{name}: {error}"  # it was looked at, not refused
            else:
                yield name

    return first(found())


@attack
def use_calls_of_another_machine() -> object:
    """The 32-bit calls by their x32 numbers: 59 is execve, 39 getpid. It costs the process its life."""
    if not X86:
        raise Held
    pid = os.fork()
    if not pid:
        LIBC.syscall(ctypes.c_long(0x40000000 | 39))
        os._exit(0)
    if os.WIFSIGNALED(os.waitpid(pid, 0)[1]):
        raise Held
    return "called"


@attack
def make_a_program_that_runs_as_its_owner() -> object:
    Path("owned").write_text("")
    for kind, change in (
        ("chmod", lambda: Path("owned").chmod(0o4755)),
        ("open", lambda: os.close(os.open("owned2", os.O_CREAT | os.O_WRONLY, 0o4755))),
        ("fchmod", lambda: os.fchmod(os.open("owned", os.O_WRONLY), 0o2755)),
        ("mknod", lambda: os.mknod("owned3", 0o104755)),
    ):
        with suppress(OSError):
            change()
            return kind
    raise Held


@attack
def gain_rights() -> object:
    def found() -> Iterator[object]:
        if libc("prctl", 39, 0, 0, 0, 0) != 1:
            yield "programs may gain rights"
        head = ctypes.create_string_buffer(struct.pack("=Ii", 0x20080522, 0))
        rights = ctypes.create_string_buffer(24)
        libc("capget", head, rights)
        effective, permitted = struct.unpack("=6I", rights.raw)[0:2]
        if effective or permitted:
            yield f"capabilities {effective:x} {permitted:x}"
        if os.getuid():
            with suppress(OSError):
                os.setuid(0)
                yield "root"

    return first(found())


@attack
def gain_rights_by_a_setuid_program() -> object:
    """su and its like: what they run tells who it is."""
    import subprocess

    if not os.getuid():
        raise Held  # the other user's run tells
    for program in ("su", "sudo", "pkexec", "doas"):
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(
                [program, "-c", "id -u"],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=0.3,
                check=False,
            )
            if done.stdout.strip() == b"0":
                return program
    raise Held


# Other machines and programs


def _sent(kind: int, family: int, address: object) -> object:
    with socket.socket(family, kind) as outgoing:
        outgoing.settimeout(1)
        outgoing.connect(address)  # type: ignore[arg-type]
        outgoing.send(b"escaped")
    return str(address)


@attack
def connect_by_tcp() -> object:
    return _sent(socket.SOCK_STREAM, socket.AF_INET, ("127.0.0.1", number("tcp")))


@attack
def connect_by_tcp_over_ipv6() -> object:
    return _sent(socket.SOCK_STREAM, socket.AF_INET6, ("::ffff:127.0.0.1", number("tcp")))


@attack
def send_by_udp() -> object:
    _sent(socket.SOCK_DGRAM, socket.AF_INET, ("127.0.0.1", number("udp")))
    raise Held  # it may have gone to a loopback of the sandbox's own; who listens outside would tell


@attack
def find_a_way_to_other_machines() -> object:
    def found() -> Iterator[object]:
        for family, address in (
            (2, "192.0.2.1"),
            (2, "10.0.0.1"),
            (2, "169.254.169.254"),
            (10, "2001:db8::1"),
        ):
            with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as outgoing:
                outgoing.connect((address, 9))  # looks for a route, sends nothing
                yield address

    return first(found())


@attack
def ask_a_name_server() -> object:
    return socket.getaddrinfo("example.com", 443)


@attack
def connect_to_an_abstract_socket() -> object:
    return _sent(socket.SOCK_STREAM, socket.AF_UNIX, "\0" + str(TARGETS["abstract"]))


@attack
def connect_to_a_socket_file() -> object:
    return _sent(socket.SOCK_STREAM, socket.AF_UNIX, str(TARGETS["socket"]))


@attack
def connect_to_a_socket_in_the_workspace() -> object:
    return _sent(socket.SOCK_STREAM, socket.AF_UNIX, "tmp/service.socket")


@attack
def talk_to_services_of_the_system() -> object:
    def found() -> Iterator[object]:
        for place in (
            "/run/dbus/system_bus_socket",
            "/run/docker.sock",
            "/var/run/docker.sock",
            "/run/systemd/private",
            f"/run/user/{os.getuid()}/bus",
            f"/run/user/{os.getuid()}/keyring/control",
            f"/run/user/{os.getuid()}/gnupg/S.gpg-agent",
            f"/run/user/{os.getuid()}/wayland-0",
            f"/run/user/{os.getuid()}/podman/podman.sock",
            "/tmp/.X11-unix/X0",
            "\0/tmp/.X11-unix/X0",
            "\0/tmp/dbus-session",
        ):
            with suppress(OSError):
                yield _sent(socket.SOCK_STREAM, socket.AF_UNIX, place)

    return first(found())


@attack
def make_other_sockets() -> object:
    def found() -> Iterator[object]:
        for name, family, kind, protocol in (
            ("packet", 17, socket.SOCK_RAW, 0),
            ("raw", socket.AF_INET, socket.SOCK_RAW, 1),
            ("netlink of the firewall", 16, socket.SOCK_RAW, 12),
            ("netlink of devices", 16, socket.SOCK_RAW, 15),
            ("vsock", 40, socket.SOCK_STREAM, 0),
            ("bluetooth", 31, socket.SOCK_RAW, 0),
            ("alg", 38, socket.SOCK_SEQPACKET, 0),
            ("tipc", 30, socket.SOCK_SEQPACKET, 0),
        ):
            with suppress(OSError):
                socket.socket(family, kind, protocol).close()
                yield name

    return first(found())


# Other processes


@attack
def trace_a_process_outside() -> object:
    return libc("ptrace", 16, number("pid"), None, None) == 0


@attack
def trace_the_launcher() -> object:
    return libc("ptrace", 16, os.getppid(), None, None) == 0


@attack
def read_the_memory_of_others() -> object:
    def found() -> Iterator[object]:
        for pid in (number("pid"), os.getppid()):
            with suppress(OSError):
                os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))
                yield f"mem of {pid}"
            local = ctypes.create_string_buffer(16)
            piece = ctypes.create_string_buffer(struct.pack("2Q", ctypes.addressof(local), 16))
            with suppress(OSError):
                syscall(310, 270, pid, piece, ctypes.c_ulong(1), piece, ctypes.c_ulong(1), ctypes.c_ulong(0))
                yield f"process_vm_readv of {pid}"

    return first(found())


@attack
def read_the_environment_of_others() -> object:
    def found() -> Iterator[object]:
        for pid in (number("pid"), os.getppid(), 1):
            with suppress(OSError):
                text = Path(f"/proc/{pid}/environ").read_bytes()
                yield b"CANARY" in text and f"environment of {pid}"

    return first(found())


@attack
def signal_a_process_outside() -> object:
    os.kill(number("pid"), signal.SIGTERM)
    return "signalled"


@attack
def signal_everybody() -> object:
    os.kill(-1, signal.SIGURG)  # does nothing to anybody, but is noted by the process of the test
    raise Held


@attack
def signal_the_group_of_a_process_outside() -> object:
    os.killpg(number("pid"), signal.SIGTERM)
    return "signalled"


@attack
def signal_a_thread_outside() -> object:
    return syscall(234, 131, number("pid"), number("pid"), int(signal.SIGTERM)) == 0


@attack
def signal_by_a_process_descriptor() -> object:
    descriptor = os.pidfd_open(number("pid"))
    signal.pidfd_send_signal(descriptor, signal.SIGTERM)
    return "signalled"


@attack
def queue_a_signal_outside() -> object:
    info = ctypes.create_string_buffer(struct.pack("iii", signal.SIGTERM, 0, -1) + bytes(116))
    return syscall(129, 138, number("pid"), int(signal.SIGTERM), info) == 0


def _noted(owner: Callable[[int], object], sent: int = signal.SIGTERM) -> object:
    """Have the kernel send a signal when something can be read, and see to it that something can."""
    import fcntl

    read, write = os.pipe()
    owner(read)
    fcntl.fcntl(read, 10, int(sent))  # F_SETSIG
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    os.write(write, b"x")
    raise Held  # the process outside would note it


@attack
def have_a_process_outside_signalled() -> object:
    import fcntl

    return _noted(lambda descriptor: fcntl.fcntl(descriptor, fcntl.F_SETOWN, number("pid")))


@attack
def have_a_process_outside_signalled_by_another_call() -> object:
    import fcntl

    whom = struct.pack("ii", 1, number("pid"))  # F_OWNER_PID
    return _noted(lambda descriptor: fcntl.fcntl(descriptor, 15, whom))


@attack
def have_a_process_outside_signalled_by_a_socket() -> object:
    import fcntl

    ours, theirs = socket.socketpair()
    fcntl.ioctl(ours, 0x8901, struct.pack("i", number("pid")))
    fcntl.fcntl(ours, 10, int(signal.SIGTERM))
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    theirs.send(b"x")
    raise Held


@attack
def have_the_launcher_killed_by_the_kernel() -> object:
    import fcntl

    launcher = os.getppid()
    with suppress(Held):
        _noted(lambda descriptor: fcntl.fcntl(descriptor, fcntl.F_SETOWN, launcher), signal.SIGKILL)
    time.sleep(0.05)
    if os.getppid() != launcher:
        return "killed"
    raise Held


@attack
def use_memory_that_others_share() -> object:
    LIBC.shmat.restype = ctypes.c_void_p
    at = LIBC.shmat(number("segment"), None, 0)
    if at in (None, ctypes.c_void_p(-1).value):
        raise Held
    return ctypes.string_at(at, 6)


@attack
def use_messages_of_others() -> object:
    message = ctypes.create_string_buffer(struct.pack("q", 1) + b"escaped")
    return libc("msgsnd", number("queue"), message, ctypes.c_size_t(7), 0o4000) == 0


@attack
def use_semaphores_of_others() -> object:
    return libc("semctl", number("semaphores"), 0, 16, 7) == 0  # SETVAL


@attack
def use_a_queue_of_others_by_its_name() -> object:
    queue = syscall(240, 180, str(TARGETS["named_queue"]).encode(), os.O_RDWR, 0, None)
    return f"opened {queue}"


@attack
def leave_memory_that_belongs_to_nobody() -> object:
    def found() -> Iterator[object]:
        with suppress(OSError):
            os.close(os.memfd_create("held"))
            yield "memfd"
        with suppress(OSError):
            segment = libc("shmget", 0, ctypes.c_size_t(4096), 0o1600)
            LIBC.shmctl(segment, 0, None)
            yield "shared memory"

    return first(found())


@attack
def take_the_disk_at_once() -> object:
    with Path("allocated").open("wb") as file:
        return syscall(285, 47, file.fileno(), 0, ctypes.c_long(0), ctypes.c_long(1 << 20)) == 0


@attack
def kill_the_launcher() -> object:
    os.kill(os.getppid(), signal.SIGKILL)
    if os.getppid() != 1:
        return "killed"
    raise Held  # the first process of a namespace does not hear it, or we would not be here


@attack
def limit_a_process_outside() -> object:
    import resource

    return resource.prlimit(number("pid"), resource.RLIMIT_NOFILE, (3, 3))


@attack
def slow_a_process_outside_down() -> object:
    os.setpriority(os.PRIO_PROCESS, number("pid"), 19)
    return "slowed"


@attack
def bind_a_process_outside_to_a_core() -> object:
    os.sched_setaffinity(number("pid"), {0})
    return "bound"


@attack
def type_into_the_terminal() -> object:
    import fcntl

    def found() -> Iterator[object]:
        with suppress(OSError):
            os.close(os.open("/dev/tty", os.O_RDWR))
            yield "opened"
        for descriptor in (0, 1, 2):
            try:
                fcntl.ioctl(descriptor, 0x5412, b"x")
            except OSError as error:
                if error.errno != errno.EPERM:
                    yield str(error)
            else:
                yield "typed"

    return first(found())


# What stays read-only in the workspace


@attack
def change_the_configuration_of_git() -> object:
    with Path(".git/config").open("a") as file:
        return file.write("[core]\n\tfsmonitor = evil\n")


@attack
def add_a_hook_of_git() -> object:
    return Path(".git/hooks/post-checkout").write_text("evil")


@attack
def put_another_configuration_in_its_place() -> object:
    Path("other").write_text("evil")
    Path("other").rename(".git/config")
    return "replaced"


@attack
def put_another_repository_in_its_place() -> object:
    Path(".git").rename(".git-before")
    Path(".git/hooks").mkdir(parents=True)
    Path(".git/config").write_text("evil")
    return "replaced"


@attack
def write_the_configuration_by_another_name() -> object:
    os.link(".git/config", "innocent")
    return Path("innocent").write_text("evil")


@attack
def change_what_git_executes_in_a_submodule() -> object:
    return Path(".git/modules/part/config").write_text("evil")


@attack
def change_what_git_executes_in_a_repository_below() -> object:
    return Path("below/repository/.git/hooks/pre-commit").write_text("evil")


@attack
def put_another_folder_in_place_of_a_repository_below() -> object:
    Path("below").rename("below-before")
    Path("below/repository/.git").mkdir(parents=True)
    Path("below/repository/.git/config").write_text("evil")
    return "replaced"


def main() -> None:
    TARGETS.update(json.loads(sys.argv[1]))
    results = {}
    for name, function in ATTACKS.items():
        try:
            results[name] = str(function())[:200] or "nothing"
        except (Held, OSError, ValueError):
            results[name] = ""
    print(json.dumps(results))


if __name__ == "__main__":
    main()
