"""The language of the desktop: Coterie's own words and Qt's, changed while the windows are open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator, Signal

from app.language import Language
from app.messages import localized_error
from engine.errors import ErrorInfo, UserError
from resources import FOLDER

LANGUAGES: tuple[Language, ...] = ("en", "ko")
QUOTED: dict[Language, str] = {"en": r"“\1”", "ko": r"‘\1’"}
_COMMAND = re.compile(r"`([^`\n]+)`")


def system_language() -> Language:
    """The first language of the system that Coterie speaks."""
    for name in QLocale.system().uiLanguages():
        if name[:2] in LANGUAGES:
            return cast(Language, name[:2])
    return "en"


class Languages(QObject):
    """Which language is on. Widgets hear of a change as `QEvent.LanguageChange`, others by `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.current: Language = "en"
        self._installed: list[QTranslator] = []
        self._chosen = False

    def choose(self, choice: str) -> None:
        """`choice` is "system", "en" or "ko". English stands in the sources and needs no file."""
        language = choice if choice in LANGUAGES else system_language()
        if language == self.current and self._chosen:
            return
        self.current, self._chosen = language, True
        QLocale.setDefault(QLocale("ko_KR" if language == "ko" else "en_US"))
        # Before the translators, whose LanguageChange makes widgets ask for their texts again.
        for translator in self._installed:
            QCoreApplication.removeTranslator(translator)
        self._installed.clear()
        if language != "en":
            own = FOLDER / "translations"
            qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
            self._install(qt / f"qtbase_{language}.qm")
            self._install(own / f"coterie_{language}.qm")
        self.changed.emit()

    def _install(self, file: Path) -> None:
        translator = QTranslator(self)
        # A build of Qt without its translations leaves Qt's own few words in English.
        if translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            self._installed.append(translator)

    def tell(self, error: ErrorInfo | UserError) -> str:
        """The plain sentence for an error, in the language that is on. Commands in it are quoted as words are: a
        window has no use for the backticks of a terminal."""
        return _COMMAND.sub(QUOTED[self.current], localized_error(error, self.current))


languages = Languages()
