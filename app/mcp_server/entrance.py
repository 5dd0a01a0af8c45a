"""Other programs' calls over the services of a process that has the data open."""

from __future__ import annotations

import logging
from pathlib import Path

from app.mcp_server.door import SERVER, WINDOW, Door
from app.mcp_server.tool_work import ToolWork
from app.services.services import Services

log = logging.getLogger(__name__)


class Entrance:
    """Carries out calls of this process by `work`, and those of others from `open` on, until the services close.
    Off the GUI thread."""

    def __init__(self, services: Services, home: Path, *, in_window: bool) -> None:
        settings = services.settings
        self.work = ToolWork(services, in_window=in_window, may_load=lambda: settings.current.server_may_load)
        self._door = Door(home / (WINDOW if in_window else SERVER), self.work.carry_out)
        services.above.callback(self.work.close)
        self._above = services.above

    @property
    def is_busy(self) -> bool:
        """Whether a call of another process is at work."""
        return self._door.is_busy

    def open(self) -> Entrance:
        """Where that cannot be, other processes do without this one."""
        try:
            self._door.open()
        except OSError as error:
            log.warning("Other programs cannot reach this process: %s", error)
        else:
            self._above.callback(self._door.close)
        return self
