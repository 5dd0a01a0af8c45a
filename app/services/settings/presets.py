"""Sampling presets: a few of ours, and those that a person has named."""

from __future__ import annotations

import msgspec

from app.services.settings.settings import Settings
from engine.values import SAMPLING_BOUNDS, Sampling

# By the names that the window translates. Precise is for facts and code, creative for ideas and stories.
OURS: dict[str, Sampling] = {
    "precise": Sampling(temperature=0.2, top_p=0.9),
    "creative": Sampling(temperature=1.1, top_p=0.98, min_p=0.02),
}


def own_presets(settings: Settings) -> dict[str, Sampling]:
    """A person's presets by name; values out of bounds are left out."""
    return {name: _sampling(values) for name, values in sorted(settings.presets.items())}


def with_preset(settings: Settings, name: str, sampling: Sampling) -> dict[str, dict[str, float]]:
    """`Settings.presets` with another one, or another under this name."""
    values = {key: value for key, value in msgspec.structs.asdict(sampling).items() if value is not None}
    return {**settings.presets, name: values}


def without_preset(settings: Settings, name: str) -> dict[str, dict[str, float]]:
    return {key: values for key, values in settings.presets.items() if key != name}


def _sampling(values: dict[str, float]) -> Sampling:
    known = {}
    for name, value in values.items():
        if name in SAMPLING_BOUNDS:
            low, high = SAMPLING_BOUNDS[name]
            if low <= value <= high:
                known[name] = int(value) if name in ("top_k", "seed") else value
    return msgspec.convert(known, Sampling)
