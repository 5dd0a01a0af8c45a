"""The first process of a sandbox: drops privileges, starts the program, and supervises its process tree.

Started as `python -I -S -c BOOT ROOT PLAN PROGRAM ARGUMENT...`. Under bubblewrap it is the first process of
the namespaces that were made for it, and is confined like the program. Elsewhere it stays outside, so that it
can end the tree and put back what must not change; then the program is confined between fork and exec.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

assert sys.platform == "linux"

from agents.sandbox.inside import landlock, privileges, relay, seccomp
from agents.sandbox.inside import plan as plans
from agents.sandbox.inside.guard import PutBack
from agents.sandbox.inside.plan import LaunchPlan
from agents.sandbox.inside.supervise import Answering, End, Watch, supervise
from agents.sandbox.inside.tree import Descendants, Namespace, Tree

CANNOT_START = 126
NOT_FOUND = 127


def main() -> NoReturn:
    plan, argv = plans.decoded(sys.argv[2]), sys.argv[3:]
    environment: dict[str, str] = json.loads(os.environ.get(plans.ENVIRONMENT, "{}"))
    try:
        for path, device, inode in plan.expected:
            facts = Path(path).lstat()
            if (facts.st_dev, facts.st_ino) != (device, inode):
                raise OSError(f"{path} is not what it was")
        end = _run(plan, argv, environment)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        _report(plan, {"error": "not_found" if missing else "confine", "detail": str(error)})
        sys.stderr.write(f"sandbox: {argv[0]}: {error}\n")
        sys.exit(NOT_FOUND if missing else CANNOT_START)
    _report(plan, {"code": end.code, "reason": end.reason})
    if end.reason and end.reason != "stopped":
        sys.stderr.write(f"sandbox: ended, too much use of: {end.reason}\n")
    sys.exit(end.code if end.code >= 0 else 128 - end.code)


def _run(plan: LaunchPlan, argv: list[str], environment: dict[str, str]) -> End:
    if plan.listens >= 0 and (plan.kind != "bubblewrap" or plan.network):
        raise OSError("the ports here are those of the whole machine")
    with contextlib.ExitStack() as stack:
        if plan.kind == "bubblewrap":
            home = "/tmp/home"
            Path(home).mkdir(mode=0o700)
        else:
            home = os.path.realpath(tempfile.mkdtemp(prefix="coterie-sandbox-"))
            stack.callback(_removed, home)
        for name, text in plan.home:
            Path(home, name).write_text(text, encoding="utf-8")
        environment |= {"HOME": home, "TMPDIR": "/tmp" if plan.kind == "bubblewrap" else home}
        if plan.roots and not plan.serves:
            undone = PutBack(
                map(Path, plan.guarded),
                list(map(Path, plan.roots)),
                brief=plan.channel >= 0,
                locked=[Path(path) for path, _, _ in plan.expected],
                pointed=plan.pointed,
                released=plan.released,
            )
            stack.callback(_afterwards, plan, undone)
        tree = _prepared(plan)
        if plan.serves:
            return _served(plan, tree, environment, home)
        if plan.channel >= 0 and select.select([plan.channel], [], [], 0)[0]:  # nobody waits for it any more
            return End(-signal.SIGTERM, "stopped")
        if plan.proxy:
            relay.start(plan.proxy)
        watch = Watch(plan, home)
        first, listener = _started(plan, argv, environment, home)
        _let_go_of_streams()
        return supervise(first, tree, plan, watch, _deputy(plan, home, listener))


def _served(plan: LaunchPlan, tree: Tree, environment: dict[str, str], home: str) -> End:
    """Run what is asked for, until nobody is there who asks."""
    from agents.sandbox.inside.serving import Serving

    serving = Serving(
        plan,
        tree,
        functools.partial(relay.start, plan.proxy) if plan.proxy else None,
        home,
        environment,
        lambda argv, variables: lambda: _started(plan, argv, variables, home),
        lambda listener: _deputy(plan, home, listener),
        lambda undone: _afterwards(plan, undone),
    )
    _report(plan, {"ready": True})
    return serving.serve()


def _deputy(plan: LaunchPlan, home: str, listener: int) -> Answering | None:
    if listener >= 0:
        from agents.sandbox.inside.seccomp_broker import SyscallBroker

        return SyscallBroker(listener, (*plan.roots, *plan.caches, home))
    return None


def _removed(home: str) -> None:
    """Remove the program's home, including what it made unreadable for itself."""
    for folder, names, _ in os.walk(home):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(home, ignore_errors=True)


def _afterwards(plan: LaunchPlan, undone: PutBack) -> None:
    """Restore protected files.

    Where this process is not confined itself, a child that can write below `roots` alone does it, whatever
    links lead out of them by now.
    """
    if plan.kind == "landlock":
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            return
        with contextlib.suppress(BaseException):
            privileges.no_new_privileges()
            landlock.confine_files(plan.landlock, (), plan.roots, network=False)
            _put_back(undone)
        os._exit(0)
    _put_back(undone)


def _put_back(undone: PutBack) -> None:
    for line in undone.restore():
        sys.stderr.write(f"sandbox: {line}\n")
    sys.stderr.flush()


def _prepared(plan: LaunchPlan) -> Tree:
    """Prepare what must precede the program; returns how its process tree will be found."""
    if plan.kind == "bubblewrap":
        privileges.first_to_end()
        privileges.no_new_privileges()
        if plan.landlock >= 3:  # before, moving and truncating files is refused or not held
            # The mounts say what is there; this keeps root from writing to what root owns in /proc, and everybody
            # from the abstract sockets of this machine, which the network brings along.
            landlock.confine_files(plan.landlock, ("/",), plan.writes, network=True)
        privileges.not_to_be_read()
        # Without the network there is only the sandbox's own loopback, and abstract sockets are its own too.
        unix = not plan.network or plan.landlock >= 6
        seccomp.confine(seccomp.Rules(unix=unix, network=True))
        return Namespace()
    privileges.adopt_orphans()
    privileges.before_all_others()
    privileges.signalled_when_parent_dies(signal.SIGTERM)
    return Descendants()


def _confined(plan: LaunchPlan, home: str) -> int:
    """Confine the program's own process, between fork and exec. Gives what `seccomp.confine` does."""
    os.chdir(plan.folder)
    privileges.limit(plan)
    if plan.kind == "landlock":
        privileges.signalled_when_parent_dies(signal.SIGKILL)
        privileges.no_new_privileges()
        privileges.drop_capabilities()
        writes = (*plan.writes, home)
        landlock.confine_files(plan.landlock, plan.reads, writes, network=plan.network, lists=plan.lists)
        rules = seccomp.Rules(
            unix=False,
            network=plan.network,
            by_name=True,
            truncate=plan.landlock < 3,
            others=True,
            signals=plan.landlock < 6,
        )
        try:
            return seccomp.confine(rules._replace(broker=True))
        except OSError:  # a container may already supervise its calls
            return seccomp.confine(rules)
    return -1


def _started(plan: LaunchPlan, argv: list[str], environment: dict[str, str], home: str) -> tuple[int, int]:
    """The started process and its seccomp listener, or -1. Raises OSError where it was not confined."""
    read, write = os.pipe()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            pid = os.fork()
            if not pid:
                _become(plan, argv, environment, home, write, theirs.fileno())
        os.close(write)
        listeners = socket.recv_fds(ours, 1, 1)[1]
    with os.fdopen(read, "rb") as told:
        trouble = told.read()
    if trouble:
        os.waitpid(pid, 0)
        kind, _, detail = trouble.decode(errors="replace").partition("\n")
        raise FileNotFoundError(detail) if kind == "not_found" else OSError(detail)
    return pid, listeners[0] if listeners else -1


def _become(
    plan: LaunchPlan, argv: list[str], environment: dict[str, str], home: str, write: int, theirs: int
) -> NoReturn:
    """The child's side: confine and exec the program, or report why not."""
    import fcntl

    kind = "confine"
    try:
        os.setsid()
        # First, because the confined may not open what this needs. It also closes inherited descriptors.
        kept = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 16) for one in (write, theirs)]
        write, theirs = (os.dup2(one, at, inheritable=False) for at, one in enumerate(kept, 3))
        os.closerange(5, 65536)
        listener = _confined(plan, home)
        with socket.socket(fileno=theirs) as to_launcher:
            if listener >= 0:
                socket.send_fds(to_launcher, [b"."], [listener])
                os.close(listener)
        kind = "not_found"
        os.execvpe(argv[0], argv, environment)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(write, f"{kind}\n{error}".encode()[:4000])
    os._exit(CANNOT_START)


def _let_go_of_streams() -> None:
    """Close the streams, so that readers see their end when the program closes its own."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)


def _report(plan: LaunchPlan, said: dict[str, object]) -> None:
    if plan.channel >= 0:
        with contextlib.suppress(OSError):
            os.write(plan.channel, json.dumps(said).encode() + b"\n")
