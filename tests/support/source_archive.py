"""The source archive of llama-cpp-python that set-up builds the engine from; fetched once, not committed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from installer.project import read_project
from tests.support.caches import cache_folder

VERSION = read_project(Path(__file__).parents[2]).engine_version


def source_archive() -> Path:
    """The archive in the user's cache. Raises OSError or subprocess.SubprocessError where it cannot be fetched."""
    folder = cache_folder("sdist")
    archive = folder / f"llama_cpp_python-{VERSION}.tar.gz"
    if not archive.is_file():
        # Not ":all:": that would compile the build tools, for minutes, to read the metadata.
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", "llama-cpp-python", "--dest", str(folder), f"llama-cpp-python=={VERSION}"),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=150)
    return archive
