"""Context manager that opens the services for one command."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app import paths
from app.cli.ending import closed_at_end
from app.services.services import Services, open_services


def opened(*, states: bool = True) -> AbstractContextManager[Services]:
    """Open the services; `states` as in `open_services`. Raises UserError `store.*`."""
    return closed_at_end(open_services(paths.home(), states=states))
