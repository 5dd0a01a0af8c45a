"""What is said of runs in a few words: their state, their mode, how far they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from agents.events import Mode
from app.desktop.base.language import languages
from app.desktop.text.remote_marks import leaving, short_mark
from app.desktop.text.words import joined
from app.format import format_context, format_duration
from app.services.library.model_names import shown_name
from app.services.runs.values import RunRecord
from app.store.records import RUNS_UNDER_WAY

MODES: tuple[Mode, ...] = ("read", "ask", "workspace", "all-in-sandbox")


def is_under_way(run: RunRecord) -> bool:
    return run.state in RUNS_UNDER_WAY


def state_note(run: RunRecord) -> str:
    """The word at the right of a run in the list."""
    translate = QCoreApplication.translate
    if run.state == "waiting":
        return translate("Runs", "needs you")
    if run.state == "running":
        return f"{run.step}/{run.steps}" if run.step and run.steps else str(run.step or "…")
    if run.undone:
        return translate("Runs", "undone")
    return {
        "paused": translate("Runs", "paused"),
        "completed": translate("Runs", "done"),
        "stopped": translate("Runs", "stopped"),
        "failed": translate("Runs", "failed"),
        "interrupted": translate("Runs", "interrupted"),
    }[run.state]


def described(run: RunRecord) -> str:
    """A run of the list as a screen reader says it."""
    translate = QCoreApplication.translate
    if run.state == "waiting":
        words = translate("Runs", "{title}, needs you").format(title=run.title)
    else:
        going = step_text(run) or translate("Runs", "starting")
        words = f"{run.title}, {going if run.state == 'running' else state_note(run)}"
    return f"{words}, {short_mark()}" if leaving(run.model) is not None else words


def step_text(run: RunRecord) -> str:
    """How many of its steps it has taken; "" before the first."""
    translate = QCoreApplication.translate
    if not run.step:
        return ""
    if not run.steps:
        return translate("Runs", "step {step}").format(step=run.step)
    return translate("Runs", "step {step} of {steps}").format(step=run.step, steps=run.steps)


def progress_text(run: RunRecord, seconds: float) -> str:
    """How far a run is: its steps, its time, and how much of the model's context is in use."""
    parts = [step_text(run)] if run.step else []
    if seconds >= 1:
        parts.append(format_duration(seconds, languages.current))
    if run.tokens and run.context:
        parts.append(
            QCoreApplication.translate("Runs", "{used} of {size} tokens").format(
                used=format_context(run.tokens), size=format_context(run.context)
            )
        )
    return joined(parts)


def model_name(model: str) -> str:
    """What the model of a run is called; one elsewhere with its place."""
    return shown_name(model) if model else ""


def folder_text(path: str) -> str:
    """A path as a person writes it, with "~" for their own folder."""
    try:
        return str(Path("~") / Path(path).relative_to(Path.home()))
    except (ValueError, RuntimeError):  # it lies elsewhere, or there is no home
        return path


def folder_name(path: str) -> str:
    """The last name of a folder, where there is no room for the way to it."""
    return Path(path).name or path


def mode_name(mode: Mode) -> str:
    translate = QCoreApplication.translate
    return {
        "read": translate("Runs", "Read only"),
        "ask": translate("Runs", "Ask every time"),
        "workspace": translate("Runs", "Automatic in folder"),
        "all-in-sandbox": translate("Runs", "Automatic in sandbox"),
    }[mode]


def mode_sentence(mode: Mode) -> str:
    """What a mode means for who chooses it."""
    translate = QCoreApplication.translate
    return {
        "read": translate("Runs", "Can only read. Nothing is changed."),
        "ask": translate("Runs", "Can read freely; asks before anything else."),
        "workspace": translate(
            "Runs",
            "Can change files and run commands in the folder, since you can undo that; otherwise it asks.",
        ),
        "all-in-sandbox": translate(
            "Runs",
            "Can do anything that stays inside the sandbox; asks for the network and for what can’t be undone.",
        ),
    }[mode]
