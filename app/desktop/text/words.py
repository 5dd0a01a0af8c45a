"""Names, times and counts of models as a person reads them."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.text.measures import count_text, size_text, used_text
from app.store.records import Conversation
from engine.hub.values import HubModel

DAY = 86_400
# The hub's short names that are not simply written in capitals.
LICENCES = {
    "apache-2.0": "Apache-2.0",
    "mit": "MIT",
    "gemma": "Gemma",
    "llama2": "Llama 2",
    "llama3": "Llama 3",
    "llama3.1": "Llama 3.1",
    "llama3.2": "Llama 3.2",
    "llama3.3": "Llama 3.3",
    "llama4": "Llama 4",
    "openrail": "OpenRAIL",
    "bigscience-openrail-m": "OpenRAIL-M",
    "creativeml-openrail-m": "OpenRAIL-M",
}
# The trade's own way of saying how much of a mixture of experts each token reads: "30B-A3B", "7B-A1B".
ACTIVE = re.compile(r"(?:^|[-_ ])a(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])", re.IGNORECASE)


def short_name(repo: str) -> str:
    """The name of a repository without its owner, and without the ending that every GGUF repository has."""
    name = repo.rpartition("/")[2]
    return re.sub(r"[-_.]gguf$", "", name, flags=re.IGNORECASE) or name


def owner_of(repo: str) -> str:
    return repo.rpartition("/")[0]


def licence_name(licence: str) -> str:
    """A licence by the name that people know it by; "" where the hub tells none."""
    if not licence:
        return ""
    if licence == "other":
        return QCoreApplication.translate("Models", "own licence")
    known = LICENCES.get(licence)
    return known if known is not None else licence.upper() if licence.startswith("cc") else licence


def active_parameters(repo: str) -> int:
    """How many parameters each token reads, where the name says it; 0 where not. A hint, not a fact."""
    found = ACTIVE.search(short_name(repo))
    if found is None:
        return 0
    return round(float(found[1]) * (10**9 if found[2].lower() == "b" else 10**6))


def about(model: HubModel) -> str:
    """What a repository is before it is opened: its size and licence."""
    translate = QCoreApplication.translate
    parts = []
    active = active_parameters(model.repo)
    if model.parameters and active and active < model.parameters:
        parts.append(
            translate("Models", "{total}, {active} active").format(
                total=count_text(model.parameters), active=count_text(active)
            )
        )
    elif model.parameters:
        parts.append(translate("Models", "{count} parameters").format(count=count_text(model.parameters)))
    if name := licence_name(model.licence):
        parts.append(name)
    if model.private:
        parts.append(translate("Models", "private"))
    return joined(parts)


def popularity(model: HubModel, now: float, *, short: bool = False) -> str:
    """Whose a repository is, how much it is used, and when it last changed."""
    translate = QCoreApplication.translate
    parts = [owner_of(model.repo)]
    if model.downloads:
        count = short_count(model.downloads) if short else rounded_count(model.downloads)
        parts.append(translate("Models", "{count} downloads").format(count=count))
    if model.updated:
        when = ago(model.updated, now)
        parts.append(when if short else translate("Models", "updated {when}").format(when=when))
    return joined(parts)


def short_count(count: int) -> str:
    """A count in two digits and one letter: 1.2M, 48k, 120만."""
    if languages.current == "ko":
        return rounded_count(count)
    for unit, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if count >= unit:
            value = count / unit
            digits = 1 if value < 9.95 and round(value, 1) != round(value) else 0
            return f"{value:.{digits}f}{letter}"
    return str(count)


def rounded_count(count: int) -> str:
    """A count with two digits: 1.2 million, 48 thousand, 120만."""
    digits = max(0, len(str(count)) - 2)
    return count_text(round(count, -digits))


def ago(then: float, now: float) -> str:
    """How long ago something was, in the largest unit that fits."""
    translate = QCoreApplication.translate
    days = int(max(0.0, now - then) // DAY)
    if days == 0:
        return translate("Models", "today")
    if days == 1:
        return translate("Models", "yesterday")
    if days < 45:
        return translate("Models", "{count} days ago").format(count=days)
    months = round(days / 30.4)
    if months < 18:
        return translate("Models", "{count} months ago").format(count=months)
    return translate("Models", "{count} years ago").format(count=max(2, round(days / 365.25)))


def duration(seconds: float) -> str:
    """A time to wait in its two largest units: 45 s, 1 min 38 s, 2 h 5 min."""
    translate = QCoreApplication.translate
    whole = max(1, round(seconds))
    if whole < 60:
        return translate("Models", "{seconds} s").format(seconds=whole)
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        if rest == 0 or minutes >= 10:
            return translate("Models", "{minutes} min").format(minutes=round(whole / 60))
        return translate("Models", "{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    hours, rest = divmod(whole, 3600)
    minutes = rest // 60
    if minutes == 0 or hours >= 24:
        return translate("Models", "{hours} h").format(hours=hours)
    return translate("Models", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def received_text(received: int, total: int) -> str:
    """How much of a download is there: 7.4 of 12.1 GB."""
    return used_text(received, total) if total > 0 else size_text(received)


def experts_line(used: int, experts: int) -> str:
    """What of a mixture of experts each token uses; "" for a model without experts."""
    if not experts:
        return ""
    return QCoreApplication.translate("Models", "{experts} experts, {used} active").format(
        experts=experts, used=used
    )


def joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)


def shown_title(conversation: Conversation) -> str:
    """The title, or what stands for it while there is none."""
    return conversation.title or QCoreApplication.translate("Conversations", "New chat")
