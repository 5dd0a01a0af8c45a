"""Tells the engine which conversation a person looks at: its answers come before all others."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.desktop.base.service_calls import ServiceCalls


class Front(QObject):
    """`shown` names the conversation in front, as in `app.services.models.engine_names`; "" where none is shown."""

    def __init__(self, calls: ServiceCalls, shown: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls, self._shown = calls, shown
        self._told = ""

    def look(self) -> None:
        """Something else may be shown now."""
        shown = self._shown()
        if shown != self._told:
            self._told = shown
            # On several threads; whichever comes last tells what is shown by then.
            self._calls.do(
                lambda s: s.models.engines.local.set_priority(self._told), executor="io", owner=self
            )
