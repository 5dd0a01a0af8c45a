"""The headers of the engine's sources: which are kept, and when they are not those of the engine that is there."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from installer.commands import SetupError
from installer.console import Console, Progress
from installer.sources import difference, fetch_archive, ggml_version, keep_headers
from tests.installer.small_archive import ROOT, source_archive_of_version


def kept(folder: Path, version: str = "0.25.3") -> Path:
    archive = source_archive_of_version(folder / "archive.tar.gz", version)
    (folder / "scratch").mkdir()
    keep_headers(archive, folder / "scratch", folder / "headers")
    return folder / "headers"


def installed(folder: Path) -> Path:
    """A site-packages with an engine, as its wheel lays it out."""
    site = folder / "site-packages"
    for part in ("llama_cpp/lib", "include", "llama_cpp_python-1.dist-info"):
        (site / part).mkdir(parents=True)
    for name in ("libggml-base.so", "libggml-base.so.0", "libggml-base.so.0.25.3"):
        (site / "llama_cpp" / "lib" / name).touch()
    (site / "include" / "ggml.h").write_text("int ggml(void);\n")
    return site


def test_only_the_headers_of_ggml_and_its_version_are_kept(tmp_path: Path) -> None:
    headers = kept(tmp_path)
    assert sorted(str(path.relative_to(headers)) for path in headers.rglob("*") if path.is_file()) == [
        "CMakeLists.txt",
        "include/ggml.h",
        "src/ggml-backend-impl.h",
    ]
    assert ggml_version(headers) == "0.25.3"
    assert ggml_version(tmp_path / "missing") == ""


def test_a_name_that_leads_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "odd.tar.gz", "w:gz") as archive:
        for name in (f"{ROOT}/include/ggml.h", f"{ROOT}/include/../../../out.h", f"../{ROOT}/src/up.h"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
        link = tarfile.TarInfo(f"{ROOT}/src/link.h")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "scratch").mkdir()
    keep_headers(tmp_path / "odd.tar.gz", tmp_path / "scratch", tmp_path / "headers")
    assert [path.name for path in tmp_path.rglob("*.h")] == ["ggml.h"]


def test_headers_of_the_engine_that_is_installed_do_not_differ(tmp_path: Path) -> None:
    assert difference(kept(tmp_path), installed(tmp_path), "1") == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("version", "llama-cpp-python 2 is not installed"),
        ("library", "library is of ggml 0.25.4, the headers are of 0.25.3"),
        ("dylib", "library is of ggml 0.26.0, the headers are of 0.25.3"),
        ("headers", "library is of ggml 0.25.3, the headers are of no version"),
        ("public", "installed ggml.h is another one"),
    ],
)
def test_headers_of_another_engine_are_told_from_its(tmp_path: Path, change: str, said: str) -> None:
    headers, site = kept(tmp_path), installed(tmp_path)
    library = site / "llama_cpp" / "lib" / "libggml-base.so.0.25.3"
    if change == "library":
        library.rename(library.with_name("libggml-base.so.0.25.4"))
    if change == "dylib":
        library.rename(library.with_name("libggml-base.0.26.0.dylib"))
    if change == "headers":
        (headers / "CMakeLists.txt").unlink()
    if change == "public":
        (site / "include" / "ggml.h").write_text("int ggml(int);\n")
    assert said in difference(headers, site, "2" if change == "version" else "1")


def test_without_a_network_the_reason_is_told_plainly(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'Temporary failure in name resolution'; exit 1\n")
    python.chmod(0o755)
    with pytest.raises(SetupError, match="Check the internet connection"):
        fetch_archive(python, "1", tmp_path / "new", tmp_path / "log", Progress(Console(), "x"), {})
