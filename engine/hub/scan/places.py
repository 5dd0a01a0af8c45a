"""Paths where other programs keep models on this machine. Pure except for reading small files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

_MAX_FILE = 2**20


def hf_caches(home: Path, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Caches of the Hugging Face client: where its variables say, in its own order, and its usual place."""
    cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
    chosen = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE")
    base = environ.get("HF_HOME")
    places = [
        _path(chosen, home) if chosen else None,
        _path(base, home) / "hub" if base else None,
        cache / "huggingface" / "hub",
    ]
    return _there(places)


def lm_studio_folders(home: Path, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Models folders of LM Studio: the one chosen in its settings, and those it starts with. The file
    `.lmstudio-home-pointer` names its home where that is not `.lmstudio`; `.cache/lm-studio` is of older versions."""
    pointer = _text(home / ".lmstudio-home-pointer").strip().split("\n")[0].strip()
    homes = [Path(pointer)] if pointer else []
    homes += [home / ".lmstudio", home / ".cache" / "lm-studio"]
    settings = [folder / "settings.json" for folder in homes]
    settings += [
        folder / "LM Studio" / "settings.json"
        for folder in (
            Path(environ.get("XDG_CONFIG_HOME") or home / ".config"),
            home / "Library" / "Application Support",
            Path(environ.get("APPDATA") or home / "AppData" / "Roaming"),
        )
    ]
    chosen = [_downloads_folder(path) for path in settings]
    return _there([*chosen, *(folder / "models" for folder in homes)])


def ollama_stores(home: Path, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Stores of Ollama: where its variable says, the user's, and those of the service on Linux, which the user
    may not be allowed to read."""
    chosen = environ.get("OLLAMA_MODELS")
    return _there(
        [
            _path(chosen, home) if chosen else None,
            home / ".ollama" / "models",
            Path("/usr/share/ollama/.ollama/models"),
            Path("/var/lib/ollama/.ollama/models"),
            Path("/var/lib/ollama/models"),
            Path("/var/snap/ollama/common/models"),
        ]
    )


def _downloads_folder(settings: Path) -> Path | None:
    try:
        document = msgspec.json.decode(_text(settings) or "{}")
    except (ValueError, RecursionError, msgspec.DecodeError):
        return None
    folder = document.get("downloadsFolder") if isinstance(document, dict) else None
    return Path(folder) if isinstance(folder, str) and folder and "\0" not in folder else None


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_MAX_FILE).decode(errors="replace").replace("\0", "")
    except (OSError, ValueError):
        return ""


def _path(text: str, home: Path) -> Path:
    expanded = os.path.expandvars(text)
    return home / expanded[2:] if expanded.startswith(("~/", "~\\")) else Path(expanded)


def _there(places: Iterable[Path | None]) -> tuple[Path, ...]:
    """The folders among them, each once, however it is named."""
    found: dict[Path, Path] = {}
    for place in places:
        try:
            if place is not None and place.is_absolute() and place.is_dir():
                found.setdefault(place.resolve(), place)
        except (OSError, ValueError, RuntimeError):
            continue
    return tuple(found.values())
