"""Real programs install from registries through the proxy, and say what was refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agents.api import Outcome, ToolContext
from agents.network.gate import HostGate
from agents.permissions.hosts import rules_of
from agents.tools.executing import shell
from agents.workspace.workspace import Workspace
from app.services.runs.parts import RunParts, found_sandbox
from app.store.records import RunRecord
from tests.support.agents.servers.registry import Leading, Registry, registry

SANDBOX = found_sandbox()
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(SANDBOX is None or not SANDBOX.filters, reason="no sandbox here leads to a proxy"),
]
NAMES = (
    *("pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "index.crates.io", "static.crates.io"),
    "code.example.org",
)
TOLD = (
    *(
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "PIP_CERT",
        "GIT_SSL_CAINFO",
        "NODE_EXTRA_CA_CERTS",
    ),
    *("CARGO_HTTP_CAINFO", "npm_config_cafile"),
)


class Shelf:
    """A workspace whose commands reach a server that goes by NAMES, as far as `rules` allow it."""

    def __init__(self, folder: Path, server: Registry) -> None:
        self.server, self.rules = server, [*NAMES]
        self.gate = HostGate(Leading({(name, 443): server.port for name in NAMES}))
        self.gate.follow(lambda: rules_of(self.rules))
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        parts = RunParts(folder / "data", None, None, lambda: "en", None, str, lambda run: ())  # type: ignore[arg-type]
        run = RunRecord(1, "", "", str(self.workspace), "", "ask", "running", 0.0, 0.0)
        journal = type("Journal", (), {"kept": staticmethod(str)})()
        context = parts.tool_context(run, Workspace(self.workspace), journal)
        self.context: ToolContext = msgspec.structs.replace(context, gate=self.gate)

    def does(self, command: str) -> Outcome:
        return shell.run({"command": command, "network": True, "timeout": 90}, self.context)

    def asked(self) -> set[str]:
        return {host for _, host, _, _ in self.server.asked}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    with registry(tmp_path, *NAMES) as (server, authority):
        for name in TOLD:  # as where a company has an authority of its own
            monkeypatch.setenv(name, str(authority))
        for name in ("SSL_CERT_DIR", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "npm_config_registry"):
            monkeypatch.delenv(name, raising=False)
        made = Shelf(tmp_path, server)
        try:
            yield made
        finally:
            made.gate.close()


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def wheel() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("shelved.py", "word = 'from the registry'\n")
        made.writestr(
            "shelved-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shelved\nVersion: 1.0\n"
        )
        made.writestr(
            "shelved-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr("shelved-1.0.dist-info/RECORD", "")
    return held.getvalue()


def archive(**files: str) -> bytes:
    held = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as made,
    ):
        for name, text in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_DOT_", "."))
            entry.size = len(text)
            made.addfile(entry, io.BytesIO(text.encode()))
    return held.getvalue()


INSTALL = "pip install --disable-pip-version-check --no-deps --target . shelved"


def stock_pip(server: Registry) -> None:
    link = "https://files.pythonhosted.org/packages/shelved-1.0-py3-none-any.whl"
    server.pages["/simple/shelved/"] = (
        f'<!DOCTYPE html><a href="{link}">shelved-1.0-py3-none-any.whl</a>'.encode()
    )
    server.pages["/packages/shelved-1.0-py3-none-any.whl"] = wheel()


@needs("pip")
@pytest.mark.long
def test_pip_installs_from_an_allowed_index(shelf: Shelf) -> None:
    stock_pip(shelf.server)
    done = shelf.does(INSTALL)
    assert (shelf.workspace / "shelved.py").exists(), done.text
    assert shelf.asked() == {"pypi.org", "files.pythonhosted.org"}
    assert done.reached and done.refused == ()


@needs("pip")
@pytest.mark.long
def test_pip_tells_which_host_was_refused(shelf: Shelf) -> None:
    stock_pip(shelf.server)
    shelf.rules.remove("files.pythonhosted.org")
    done = shelf.does(f"PIP_RETRIES=0 {INSTALL}")
    assert "files.pythonhosted.org is not on the list" in done.text
    assert done.refused == ("files.pythonhosted.org",)


@needs("git")
def test_git_clones_over_https(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "source"
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-C", str(source))
    subprocess.run(("git", "init", "-q", "-b", "main", str(source)), check=True)
    (source / "file.txt").write_text("cloned\n")
    for words in (("add", "."), ("commit", "-qm", "one"), ("update-server-info",)):
        subprocess.run((*git, *words), check=True)
    for path in (source / ".git").rglob("*"):
        if path.is_file():
            shelf.server.pages[f"/x.git/{path.relative_to(source / '.git').as_posix()}"] = path.read_bytes()
    done = shelf.does("git clone -q https://code.example.org/x.git copy && cat copy/file.txt")
    assert done.text.startswith("cloned"), done.text
    shelf.rules.clear()
    done = shelf.does("git ls-remote https://code.example.org/x.git")
    assert "403" in done.text and done.refused == ("code.example.org",)


@needs("npm")
@pytest.mark.long
def test_npm_installs_from_the_registry(shelf: Shelf) -> None:
    packed = archive(package__package_DOT_json=json.dumps({"name": "shelved", "version": "1.0.0"}))
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    there = {"tarball": "https://registry.npmjs.org/shelved/-/shelved-1.0.0.tgz", "integrity": integrity}
    version = {"name": "shelved", "version": "1.0.0", "dist": there}
    about = {"name": "shelved", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
    shelf.server.pages |= {"/shelved": json.dumps(about).encode(), "/shelved/-/shelved-1.0.0.tgz": packed}
    done = shelf.does("npm install --no-audit --no-fund shelved")
    assert (shelf.workspace / "node_modules/shelved/package.json").exists(), done.text
    shelf.rules.clear()
    done = shelf.does("npm install --no-audit --no-fund --fetch-retries=0 another")
    assert done.refused == ("registry.npmjs.org",), done.text


@needs("cargo")
@pytest.mark.long
def test_cargo_fetches_from_the_sparse_index(shelf: Shelf) -> None:
    manifest = '[package]\nname = "shelved"\nversion = "1.0.0"\nedition = "2021"\n'
    packed = archive(
        **{"shelved-1_DOT_0_DOT_0__Cargo_DOT_toml": manifest, "shelved-1_DOT_0_DOT_0__src__lib_DOT_rs": ""}
    )
    line = {"name": "shelved", "vers": "1.0.0", "deps": [], "features": {}, "yanked": False}
    line["cksum"] = hashlib.sha256(packed).hexdigest()
    shelf.server.pages |= {
        "/config.json": json.dumps({"dl": "https://static.crates.io/crates"}).encode(),
        "/sh/el/shelved": json.dumps(line).encode() + b"\n",
        "/crates/shelved/1.0.0/download": packed,
    }
    (shelf.workspace / "Cargo.toml").write_text(
        '[package]\nname = "a"\nversion = "0.1.0"\n[dependencies]\nshelved = "1"\n'
    )
    (shelf.workspace / "src").mkdir()
    (shelf.workspace / "src/lib.rs").touch()
    done = shelf.does("cargo fetch")
    assert done.reached and (shelf.workspace / "Cargo.lock").read_text().count("shelved") >= 2, done.text
    assert shelf.asked() == {"index.crates.io", "static.crates.io"}


@needs("curl")
def test_a_key_in_the_file_of_certificates_keeps_it_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.server.pages["/page"] = b"a page"
    assert shelf.does("curl -sS https://code.example.org/page").text.startswith("a page")
