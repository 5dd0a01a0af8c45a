"""What is in memory, for whom and until when, in sentences."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.text.measures import short_description
from app.desktop.text.moments import moment_text
from app.format import format_size
from app.services.models.events import ModelChanged
from app.services.models.loaded_model import Held, LoadedModel, Using
from engine.placement.plan import RAM


def residence_lines(state: ModelChanged | None, loaded_model: LoadedModel | None) -> tuple[str, ...]:
    """What there is to say of the model in use, the most important first; nothing of one that loads, failed or runs
    elsewhere."""
    if state is not None and state.resting:
        return (resting_sentence(state),)
    if state is None or state.state != "ready" or loaded_model is None:
        return ()
    lines = (where_sentence(loaded_model), until_sentence(loaded_model), why_sentence(loaded_model))
    return tuple(line for line in (*lines, used_sentence(loaded_model)) if line)


def where_sentence(loaded_model: LoadedModel) -> str:
    """How much is where: "In memory: 5.3 GB on RTX 2080, 12 GB in RAM"."""
    translate = QCoreApplication.translate
    if not loaded_model.held:
        return translate("Residence", "In memory")
    places = ", ".join(_place(held) for held in loaded_model.held)
    if loaded_model.kept:
        kept = translate("Residence", "{size} for other chats")
        places = f"{places}, {kept.format(size=format_size(loaded_model.kept))}"
    return translate("Residence", "In memory: {places}").format(places=places)


def parts_sentences(loaded_model: LoadedModel) -> tuple[str, ...]:
    """What the memory of each device is taken for."""
    sentence = QCoreApplication.translate(
        "Residence", "{device}: weights {weights}, context {context}, compute {working}"
    )
    return tuple(
        sentence.format(
            device=_device(held),
            weights=format_size(held.bytes.model),
            context=format_size(held.bytes.context),
            working=format_size(held.bytes.compute),
        )
        for held in loaded_model.held
    )


def why_sentence(loaded_model: LoadedModel) -> str:
    """Since when it is there, and why."""
    translate = QCoreApplication.translate
    sentence = {
        "chosen": translate("Residence", "Loaded at {time}, when it was chosen"),
        "start": translate("Residence", "Loaded at {time}, when the window opened"),
        "writing": translate("Residence", "Loaded at {time}, when you started typing"),
        "answer": translate("Residence", "Loaded at {time} for an answer"),
        "run": translate("Residence", "Loaded at {time} for a run"),
    }[loaded_model.because]
    return sentence.format(time=moment_text(loaded_model.since))


def used_sentence(loaded_model: LoadedModel) -> str:
    """Who works with it now, else who did last; "" where nobody did yet."""
    translate = QCoreApplication.translate
    if loaded_model.users:
        names = ", ".join(_name(user) for user in loaded_model.users)
        return translate("Residence", "In use by {names}").format(names=names)
    if loaded_model.last is not None:
        return translate("Residence", "Last used by {name}").format(name=_name(loaded_model.last))
    return ""


def until_sentence(loaded_model: LoadedModel) -> str:
    """Until when it stays, or why it does."""
    translate = QCoreApplication.translate
    time = moment_text(loaded_model.until) if loaded_model.until else ""
    if loaded_model.stays == "answering":
        return translate("Residence", "Stays in memory: an answer is being written")
    if loaded_model.stays == "running":
        return translate("Residence", "Stays in memory: a run is in progress")
    if loaded_model.stays == "asking":
        if not time:
            return translate("Residence", "Stays in memory: a run needs you")
        return translate("Residence", "Stays in memory until {time}: a run needs you").format(time=time)
    if loaded_model.short:
        return translate("Residence", "Memory is low: unloads in a minute unless used")
    if not time:
        return translate("Residence", "Stays in memory until you unload it")
    return translate("Residence", "Unloads at {time} unless used").format(time=time)


def resting_sentence(state: ModelChanged) -> str:
    """Why a model is not there, and what brings it back."""
    translate = QCoreApplication.translate
    return {
        "unused": translate("Residence", "Not in memory yet. Loads when you start typing."),
        "idle": translate("Residence", "Unloaded after being idle. Loads when you start typing."),
        "memory": translate("Residence", "Unloaded because memory ran low. Loads when you start typing."),
        "wanted": translate("Residence", "Unloaded. Loads when you start typing."),
        "": "",
    }[state.resting]


def _place(held: Held) -> str:
    translate = QCoreApplication.translate
    size = format_size(held.bytes.total)
    if held.device == RAM:
        return translate("Residence", "{size} in RAM").format(size=size)
    return translate("Residence", "{size} on {device}").format(size=size, device=_device(held))


def _device(held: Held) -> str:
    if held.device == RAM:
        return QCoreApplication.translate("Placement", "RAM")
    return short_description(held.description) or held.device


def _name(user: Using) -> str:
    translate = QCoreApplication.translate
    if not user.title:
        return (
            translate("Residence", "a new chat") if user.kind == "chat" else translate("Residence", "a run")
        )
    sentence = translate("Residence", "“{title}”")
    return sentence.format(title=user.title)
