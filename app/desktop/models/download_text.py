"""A download in words: how far it is, how fast, how long it takes, and what became of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.models.library_state import is_foreign
from app.desktop.text.words import joined, received_text, short_name
from app.format import format_duration, format_rate, format_size
from app.services.hub.events import DownloadProgress
from app.store.records import Download


def download_title(download: Download) -> str:
    """The model and its quantisation."""
    return joined([short_name(download.repo), download.variant])


def download_line(download: Download, progress: DownloadProgress | None) -> str:
    """The line below the bar."""
    translate = QCoreApplication.translate
    received = progress.received if progress is not None else download.received
    amount = received_text(received, download.bytes)
    if download.state == "running":
        rate = progress.rate if progress is not None else download.rate
        left = progress.seconds_left if progress is not None else -1.0
        speed = format_rate(rate) if rate >= 1 else ""
        time = (
            translate("Models", "{time} left").format(
                time=format_duration(max(1, round(left)), languages.current)
            )
            if left >= 0 and rate >= 1
            else ""
        )
        if not speed and received < download.bytes and not is_foreign(download):
            return joined([amount, translate("Models", "waiting for Hugging Face")])
        return joined([amount, speed, time, translate("Models", "verified while downloading")])
    if download.state == "verifying":
        return translate("Models", "Verifying every byte: {amount}").format(amount=amount)
    if download.state == "queued":
        begun = amount if received else format_size(download.bytes)
        return joined([begun, translate("Models", "queued")])
    if download.state == "paused":
        return joined([amount, translate("Models", "paused, progress is kept")])
    if download.state == "failed":
        why = languages.tell(download.error) if download.error is not None else ""
        return why or translate("Models", "It couldn’t be finished.")
    return joined([format_size(download.bytes), translate("Models", "in your library, verified")])


def download_state(download: Download) -> str:
    """The state in a word, for a screen reader."""
    translate = QCoreApplication.translate
    return {
        "queued": translate("Models", "waiting"),
        "running": translate("Models", "downloading"),
        "paused": translate("Models", "paused"),
        "verifying": translate("Models", "verifying"),
        "done": translate("Models", "finished"),
        "failed": translate("Models", "failed"),
        "cancelled": translate("Models", "canceled"),
    }[download.state]


def fraction(download: Download, progress: DownloadProgress | None) -> float:
    """How much of it is there, 0 to 1."""
    received = progress.received if progress is not None else download.received
    total = progress.total if progress is not None and progress.total else download.bytes
    return received / total if total else 0.0
