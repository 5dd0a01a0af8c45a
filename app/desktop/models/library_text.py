"""A model on disk in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.text.words import experts_line, joined
from app.format import format_ago, format_large_count, format_size
from app.store.records import LibraryModel, ModelOrigin


def library_title(model: LibraryModel) -> str:
    """Its name, with the quantisation where the name does not say it."""
    quantisation = model.variant or model.quantisation
    if quantisation and quantisation.lower() not in model.name.lower():
        return joined([model.name, quantisation])
    return model.name


def what_it_is(model: LibraryModel) -> str:
    """Its size and what it is made of."""
    translate = QCoreApplication.translate
    parts = [format_size(model.bytes)]
    if model.experts:
        parts.append(experts_line(model.experts_used, model.experts))
    if model.parameters:
        parts.append(
            translate("Models", "{count} parameters").format(
                count=format_large_count(model.parameters, languages.current)
            )
        )
    if model.architecture:
        parts.append(model.architecture)
    return joined(parts)


def origin_name(origin: ModelOrigin) -> str:
    """Whose a model is that Coterie did not download."""
    translate = QCoreApplication.translate
    return {
        "hub": translate("Models", "Hugging Face"),
        "file": translate("Models", "a file of yours"),
        "hf_cache": translate("Models", "the Hugging Face cache"),
        "lm_studio": translate("Models", "LM Studio"),
        "ollama": translate("Models", "Ollama"),
    }[origin]


def where_from(model: LibraryModel) -> str:
    """Where it came from."""
    translate = QCoreApplication.translate
    if model.repo:
        return translate("Models", "from {place}").format(place=model.repo)
    return translate("Models", "from {place}").format(place=origin_name(model.origin))


def what_happened(model: LibraryModel, now: float) -> str:
    """Where it came from, when it was last used and when its bytes were last checked."""
    translate = QCoreApplication.translate
    parts = [where_from(model)]
    if model.used:
        parts.append(
            translate("Models", "used {when}").format(when=format_ago(model.used, now, languages.current))
        )
    else:
        parts.append(translate("Models", "not used yet"))
    if model.verified:
        parts.append(
            translate("Models", "verified {when}").format(
                when=format_ago(model.verified, now, languages.current)
            )
        )
    return joined(parts)


def state_words(model: LibraryModel) -> str:
    """What is wrong with it; "" when nothing is."""
    translate = QCoreApplication.translate
    if model.state == "missing":
        return translate("Models", "Its file was moved or deleted: {path}").format(path=model.path)
    if model.state == "damaged":
        return translate("Models", "Some of its bytes are damaged.")
    return ""


def hash_text(sha256: str) -> str:
    """A hash in groups that can be compared by eye; "" where it was never computed."""
    return " ".join(sha256[start : start + 8] for start in range(0, len(sha256), 8))
