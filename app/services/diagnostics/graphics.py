"""Diagnosis of graphics cards: which are used, and what set-up found, does or could do where none is."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from app import paths
from app.installation.facts import installation
from app.language import Language
from app.messages import localized
from app.services.cuda_pack.able_cards import able_cards, names_of
from app.services.cuda_pack.packs import Packs
from app.services.diagnostics.hub import Finding
from engine.errors import UserError
from engine.graphics_cards import Cards, find_cards
from engine.placement.plan import Device

# What set-up tells. The last four are for its own lines alone.
Code = Literal[
    "card_without_driver",
    "driver_not_working",
    "driver_without_card",
    "old_driver",
    "old_card",
    "vulkan_packages",
    "offered",
    "offered_fetch",
    "building",
    "building_share",
    "trying",
    "ready",
    "not_loaded",
    "slower",
    "interrupted",
    "failed_space",
    "failed_network",
    "failed_compiler",
    "failed_build",
    "failed_trial",
    "driver_ends",
    "offered_pack",
    "other_pack",
    "question",
    "question_fetch",
    "started",
    "under_way",
]
# What a person need not do anything about.
_HARMLESS = ("driver_without_card", "slower", "vulkan_packages", "old_card")
# What is told beside the cards in use.
_ALSO = ("old_card", "offered_pack", "other_pack")
# Why CUDA cannot be fetched, as a diagnosis says it.
_REASONS: dict[str, Code] = {
    "cuda.no_driver": "card_without_driver",
    "cuda.old_driver": "old_driver",
    "cuda.old_card": "old_card",
}
# What a process is called that builds, in its command line.
_JOB = "installer.graphics"


class Note(msgspec.Struct, frozen=True):
    """A sentence `doctor.graphics.<code>`."""

    code: Code
    params: dict[str, str] = {}


class GraphicsState(msgspec.Struct, frozen=True):
    """Set-up's account (installer/graphics.py). `share` of the step is from 0 to 1, `pid` the process at work."""

    notes: tuple[Note, ...] = ()
    step: Note | None = None
    share: float | None = None
    pid: int = 0


def state_file() -> Path:
    """Where set-up leaves its account in the environment that runs this."""
    return Path(sys.prefix) / "lib" / "coterie-gpu.json"


def read_state(path: Path | None = None) -> GraphicsState:
    """The account; where there is none, or none that can be read, what the drivers say. What was under way and is not
    any more was interrupted. Blocks."""
    try:
        state = msgspec.json.decode((path or state_file()).read_bytes(), type=GraphicsState)
    except (OSError, msgspec.DecodeError):
        return GraphicsState(() if installation().kind == "source" else without_setup(find_cards(os.environ)))
    if state.step is not None and not _works(state.pid):
        return GraphicsState((*state.notes, Note("interrupted")))
    return state


def without_setup(found: Cards, folder: Path | None = None) -> tuple[Note, ...]:
    """What there is to say of NVIDIA's cards where nobody builds for them: CUDA is a download then."""
    try:
        names = {"cards": names_of(able_cards(found))}
    except UserError as error:
        code = _REASONS.get(error.code)
        return (Note(code, {name: str(value) for name, value in error.params.items()}),) if code else ()
    pack = Packs(folder or paths.cuda())
    if pack.fits:
        return ()
    return (Note("offered_pack" if pack.current is None else "other_pack", names),)


def graphics_finding(
    devices: Sequence[Device], state: GraphicsState, language: Language, broken: str = ""
) -> Finding:
    """What is used, and what else there is to say. `broken`: the way whose driver ends processes."""
    if broken:
        return Finding(False, sentence(Note("driver_ends", {"way": broken}), language))
    cards = [device for device in devices if device.kind in ("gpu", "integrated_gpu")]
    told = [sentence(note, language) for note in _told(state, found=bool(cards))]
    if cards:
        names = ", ".join(device.description or device.name for device in cards)
        return Finding(True, ". ".join([names, *told]))
    if not told:
        return Finding(True, localized("doctor.no_gpu", language))
    harmless = state.step is not None or all(note.code in _HARMLESS for note in state.notes)
    return Finding(harmless, " ".join(told))


def news(state: GraphicsState) -> tuple[Note, ...]:
    """What a person who starts should know: what is being built, or what could be done."""
    told = (state.step,) if state.step is not None else state.notes
    return tuple(note for note in told if note.code not in ("ready", "driver_without_card", "slower"))


def sentence(note: Note, language: Language) -> str:
    """Raises KeyError for a code or a parameter that no sentence has."""
    return localized(f"doctor.graphics.{note.code}", language, **note.params)


def _told(state: GraphicsState, *, found: bool) -> list[Note]:
    if state.step is not None:
        share = round(100 * (state.share or 0))
        if share and state.step.code == "building":
            return [Note("building_share", state.step.params | {"share": str(share)})]
        return [state.step]
    if found:
        return [note for note in state.notes if note.code in _ALSO]
    # It was ready, and now there is no card.
    return [Note("not_loaded", note.params) if note.code == "ready" else note for note in state.notes]


def _works(pid: int) -> bool:
    try:
        return pid > 0 and _JOB in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
