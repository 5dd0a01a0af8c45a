"""Other programs' calls over the services of the window."""

from __future__ import annotations

import logging
from pathlib import Path

from app.mcp_server.door import Door
from app.mcp_server.tool_work import ToolWork
from app.services.services import Services

log = logging.getLogger(__name__)


def let_programs_in(services: Services, home: Path) -> None:
    """Carry out calls here until the services close; off the GUI thread. Where that cannot be, the window does
    without them."""
    work = ToolWork(services, in_window=True)
    door = Door(home, work.carry_out)
    try:
        door.open()
    except OSError as error:
        log.warning("Other programs cannot reach the window: %s", error)
        work.close()
        return
    services.above.callback(work.close)
    services.above.callback(door.close)
