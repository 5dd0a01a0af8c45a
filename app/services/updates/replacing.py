"""Fetches a version, tries it, and makes it the one that the next start takes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.installation.sites import Site
from app.services.updates.manifest import ReleaseFile
from app.services.updates.values import Release
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.hub.access import HubAccess
    from engine.hub.transfer import Progress, StopToken

# What a new version is asked before it is put in place: to open its window over an empty data folder and to close it.
SELF_TEST = "--self-test"
TRYING_S, _ENDING_S = 180.0, 10.0
_SPARE = 64 * 2**20
# What belongs to the AppImage that runs, and secrets.
_NOT_HANDED_ON = ("APPIMAGE", "APPDIR", "ARGV0", "OWD", "HF_TOKEN", "COTERIE_HOME")
# What the errors of a download are called here, where no library and no hub is at play.
_WORDS = {
    "hub.offline": "update.offline",
    "download.elsewhere": "update.elsewhere",
    **dict.fromkeys(("download.cannot_write", "download.too_large", "download.gone"), "update.read_only"),
    **dict.fromkeys(
        (
            *("download.changed", "download.wrong_bytes", "download.wrong_length", "download.redirects"),
            *("download.refused", "download.web_page"),
        ),
        "update.wrong_file",
    ),
}


@contextlib.contextmanager
def alone(site: Site) -> Iterator[None]:
    """Nobody else changes this installation meanwhile.

    Raises UserError `update.elsewhere`, `update.read_only` (`folder`).
    """
    from filelock import FileLock, Timeout  # not needed at every start

    path = site.mark("lock")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
        if not path.exists():  # who had it took it away while it was being opened
            raise Timeout(str(path))
    except Timeout:
        lock.release()
        raise UserError("update.elsewhere") from None
    except OSError as error:
        raise UserError("update.read_only", folder=str(site.folder)) from error
    try:
        yield
    finally:
        if os.name == "posix":
            path.unlink(missing_ok=True)
        lock.release()


def fetch_release(
    site: Site,
    release: Release,
    file: ReleaseFile,
    access: HubAccess,
    parts: Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: StopToken | None = None,
) -> None:
    """Fetch the file of a release to where it will be put in place, going on from what an earlier try left.

    Raises Stopped, UserError `update.*`, `download.*`, `hub.*`.
    """
    from engine.hub.transfer import Wanted, fetch
    from engine.hub.transfer.disk import free_bytes, no_room
    from engine.hub.values import Located

    if is_there(site.incoming, file):  # of a try that ended while it was tried
        return
    wanted = Wanted(file.name, file.bytes, file.sha256, site.incoming)
    located = Located(release.link, file.bytes, file.sha256)
    try:
        access.check_online()
        # The download looks for its own room; what is unpacked of it needs as much again.
        need, have = file.bytes + file.unpacked + _SPARE, free_bytes(site.folder)
        if file.unpacked and have < need:
            raise no_room(need, have, site.folder)
        work = site.mark("download")
        fetch(
            lambda _: located,
            [wanted],
            work,
            access=access,
            parts=parts,
            progress=progress,
            stop=stop,
            replace=True,
        )
    except UserError as error:
        raise told(error, site, release) from error


def is_there(path: Path, file: ReleaseFile) -> bool:
    """Whether the file of a release lies at `path`, whole."""
    try:
        if path.stat().st_size != file.bytes:
            return False
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def put_in_place(site: Site, release: Release, before: str) -> None:
    """Unpack what was fetched, try it, and switch. Whatever fails, version `before` stays the current one.

    Raises UserError `update.wrong_file`, `update.dies` (`version`, `detail`), `update.read_only`, `download.no_room`.
    """
    from engine.hub.transfer.disk import disk_error

    version = release.version
    try:
        site.unpack(version)
        try:
            _try(site, version)
            site.switch(before, version)
        except BaseException:
            site.drop(version)
            raise
    except OSError as error:
        raise told(disk_error(error, site.folder, 0), site, release) from error
    except ValueError as error:
        raise UserError("update.wrong_file", version=version, address=release.link) from error


def told(error: UserError, site: Site, release: Release) -> UserError:
    """An error in the words of an update."""
    code = _WORDS.get(error.code)
    if code is None:
        return error
    return UserError(code, version=release.version, address=release.link, folder=str(site.folder))


def _try(site: Site, version: str) -> None:
    """Raises UserError `update.dies` unless the version opens its window and says that it is the one."""
    detail = ""
    for command in site.commands(version):
        said, problem = _ended([*command, SELF_TEST])
        if said == version:
            return
        # The usual way of starting it tells most.
        detail = detail or problem or f"version {said}"
    raise UserError("update.dies", version=version, detail=detail)


def _ended(command: Sequence[str]) -> tuple[str, str]:
    """The version that a program says it is, "" for none, and else what is known of the reason."""
    variables = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    with tempfile.TemporaryDirectory(prefix="coterie-", ignore_cleanup_errors=True) as home:
        variables |= {"COTERIE_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        try:
            process = subprocess.Popen(
                command,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            return "", error.strerror or type(error).__name__
        try:
            out, err = process.communicate(timeout=TRYING_S)
        except subprocess.TimeoutExpired:
            _end(process)
            return "", f"{TRYING_S:.0f} s"
        except BaseException:
            _end(process)
            raise
    with contextlib.suppress(ValueError, LookupError, TypeError):
        if process.returncode == 0:
            return str(json.loads(out.splitlines()[-1])["version"]), ""
    last = err.decode(errors="replace").strip().rpartition("\n")[2]
    return "", last[:200] or f"exit code {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):  # what it started may hold its output open
        process.communicate(timeout=_ENDING_S)
