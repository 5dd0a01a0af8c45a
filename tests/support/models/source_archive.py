"""The source archive of llama-cpp-python that set-up builds the engine from; fetched once, not committed."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from installer.console import Console, Progress
from installer.sources import engine_version, fetch_archive, install_build_tools
from tests.support.caches import cache_folder

ROOT = Path(__file__).parents[3]
VERSION = engine_version(ROOT)


def source_archive() -> Path:
    """The archive in the user's cache. Raises OSError or SetupError where it cannot be fetched."""
    folder = cache_folder("sdist")
    archive = folder / f"llama_cpp_python-{VERSION}.tar.gz"
    if not archive.is_file():
        python, log, progress = Path(sys.executable), folder / "log", Progress(Console(), "Sources")
        with tempfile.TemporaryDirectory() as scratch:
            tools = install_build_tools(python, ROOT, Path(scratch), log, progress, os.environ)
            fetch_archive(python, ROOT, folder, log, progress, tools)
    return archive
