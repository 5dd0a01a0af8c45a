"""The cache of the Hugging Face client.

Layout (huggingface_hub, `file_download.hf_hub_download`): `models--OWNER--REPO/` with `refs/NAME` holding a commit,
`snapshots/COMMIT/PATH` being a link to `blobs/ETAG`, where the etag of a large file is its SHA-256. A blob may
itself be a link into a store that all repositories share; names there are other hashes, so only the first link
counts. Where links cannot be made the snapshot holds the file itself, and its hash is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.hub.scan.folder import gguf_paths
from engine.hub.scan.found import SHA256, FoundModel, gguf_file, whole_models
from engine.text import clean_text

_REPOSITORY = re.compile(r"models--(?P<owner>[^/]+?)--(?P<name>[^/]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def models_in_hf_cache(cache: Path) -> list[FoundModel]:
    """The models in one cache folder. What several snapshots have is found once, in the newest. Never raises."""
    found: list[FoundModel] = []
    for folder in _listed(cache):
        match = _REPOSITORY.fullmatch(folder.name)
        if match and clean_text(folder.name) == folder.name:
            found += _models_of(folder, f"{match['owner']}/{match['name']}")
    return found


def _models_of(folder: Path, repo: str) -> Iterator[FoundModel]:
    seen: set[str] = set()
    for snapshot in _snapshots(folder):
        files = [
            file
            for path in gguf_paths(snapshot)
            if (file := gguf_file(path, _sha256(path), path.relative_to(snapshot).as_posix()))
        ]
        for model in whole_models(files):
            if model[0].origin_path not in seen:
                seen.add(model[0].origin_path)
                name = f"{repo.partition('/')[2]} · {model[0].path.stem}"
                yield FoundModel(name, model, "hf_cache", repo, snapshot.name)


def _snapshots(folder: Path) -> list[Path]:
    """The commits that are here, that of the branch `main` first, then the latest."""
    try:
        main = (folder / "refs" / "main").read_text(encoding="ascii", errors="replace").strip()
    except (OSError, ValueError):
        main = ""
    found = [path for path in _listed(folder / "snapshots") if _COMMIT.fullmatch(path.name)]
    return sorted(found, key=lambda path: (path.name != main, -_changed(path), path.name))


def _sha256(path: Path) -> str:
    """The name of the blob that a snapshot's file is a link to, if it is a SHA-256."""
    try:
        blob = path.readlink()
    except (OSError, ValueError):
        return ""
    return blob.name if blob.parent.name == "blobs" and SHA256.fullmatch(blob.name) else ""


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
