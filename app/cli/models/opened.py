"""Context manager that opens the services for one command."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from app import paths
from app.cli.ending import signals_held
from app.services.services import Services, open_services


@contextlib.contextmanager
def opened() -> Iterator[Services]:
    """Open the services. Raises UserError `store.*`."""
    services = open_services(paths.home())
    try:
        yield services
    finally:
        with signals_held():
            services.close()
