"""Settings for a bug report: numbers and choices as they are, everything else as "set"."""

from __future__ import annotations

import msgspec

from app.services.settings.settings import Settings

# Text, addresses and paths: only their presence is shown.
_PRIVATE = (
    "system_prompt", "library_folder", "hub_endpoint", "hub_proxy", "hub_certificates", "model", "embedding_model",
    "searxng_url", "subagent_model",
)  # fmt: skip
_COUNTED = ("recent_models", "workers", "commands_read")
_LEFT_OUT = ("welcomed",)


def settings_summary(settings: Settings) -> str:
    """What differs from the defaults, such as "theme=dark, context=8192, system_prompt set, 2 workers"."""
    default = Settings()
    parts: list[str] = []
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        if value == getattr(default, name) or name in _LEFT_OUT:
            continue
        if name in _PRIVATE:
            parts.append(f"{name} set")
        elif name in _COUNTED:
            parts.append(f"{len(value)} {name}")
        else:
            parts.append(f"{name}={msgspec.json.encode(value).decode()}")
    return ", ".join(parts) or "defaults"
