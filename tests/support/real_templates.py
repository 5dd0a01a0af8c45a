"""Chat templates of real models, out of the source archive of llama-cpp-python; fetched, not committed."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.caches import cache_folder, one_maker

_PACKAGE = "llama-cpp-python==0.3.36"
_INSIDE = "vendor/llama.cpp/models/templates/"


def real_templates() -> dict[str, str]:
    """Sources by file name without its ending. Skips the test where they cannot be had."""
    folder = cache_folder("templates-0.3.36")
    with one_maker(folder):
        if not any(folder.glob("*.jinja")):
            _fetch(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jinja"))}


def _fetch(folder: Path) -> None:
    archive_folder = cache_folder("sdist")
    archives = list(archive_folder.glob("llama_cpp_python-0.3.36.tar.gz"))
    if not archives:
        # Not ":all:": that would compile the build tools, for minutes, to read the metadata.
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            "llama-cpp-python",
        ]
        try:
            subprocess.run(
                [*command, "--dest", str(archive_folder), _PACKAGE],
                check=True,
                capture_output=True,
                timeout=150,
            )
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"the templates of {_PACKAGE} could not be fetched: {error}")
        archives = list(archive_folder.glob("llama_cpp_python-0.3.36.tar.gz"))
    with tarfile.open(archives[0]) as archive:
        for member in archive:
            if _INSIDE in member.name and member.name.endswith(".jinja") and member.isfile():
                source = archive.extractfile(member)
                assert source is not None
                (folder / Path(member.name).name).write_bytes(source.read())
