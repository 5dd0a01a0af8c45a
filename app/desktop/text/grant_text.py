"""What was granted, in words: what it lets pass, where, and since when."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from agents.permissions.hosts import HOSTS, REGISTRIES
from agents.permissions.paths import READ_PATH
from agents.permissions.values import Grant
from agents.permissions.visible import visible
from app.desktop.text.run_labels import folder_text, mode_name
from app.services.runs.place import programs

# Tools whose patterns are the first words of a command.
_COMMANDS = ("shell",)


def what_is_granted(grant: Grant) -> str:
    """What passes without a question."""
    translate = QCoreApplication.translate
    tool, pattern, server = visible(grant.tool), visible(grant.pattern), visible(grant.server)
    if grant.fingerprint == programs.FINGERPRINT:
        return translate("Grants", "Tasks of “{program}” ({mode})").format(
            program=server, mode=mode_name(programs.mode_of(grant.pattern))
        )
    if grant.tool == HOSTS:
        return translate("Grants", "Package registries") if grant.pattern == REGISTRIES else pattern
    if not grant.tool:
        return translate("Grants", "All tools of “{server}”").format(server=server)
    if pattern and grant.tool in _COMMANDS:
        return translate("Grants", "Commands that begin with “{words}”").format(words=pattern)
    if pattern and grant.tool == READ_PATH:
        return translate("Grants", "Commands may read {path}").format(path=folder_text(pattern))
    if pattern and grant.tool == "web_search":
        return translate("Grants", "Web search at {host}").format(host=pattern)
    if pattern:
        return translate("Grants", "{tool}, for {host}").format(tool=tool, host=pattern)
    if server:
        return translate("Grants", "{tool} of {server}").format(tool=tool, server=server)
    return tool


def where_it_counts(grant: Grant) -> str:
    translate = QCoreApplication.translate
    if grant.scope == "run":
        return translate("Grants", "in this run")
    if grant.workspace:
        return translate("Grants", "in {folder}").format(folder=folder_text(grant.workspace))
    return translate("Grants", "in all runs")


def when_agreed(agreed: float) -> str:
    """The day on which a person agreed to a text."""
    return QCoreApplication.translate("Grants", "agreed {date}").format(date=_date(agreed))


def when_granted(grant: Grant) -> str:
    """The day, and when it last let something pass."""
    translate = QCoreApplication.translate
    granted = translate("Grants", "granted {date}").format(date=_date(grant.created))
    if not grant.used:
        return translate("Grants", "{granted}, not used yet").format(granted=granted)
    return translate("Grants", "{granted}, last used {date}").format(granted=granted, date=_date(grant.used))


def _date(time: float) -> str:
    moment = QDateTime.fromSecsSinceEpoch(int(time))
    return QLocale().toString(moment, QLocale.FormatType.ShortFormat)
