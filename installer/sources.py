"""The source archive of llama-cpp-python: the engine is built from it, and a plugin of the engine with its headers.

ggml promises nothing about the inner headers that a plugin needs, so only those of the very archive will do.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from installer.commands import run_logged
from installer.console import Progress

PACKAGE = "llama-cpp-python"
HEADERS = "headers"
_KEPT = re.compile(r"[^/]+/vendor/llama\.cpp/ggml/(include/[^/]+\.h|src/[^/]+\.h|CMakeLists\.txt)")
_VERSION = re.compile(r"set\(GGML_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)\)")
# libggml-base.so.0.25.3 on Linux, libggml-base.0.25.3.dylib on macOS.
_LIBRARY = re.compile(r"libggml-base(?:\.so)?\.(\d+\.\d+\.\d+)(?:\.dylib)?")


def fetch_archive(
    python: Path, version: str, folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]
) -> Path:
    """Download the archive into `folder`, from where the person's pip takes packages. Raises `SetupError`."""
    run_logged(
        [
            python, "-m", "pip", "download", "--no-deps",
            # Of this package alone: what reading its metadata needs may come as wheels.
            "--no-binary", PACKAGE, "--retries", "2", "--dest", folder, f"{PACKAGE}=={version}",
        ],
        log,
        progress,
        failure="The sources of the engine could not be fetched.",
        env=environ,
    )  # fmt: skip
    (archive,) = folder.glob("*.tar.gz")
    return archive


def keep_headers(archive: Path, scratch: Path, folder: Path) -> None:
    """Make `folder` with ggml's headers, in one move out of `scratch`. Raises OSError or tarfile.TarError."""
    staged = scratch / HEADERS
    with tarfile.open(archive) as members:
        for member in members:
            found = _KEPT.fullmatch(member.name)
            content = members.extractfile(member) if found and member.isfile() else None
            if found and content:
                kept = staged / found[1]
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(content.read())
    staged.rename(folder)


def ggml_version(headers: Path) -> str:
    """Of the kept headers, such as 0.25.3; "" where they do not tell."""
    try:
        return ".".join(_VERSION.findall((headers / "CMakeLists.txt").read_text(encoding="utf-8")))
    except OSError:
        return ""


def difference(headers: Path, site: Path, version: str) -> str:
    """How the kept headers differ from the engine that is installed in `site`, as far as it tells; "" where not.

    That its package has the version, its library the number that ggml gave it, and its public headers the same
    bytes.
    """
    if not (site / f"{PACKAGE.replace('-', '_')}-{version}.dist-info").is_dir():
        return f"{PACKAGE} {version} is not installed in {site}."
    ours = ggml_version(headers)
    names = [path.name for path in (site / "llama_cpp" / "lib").glob("libggml-base*")]
    for theirs in (found[1] for name in names if (found := _LIBRARY.fullmatch(name))):
        if theirs != ours:
            return f"The installed library is of ggml {theirs}, the headers are of {ours or 'no version'}."
    for header in sorted((headers / "include").glob("*.h")):
        installed = site / "include" / header.name
        if installed.is_file() and installed.read_bytes() != header.read_bytes():
            return f"The installed {header.name} is another one than that of the sources."
    return ""
