"""Other programs' calls over the services of a process that is open for longer."""

from __future__ import annotations

import logging
from pathlib import Path

from app.mcp_server.door import SERVER, WINDOW, Door
from app.mcp_server.tool_work import ToolWork
from app.services.services import Services

log = logging.getLogger(__name__)


def let_programs_in(services: Services, home: Path, *, in_window: bool) -> None:
    """Carry out calls here until the services close; off the GUI thread. Where that cannot be, the process does
    without them."""
    settings = services.settings
    work = ToolWork(services, in_window=in_window, may_load=lambda: settings.current.server_may_load)
    door = Door(home / (WINDOW if in_window else SERVER), work.carry_out)
    try:
        door.open()
    except OSError as error:
        log.warning("Other programs cannot reach this process: %s", error)
        work.close()
        return
    services.above.callback(work.close)
    services.above.callback(door.close)
