"""What a view says when something could not be had: what happened, what still works, what can be done."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from engine.errors import UserError


def failure_words(error: UserError) -> tuple[str, str, tuple[str, ...], str]:
    """Heading, sentence, buttons and symbol for `StatePanel.say`. The first button tries again, or goes online."""
    translate = QCoreApplication.translate
    library = translate("Models", "Show the library")
    works = translate("Models", "Your models and the catalog are still available.")
    if error.code == "hub.offline":
        return (
            translate("Models", "Coterie is offline"),
            translate("Models", "You turned on Offline in Settings.") + " " + works,
            (translate("Models", "Go online"), library),
            "cloud-off",
        )
    return (
        translate("Models", "Hugging Face is not responding"),
        f"{languages.tell(error)} {works}",
        (translate("Models", "Try again"), library),
        "cloud-off",
    )
