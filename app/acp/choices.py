"""What a person can choose for a session: what needs no approval, and the model."""

from __future__ import annotations

from typing import Literal, get_args

from acp.schema import (
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionMode,
    SessionModeState,
)

from agents.events import Mode
from agents.permissions.visible import visible
from app.language import Language
from app.messages import localized
from app.services.library.model_names import STARTER_NAME, shown_name
from app.services.library.names import STARTER
from app.services.services import Services
from engine.remote.names import is_remote, read_name

MODE: Literal["mode"] = "mode"
MODEL: Literal["model"] = "model"
# Beside the modes of runs: a plan comes first, and what it then needs approval for is as in the mode before.
PLAN: Literal["plan"] = "plan"
MODES: tuple[Mode | Literal["plan"], ...] = (PLAN, *get_args(Mode))


def modes(current: str, language: Language) -> SessionModeState:
    """For editors that know modes but no other choices."""
    available = [
        SessionMode(
            id=mode,
            name=localized(f"acp.mode.{mode}", language),
            description=localized(f"acp.mode_is.{mode}", language),
        )
        for mode in MODES
    ]
    return SessionModeState(current_mode_id=current, available_modes=available)


def config_options(
    mode: str, model: str, models: dict[str, str], language: Language
) -> list[SessionConfigOptionSelect]:
    """Both choices; `models` are names by what `RunSpec.model` takes."""
    of_mode = [
        SessionConfigSelectOption(value=each.id, name=each.name, description=each.description)
        for each in modes(mode, language).available_modes
    ]
    of_model = [SessionConfigSelectOption(value=value, name=name) for value, name in models.items()]
    given = ((MODE, "modes", mode, of_mode), (MODEL, "models", model, of_model))
    return [
        SessionConfigOptionSelect(
            id=id,
            name=localized(f"acp.{key}", language),
            category=id,
            type="select",
            current_value=current,
            options=options,
        )
        for id, key, current, options in given
    ]


def models_at_hand(services: Services, current: str) -> dict[str, str]:
    """Names of the models of this computer, of those elsewhere that were used lately and agreed to, and of the
    current one, by what a run takes. Reads the disk."""
    embedding = {record.id for record in services.search_models.embedding()}
    named = {STARTER: STARTER_NAME} | {
        record.id: record.name
        for record in services.library.known()
        if record.trashed is None and record.state == "ready" and record.id not in embedding
    }
    elsewhere = [name for name in services.settings.current.recent_models if is_remote(name)]
    named |= {name: shown_name(name) for name in elsewhere if not services.remote_servers.is_new(name)}
    return named if current in named else {current: shown_name(current)} | named


def leaving(model: str, language: Language) -> str:
    """That text leaves this computer for a model, and where to; "" when it does not."""
    remote = read_name(model)
    if remote is None or not remote.leaves:
        return ""
    return localized("cli.elsewhere.leaves", language, model=visible(remote.model), host=visible(remote.host))
