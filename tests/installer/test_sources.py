"""Which sources of the engine are fetched, and which headers of them are kept."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.console import Console, Progress
from installer.sources import BUILD_LOCK, engine_version, fetch_archive, install_build_tools, keep_headers
from tests.installer.small_archive import ROOT, small_archive

pytestmark = pytest.mark.process

LOCK = """alembic==1.20.1 \\
    --hash=sha256:01
llama-cpp-python==1.2.3 \\
    --hash=sha256:02 \\
    --hash=sha256:03
    # via coterie
lxml==6.1.3 ; python_version < '3.12' \\
    --hash=sha256:04
"""


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(io.StringIO()), "Engine")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text(LOCK)
    return tmp_path


def pip(folder: Path, does: str) -> Path:
    """A Python whose pip does just this."""
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{does}\n")
    python.chmod(0o755)
    return python


def test_the_version_of_the_engine_is_the_one_that_is_locked(clone: Path) -> None:
    assert engine_version(clone) == "1.2.3"
    (clone / "requirements.lock").write_text("alembic==1.20.1 \\\n    --hash=sha256:01\n")
    with pytest.raises(ValueError, match="llama-cpp-python"):
        engine_version(clone)


def test_pip_is_asked_for_the_archive_with_its_hashes_alone(clone: Path, progress: Progress) -> None:
    asked = pip(clone, f'echo "$@" >{clone}/asked; touch {clone}/new/engine.tar.gz')
    archive = fetch_archive(asked, clone, clone / "new", clone / "log", progress, {})
    assert archive == clone / "new" / "engine.tar.gz"
    assert "--require-hashes" in (clone / "asked").read_text().split()
    wanted = (clone / "new" / "engine.txt").read_text()
    assert wanted.split("\n", 1)[0] == "llama-cpp-python==1.2.3 \\"
    assert [line.split()[0] for line in wanted.splitlines()[1:]] == ["--hash=sha256:02", "--hash=sha256:03"]


def test_the_build_tools_are_found_where_they_were_installed(clone: Path, progress: Progress) -> None:
    asked = pip(clone, f'echo "$@" >{clone}/asked')
    environ = {"PATH": "/usr/bin:/bin"}
    tools = install_build_tools(asked, clone, clone / "tools", clone / "log", progress, environ)
    words = (clone / "asked").read_text().split()
    assert words[-1] == str(clone / BUILD_LOCK) and "--require-hashes" in words
    assert tools == {"PATH": f"{clone}/tools/bin:/usr/bin:/bin", "PYTHONPATH": f"{clone}/tools"}


def test_only_the_headers_of_ggml_are_kept(tmp_path: Path) -> None:
    headers = tmp_path / "headers"
    keep_headers(small_archive(tmp_path / "archive.tar.gz"), headers)
    kept = sorted(str(path.relative_to(headers)) for path in headers.rglob("*") if path.is_file())
    assert kept == ["include/ggml.h", "src/ggml-backend-impl.h"]


def test_a_name_that_leads_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "odd.tar.gz", "w:gz") as archive:
        for name in (f"{ROOT}/include/ggml.h", f"{ROOT}/include/../../../out.h", f"../{ROOT}/src/up.h"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        link = tarfile.TarInfo(f"{ROOT}/src/link.h")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    keep_headers(tmp_path / "odd.tar.gz", tmp_path / "headers")
    assert [path.name for path in tmp_path.rglob("*.h")] == ["ggml.h"]


def test_without_a_network_the_reason_is_told_plainly(clone: Path, progress: Progress) -> None:
    offline = pip(clone, "echo 'Temporary failure in name resolution'; exit 1")
    with pytest.raises(SetupError, match="Check the internet connection"):
        fetch_archive(offline, clone, clone / "new", clone / "log", progress, {})
    with pytest.raises(SetupError, match="Check the internet connection"):
        install_build_tools(offline, clone, clone / "tools", clone / "log", progress, {})
