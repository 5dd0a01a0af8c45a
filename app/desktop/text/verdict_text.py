"""A verdict in a few words, for a chip; its whole sentence comes from the table of sentences."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.format import format_size, format_speed
from engine.hub.values import RemoteFacts, Verdict

# "accent" runs well, "quiet" says less than was hoped for, "warning" will not do.
Tone = Literal["accent", "quiet", "warning"]
# Slower than reading aloud: said in a quieter colour than what runs well.
SLOW = 3.0


def verdict_chip(verdict: Verdict) -> tuple[str, Tone]:
    """The words of the chip and its tone."""
    translate = QCoreApplication.translate
    if verdict.fit == "no":
        if not verdict.missing_bytes:
            return translate("Models", "doesn’t fit"), "warning"
        missing = format_size(verdict.missing_bytes)
        return translate("Models", "needs {size} more memory").format(size=missing), "warning"
    place = "worker" if verdict.worker else verdict.fit
    if verdict.decode_tps <= 0:
        words = {
            "device": translate("Models", "fits the GPU"),
            "divided": translate("Models", "fits GPU and RAM"),
            "worker": translate("Models", "fits with another PC"),
            "ram": translate("Models", "fits in RAM"),
            "disk": translate("Models", "too big for RAM, very slow"),
        }[place]
        return words, "warning" if verdict.fit == "disk" else "accent"
    where = {
        "device": translate("Models", "on the GPU"),
        "divided": translate("Models", "GPU and RAM"),
        "worker": translate("Models", "with another PC"),
        "ram": translate("Models", "in RAM"),
        "disk": translate("Models", "read from the disk"),
    }[place]
    words = translate("Models", "{where}, about {speed} tok/s").format(
        where=where, speed=format_speed(verdict.decode_tps)
    )
    if verdict.fit == "disk":
        return words, "warning"
    return words, "quiet" if verdict.decode_tps < SLOW else "accent"


def verdict_words(verdict: Verdict) -> tuple[str, Tone]:
    """The verdict in the fewest words, for a line of a list, and its tone."""
    translate = QCoreApplication.translate
    if verdict.fit == "no":
        return translate("Models", "doesn’t fit"), "warning"
    if verdict.fit == "disk":
        return translate("Models", "too big for RAM"), "warning"
    words = translate("Models", "about {speed} tok/s").format(speed=format_speed(verdict.decode_tps))
    return words, "quiet" if verdict.decode_tps < SLOW else "accent"


def busy_chip(verdict: Verdict) -> tuple[str, Tone, str]:
    """What other programs take now, in a few words, with its tone and the whole sentence; "" for nothing."""
    if verdict.busy is None:
        return "", "warning", ""
    words = QCoreApplication.translate("Models", "{size} missing right now")
    return words.format(size=format_size(verdict.busy_bytes)), "warning", languages.tell(verdict.busy)


def verdict_sentence(verdict: Verdict) -> str:
    """The verdict in whole sentences, for tool tips and screen readers."""
    return " ".join(languages.tell(told) for told in (verdict.sentence, verdict.busy) if told is not None)


def reasoning_text(facts: RemoteFacts) -> str:
    """What a person can ask of the model's thinking; "" for one that does not think."""
    translate = QCoreApplication.translate
    if facts.reasoning in ("", "none"):
        return ""
    if facts.reasoning == "always":
        return translate("Models", "reasoning: always")
    if facts.reasoning == "unknown":
        return translate("Models", "reasoning: possible")
    if facts.reasoning == "budget":
        return translate("Models", "reasoning: adjustable length")
    names = {
        "off": translate("Models", "off"),
        "on": translate("Models", "on"),
        "low": translate("Models", "low"),
        "medium": translate("Models", "medium"),
        "high": translate("Models", "high"),
    }
    levels = facts.reasoning_levels or ("on", "off")
    shown = ", ".join(names.get(level, level) for level in levels)
    return translate("Models", "reasoning: {levels}").format(levels=shown)
