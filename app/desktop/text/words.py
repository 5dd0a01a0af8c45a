"""Names, times and counts of models as a person reads them."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.format import format_ago, format_count, format_short_count, format_size, format_size_of
from app.store.records import Conversation
from engine.hub.values import HubModel, RemoteFacts

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
# Tags of the hub.
THINKS = {"reasoning", "thinking", "chain-of-thought"}
TOOLS = {"tool-use", "tool-calling", "function-calling", "tools"}
SEES = {"image-text-to-text", "vision", "multimodal", "vision-language-model"}
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
        return QCoreApplication.translate("Models", "own license")
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
    private = QCoreApplication.translate("Models", "private") if model.private else ""
    return joined([_figures(model), licence_name(model.licence), private])


def about_forms(model: HubModel) -> list[str]:
    """`about`, and what it says where there is less and less room: the figures are never cut."""
    return [about(model), _figures(model), _figures(model, short=True)]


def _figures(model: HubModel, *, short: bool = False) -> str:
    translate = QCoreApplication.translate
    active = active_parameters(model.repo)
    total = format_short_count(model.parameters, languages.current) if model.parameters else ""
    if not total:
        return ""
    if 0 < active < model.parameters:
        words = (
            translate("Models", "{total}, {active} active")
            if short
            else translate("Models", "{total} parameters, {active} active")
        )
        return words.format(total=total, active=format_short_count(active, languages.current))
    return total if short else translate("Models", "{count} parameters").format(count=total)


def signs(model: HubModel, facts: RemoteFacts | None) -> list[str]:
    """What a model can do, as far as its header or its tags on the hub tell."""
    translate = QCoreApplication.translate
    tags = {tag.casefold() for tag in model.tags}
    thinks = facts.reasoning not in ("", "none", "unknown") if facts else bool(tags & THINKS)
    tools = bool(facts.tools) if facts else bool(tags & TOOLS)
    found = (
        (thinks, translate("Models", "reasons")),
        (tools, translate("Models", "tools")),
        ("ko" in tags, translate("Models", "Korean")),
    )
    sees = facts.sees if facts else bool(tags & SEES)
    return [*(words for there, words in found if there), *sense_words(sees, bool(facts and facts.hears))]


def sense_words(sees: bool, hears: bool) -> list[str]:
    """What a model takes besides text."""
    translate = QCoreApplication.translate
    found = ((sees, translate("Models", "sees pictures")), (hears, translate("Models", "hears")))
    return [words for there, words in found if there]


def popularity(model: HubModel, now: float, *, short: bool = False) -> str:
    """Whose a repository is, how much it is used, and when it last changed."""
    translate = QCoreApplication.translate
    parts = [owner_of(model.repo)]
    if model.downloads:
        count = format_short_count(model.downloads, languages.current, digits=2)
        parts.append(translate("Models", "{count} downloads").format(count=count))
    if model.updated:
        when = format_ago(model.updated, now, languages.current)
        parts.append(when if short else translate("Models", "updated {when}").format(when=when))
    return joined(parts)


def received_text(received: int, total: int) -> str:
    """How much of a download is there: 7.4 of 12.1 GB."""
    return format_size_of(received, total, languages.current) if total > 0 else format_size(received)


def experts_line(used: int, experts: int) -> str:
    """What of a mixture of experts each token uses; "" for a model without experts."""
    if not experts:
        return ""
    return QCoreApplication.translate("Models", "{experts} experts, {used} active").format(
        experts=experts, used=used
    )


def counted(count: int, one: str, many: str) -> str:
    """The words for one thing, or those with the field {count} for any other number of them."""
    return one if count == 1 else many.format(count=format_count(count))


def joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)


def shown_title(conversation: Conversation) -> str:
    """The title, or what stands for it while there is none."""
    return conversation.title or QCoreApplication.translate("Conversations", "New chat")
