"""Seatbelt: macOS's sandbox-exec with a profile that is written for each run.

Everything is denied but what the profile names. The language has no documentation of Apple's; what is used here is
what the profiles in /System/Library/Sandbox/Profiles use, and the open ones of Chromium and Nix, which run the same
kinds of programs. Paths in a profile are the kernel's own: absolute, without links, spelled as on the disk.

Written without a Mac at hand: the profile's text is tested, and on a Mac nothing is executed unless
`agents.sandbox.find.probe` saw there that programs run and that they are kept from what they must not reach.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

assert sys.platform != "win32"

import msgspec

from agents.sandbox.inside.plan import PRIVATE_FOLDER
from agents.sandbox.launched import Launched, launcher, plan_of
from agents.sandbox.protected import protected
from agents.sandbox.sandbox import Confinement, Limits
from agents.sandbox.visible import interpreter_folders

PROGRAM = Path("/usr/bin/sandbox-exec")

_SYSTEM = (
    "/System",
    "/usr",
    "/bin",
    "/sbin",
    "/opt",
    "/nix/store",
    "/Library/Apple",
    "/Library/Developer",
    "/Library/Frameworks",
    "/Library/Fonts",
    "/Applications/Xcode.app",
    "/private/var/db/dyld",
    "/private/var/db/timezone",
    "/private/var/db/xcode_select_link",
    "/private/var/select",
)
# In what is readable above: the volume of everybody's data under its other name, and the data of services.
_NOT_OF_THE_SYSTEM = ("/System/Volumes", "/opt/homebrew/var", "/usr/local/var")
_SYSTEM_AGAIN = ("/System/Volumes/Preboot/Cryptexes", "/private/preboot/Cryptexes")
_SETTINGS = (
    "bashrc",
    "group",
    "localtime",
    "man.conf",
    "passwd",
    "paths",
    "paths.d",
    "profile",
    "shells",
    "ssl",
    "zprofile",
    "zshenv",
    "zshrc",
)
_OF_THE_NETWORK = ("hosts", "protocols", "resolv.conf", "services")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/dtracehelper")
_WRITABLE_DEVICES = ("/dev/null", "/dev/zero")
_LINKS = (
    "/",
    "/etc",
    "/tmp",
    "/var",
    "/home",
    "/private",
    "/private/etc",
    "/private/tmp",
    "/private/var",
    "/dev",
)
# No names of "kern.procargs": those hold the environments of all processes.
_FACTS = (
    "hw.",
    "kern.argmax",
    "kern.bootargs",
    "kern.boottime",
    "kern.hostname",
    "kern.iossupportversion",
    "kern.maxfilesperproc",
    "kern.maxproc",
    "kern.ngroups",
    "kern.os",
    "kern.secure_kernel",
    "kern.tcsm_",
    "kern.usrstack64",
    "kern.version",
    "machdep.",
    "security.mac.lockdown_mode_state",
    "sysctl.",
    "vm.loadavg",
)
_SERVICES = (
    "com.apple.logd",
    "com.apple.system.logger",
    "com.apple.system.notification_center",
    "com.apple.system.opendirectoryd.libinfo",
)
# Looking up names, and whose certificates are trusted. The service of keychains is not among them.
_SERVICES_OF_THE_NETWORK = (
    "com.apple.SystemConfiguration.DNSConfiguration",
    "com.apple.SystemConfiguration.configd",
    "com.apple.dnssd.service",
    "com.apple.networkd",
    "com.apple.trustd",
    "com.apple.trustd.agent",
)


class Seatbelt(Launched):
    """`profile` below says what a program may do, the launcher what it may use."""

    name = "seatbelt"

    @staticmethod
    def possible() -> bool:
        return PROGRAM.exists()

    def _argv(self, argv: Sequence[str], confinement: Confinement, limits: Limits, channel: int) -> list[str]:
        workspace = as_named_by_the_kernel(confinement.workspace)
        writes = [as_named_by_the_kernel(path) for path in confinement.writable]
        named = msgspec.structs.replace(confinement, workspace=workspace, writable=tuple(writes))
        locked, expected = protected(named)
        mark = f"coterie.{secrets.token_hex(16)}"
        text = profile(
            workspace,
            reads=[as_named_by_the_kernel(path) for path in (*interpreter_folders(), *confinement.readable)],
            writes=writes,
            workspace_writable=confinement.workspace_writable,
            locked=locked,
            network=confinement.network,
            mark=mark,
        )
        plan = plan_of(self.name, named, limits, channel, workspace)
        return launcher(plan._replace(profile=text, mark=mark, expected=expected), argv)


def profile(
    workspace: Path,
    *,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    workspace_writable: bool = True,
    locked: Sequence[Path] = (),
    network: bool = False,
    mark: str = "",
) -> str:
    """The profile. Where rules differ the last one counts, and a rule for less is not stronger than one for more.

    `locked` are files and folders that cannot be changed, nor moved away with what they lie in. `PRIVATE_FOLDER`
    stands for the program's home, which the launcher makes. `mark` is the name of a service that there is not: that
    it may be looked up tells the launcher which processes are of this run.
    """
    folders = [workspace, *writes] if workspace_writable else list(writes)
    readable = [*map(Path, _SYSTEM), *reads, workspace, *writes]
    again = list(map(Path, _SYSTEM_AGAIN))
    settings = (*_SETTINGS, *_OF_THE_NETWORK) if network else _SETTINGS
    files = [Path("/private/etc") / name for name in settings]
    files += [Path("/private/var/run/resolv.conf")] if network else []
    rules = [
        "(version 1)",
        "(deny default)",
        # None of these is part of the default on every version of the system.
        "(deny process-info* sysctl-read nvram* signal mach-priv-task-port)",
        "(allow file-map-executable)",  # of what may be read
        "(allow process-fork)",
        "(allow process-info* (target same-sandbox))",
        "(allow signal (target same-sandbox))",
        "(allow ipc-posix-sem)",
        _rule("allow sysctl-read", [f"(sysctl-name-prefix {_quoted(name)})" for name in _FACTS]),
        _rule("allow mach-lookup", [f"(global-name {_quoted(name)})" for name in (*_SERVICES, mark) if name]),
        _rule("allow file-read* process-exec", _below(map(Path, _SYSTEM))),
        _rule("deny file-read* process-exec", _below(map(Path, _NOT_OF_THE_SYSTEM))),
        _rule("allow file-read* process-exec", _below([*again, *reads, workspace, *writes])),
        _rule("allow file-read*", [*_below([*files, Path("/dev/fd")]), *_at(map(Path, _DEVICES))]),
        _rule("allow file-read-metadata", _at([*map(Path, _LINKS), *_above([*readable, *files, *again])])),
        '(allow file-read* (literal "/"))',  # not what is in it; no program starts without
        _rule("allow file-write-data", [*_at(map(Path, _WRITABLE_DEVICES)), *_below([Path("/dev/fd")])]),
        '(allow file-ioctl (literal "/dev/dtracehelper"))',
        f'(allow file-read* file-write* process-exec network-outbound network-inbound (subpath "{PRIVATE_FOLDER}"))',
    ]
    if network:
        rules += [
            '(allow network-outbound (remote ip "*:*") (literal "/private/var/run/mDNSResponder"))',
            '(allow network-bind network-inbound (local ip "*:*"))',
            "(allow system-socket)",
            _rule(
                "allow mach-lookup", [f"(global-name {_quoted(name)})" for name in _SERVICES_OF_THE_NETWORK]
            ),
        ]
    if folders:
        rules.append(_rule("allow file-write*", _below(folders)))
    # A folder that may be written to may not be moved: not into the program's home, which is removed in the end.
    held = [*folders, *_between(folders, locked), *locked]
    rules.append(_rule("deny file-write-unlink", [*_at(held), f'(literal "{PRIVATE_FOLDER}")']))
    if locked:
        rules.append(_rule("deny file-write*", _below(locked)))
    rules.append("(deny file-write-setugid)")
    return "\n".join(rules) + "\n"


def as_named_by_the_kernel(path: Path) -> Path:
    """Without links, and with letters as they are on the disk: file systems of a Mac take others for the same."""
    real = Path(os.path.realpath(path))
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):
            opened = os.open(real, os.O_RDONLY | os.O_CLOEXEC)
            try:
                found: bytes = fcntl.fcntl(opened, fcntl.F_GETPATH, bytes(1024))
            finally:
                os.close(opened)
            return Path(os.fsdecode(found.rstrip(b"\0")))
    return real


def _rule(what: str, filters: Iterable[str]) -> str:
    return f"({what}\n  " + "\n  ".join(dict.fromkeys(filters)) + ")"


def _below(paths: Iterable[Path]) -> list[str]:
    """A folder with all that is in it, or a file."""
    return [f"(subpath {_quoted(str(path))})" for path in paths]


def _at(paths: Iterable[Path]) -> list[str]:
    return [f"(literal {_quoted(str(path))})" for path in paths]


def _above(paths: Iterable[Path]) -> list[Path]:
    """The folders that a path leads through: their facts can be seen, not what is in them."""
    return sorted({parent for path in paths for parent in path.parents})


def _between(roots: Sequence[Path], paths: Iterable[Path]) -> list[Path]:
    """The folders below `roots` that hold one of the paths."""
    above = {parent for path in paths for parent in path.parents}
    return sorted(parent for parent in above if any(root in parent.parents for root in roots))


def _quoted(text: str) -> str:
    """A string of the profile's language, which is Scheme's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
