"""What every line of a run's page can do, whatever it shows."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.desktop.base.themed_widget import FittedWidget
from app.desktop.run_view.steps.step_lines import Line

# A line on a card reaches so far beyond its words at both sides, for the focus ring of a step.
OVERHANG = 8
# The room for the number of a step.
NUMBER = 28


class LineWidget(FittedWidget):
    """One line; what it does not override means nothing to it. `undo_wanted` carries calls or None, paths or None,
    and the event behind which everything would be undone; `seen_wanted` a turn and the number that is shown."""

    link_asked = Signal(str)
    moved = Signal(int)  # the focus should go up (-1) or down (1)
    undo_wanted = Signal(object, object, int)
    seen_wanted = Signal(int, int)
    text_wanted = Signal(str)
    is_inner = False  # it is a step of a helper, of which nothing is undone or asked for by itself

    def show_line(self, line: Line) -> None:
        """Shows a newer state of the line: what was said or answered has none."""

    def show_text(self, handle: str, text: str) -> None:
        """A whole result that was asked for."""

    def set_current(self, on: bool) -> None:
        """Whether Tab stops here."""

    def set_on_card(self, on: bool) -> None:
        """Whether it stands on a card with steps."""

    @property
    def is_open(self) -> bool:
        return False
