"""Releases on loopback: a server with ranges and faults, keys to sign with, and programs that play a version."""

from __future__ import annotations

import base64
import contextlib
import datetime
import functools
import hashlib
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.installation.facts import Installation
from app.services.updates.looking import machine
from app.services.updates.manifest import Manifest, ReleaseFile, canonical, signed
from engine.hub import transfer
from tests.support.impatient import IMPATIENT

ROOT = Path(__file__).resolve().parents[3]
KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(range(32)))
PUBLIC = base64.b64encode(Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()).decode()
MADE = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
NOW = MADE + datetime.timedelta(days=2)
# What a manifest has that is valid today.
_TODAY = datetime.datetime.now(datetime.UTC)
NEW = {"made": _TODAY, "expires": _TODAY + datetime.timedelta(days=30)}


def manifest(**changed: Any) -> Manifest:
    """A manifest without files, valid at `NOW`."""
    usual: dict[str, Any] = {"channel": "stable", "version": "0.2.0", "counter": 2, "made": MADE, "files": {}}
    usual |= {
        "expires": MADE + datetime.timedelta(days=30),
        "notes": {"en": "Faster.", "ko": "더 빨라졌습니다."},
    }
    return Manifest(**(usual | changed))


def entry(path: Path) -> ReleaseFile:
    """What a manifest says of a file."""
    data, unpacked = path.read_bytes(), 0
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
    return ReleaseFile(path.name, len(data), hashlib.sha256(data).hexdigest(), unpacked)


class Releases(ThreadingHTTPServer):
    """Serves the files of `folder`. `cut` bytes into a file the connection ends, once for each of `cuts`; `broken`
    answers everything with a status."""

    daemon_threads = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        self.folder = folder
        self.cut, self.cuts, self.broken = 0, 0, 0
        self.asked: list[tuple[str, str]] = []  # paths and ranges
        self.agents: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """A client that goes in the middle is no news."""

    def publish(self, release: Manifest, *keys: bytes) -> None:
        (self.folder / f"{release.channel}.release").write_bytes(signed(release, *(keys or (KEY,))))

    def publish_file(self, kind: str, path: Path, **changed: Any) -> Manifest:
        """Publish a release of a file that lies in the folder."""
        release = manifest(**({"files": {f"{kind}-{machine()}": entry(path)}} | changed))
        self.publish(release)
        return release


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Releases  # type: ignore[assignment]

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.asked.append((self.path, asked))
        self.server.agents.add(self.headers.get("User-Agent", ""))
        path = Path(self.translate_path(self.path))
        if self.server.broken or not path.is_file():
            self.send_error(self.server.broken or 404)
            return
        data = path.read_bytes()
        first, end = 0, len(data)
        if asked:
            start, _, last = asked.removeprefix("bytes=").partition("-")
            first, end = int(start), min(int(last) + 1, len(data))
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{end - 1}/{len(data)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - first))
        self.end_headers()
        if self.server.cuts and end > self.server.cut and path.suffix != ".release":
            self.server.cuts -= 1
            self.wfile.write(data[first : max(first, self.server.cut)])
            self.close_connection = True
        else:
            self.wfile.write(data[first:end])

    def log_message(self, *_: Any) -> None:
        """Nothing is said."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Releases]:
    """A server of releases, with downloads that a test can wait for."""
    folder.mkdir(parents=True, exist_ok=True)
    with Releases(folder) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "fetch", IMPATIENT["fetch"])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="releases")
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def appimage(version: str = "0.1.0", address: str = "") -> Installation:
    """An AppImage that trusts `KEY`."""
    return Installation("appimage", version, updates=address, keys=(PUBLIC,))


# What a version that plays an AppImage does once its start is noted.
WORKS = "from app.__main__ import main; main()"
DIES = "from app.installation.first_starts import begin; begin(sys.argv[1:]); os._exit(9)"

_PROGRAM = """#!{python}
import os, sys
sys.path.insert(0, {root!r})
os.environ["APPIMAGE"] = os.path.abspath(__file__)
from app.installation import facts
here = facts.Installation("appimage", {version!r}, updates={address!r}, keys=({key!r},))
facts.installation = lambda: here
if sys.argv[1:] == ["--self-test"]:
    {tested}
    print('{{"version": "' + {says!r} + '"}}')
    sys.exit(0)
{does}
"""


def write_program(
    path: Path, version: str, does: str = WORKS, *, says: str = "", tested: str = "", address: str = ""
) -> Path:
    """A file that plays an AppImage of a version: `tested` is done before a self-test says that it is `says`."""
    text = _PROGRAM.format(
        python=sys.executable,
        root=str(ROOT),
        version=version,
        address=address,
        key=PUBLIC,
        tested=tested or "pass",
        says=says or version,
        does=does,
    )
    path.write_text(text)
    path.chmod(0o755)
    return path


def body_with(release: Manifest, **changed: Any) -> bytes:
    """The canonical bytes of a manifest with fields that it could not have."""
    fields = msgspec.json.decode(canonical(release)) | changed
    return msgspec.json.encode(fields, order="sorted")
