"""Words of somebody else, shown whole: no markup, nothing cut at the margin, nothing invisible."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.base.theme import themes
from app.desktop.markdown.prose import PlainBlock
from app.desktop.markdown.text_box import Marks
from app.format import format_count

# A window must lay it out; nobody reads more.
MOST = 20_000


class WholeText(PlainBlock):
    """As high as its text. Characters that the eye would not see are written out as [U+202E]. `fixed`: in the face of
    code. With `diff` added and removed lines have the colours of good and bad."""

    def __init__(self, parent: QWidget, *, fixed: bool = False, diff: bool = False) -> None:
        self._words = ""
        super().__init__(parent, "", pixels=13, fixed=fixed or diff)
        Marks(self).diff = diff
        themes.changed.connect(self.restyle)

    def set_words(self, text: str) -> None:
        """`text` as it came; what is hidden in it is shown here."""
        self._words = text
        shown = shown_words(text[:MOST])
        if len(text) > MOST:
            rest = format_count(len(text) - MOST)
            shown += "\n" + self.tr("… and {count} more characters").format(count=rest)
        self.set_text(shown)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.set_words(self._words)
