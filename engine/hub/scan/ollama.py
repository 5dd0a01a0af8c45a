"""The store of Ollama.

Layout (ollama/ollama, `manifest/`): `manifests/HOST/NAMESPACE/MODEL/TAG`, or the same below `manifests-v2`, is JSON
with `layers`; the layer of type `application/vnd.ollama.image.model` is the GGUF, and lies in `blobs/sha256-HEX`
under the digest "sha256:HEX"; so does its projector, of type `application/vnd.ollama.image.projector`. A manifest may
be a list of `manifests`, one for each runner, some of which lie in blobs of their own. Models kept as one layer for
each tensor have no GGUF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.hub.scan.found import FoundFile, FoundModel, gguf_file
from engine.text import clean_text

_MODEL = "application/vnd.ollama.image.model"
_PROJECTOR = "application/vnd.ollama.image.projector"
_DIGEST = re.compile(r"sha256[:-](?P<hex>[0-9a-fA-F]{64})")
_MAX_MANIFEST = 4 * 2**20
_LIBRARY = ("registry.ollama.ai", "library")
_HUB_HOSTS = ("hf.co", "huggingface.co")


def models_in_ollama(store: Path) -> list[FoundModel]:
    """The models of one store that are a GGUF. One that has several names is found under the first. Never
    raises."""
    found: dict[Path, FoundModel] = {}
    for root in ("manifests-v2", "manifests"):
        for manifest in _manifests(store / root):
            file, projector = _ggufs(store, _read(manifest))
            if file is not None and file.path not in found:
                host, namespace, model, tag = manifest.relative_to(store / root).parts
                repo = f"{namespace}/{model}" if host in _HUB_HOSTS else ""
                name = _name(host, namespace, model, tag)
                found[file.path] = FoundModel(name, (file,), "ollama", repo, projector=projector)
    return sorted(found.values(), key=lambda model: model.name)


def _manifests(root: Path) -> Iterator[Path]:
    try:
        paths = sorted(root.glob("*/*/*/*"))
    except OSError:
        return
    for path in paths:
        if clean_text(str(path)) == str(path):
            yield path


def _read(path: Path) -> Any:
    """The JSON of a manifest, None where there is none."""
    try:
        if not path.is_file():  # a folder, or a pipe that would be waited for
            return None
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_MANIFEST))
    except (OSError, ValueError, RecursionError, msgspec.DecodeError):
        return None


def _ggufs(store: Path, manifest: Any, depth: int = 0) -> tuple[FoundFile | None, FoundFile | None]:
    """The file of the one layer that is a model, and that of the one which is its projector."""
    if not isinstance(manifest, dict):
        return None, None
    children = manifest.get("manifests")
    if isinstance(children, list) and depth == 0:
        for child in children:
            found = _ggufs(store, _child(store, child), depth + 1)
            if found[0] is not None:
                return found
        return None, None
    return _layer(store, manifest, _MODEL), _layer(store, manifest, _PROJECTOR)


def _layer(store: Path, manifest: dict[str, Any], kind: str) -> FoundFile | None:
    layers = manifest.get("layers")
    found = [
        digest
        for layer in (layers if isinstance(layers, list) else ())
        if isinstance(layer, dict) and layer.get("mediaType") == kind
        if (digest := _hex(layer.get("digest")))
    ]
    return _blob(store, found[0]) if len(found) == 1 else None


def _child(store: Path, child: Any) -> Any:
    """A manifest of a list, read from its blob where the list only names it."""
    if isinstance(child, dict) and not child.get("layers") and (digest := _hex(child.get("digest"))):
        return _read(store / "blobs" / f"sha256-{digest}")
    return child


def _hex(digest: Any) -> str:
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return match["hex"].lower() if match else ""


def _blob(store: Path, digest: str) -> FoundFile | None:
    for separator in "-:":  # the colon is of the first versions
        file = gguf_file(store / "blobs" / f"sha256{separator}{digest}", digest)
        if file is not None:
            return file
    return None


def _name(host: str, namespace: str, model: str, tag: str) -> str:
    """As Ollama itself writes it: its own registry and the tag "latest" go without saying."""
    name = model if (host, namespace) == _LIBRARY else f"{namespace}/{model}"
    return name if tag == "latest" else f"{name}:{tag}"
