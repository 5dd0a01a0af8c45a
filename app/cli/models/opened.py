"""The services for one command, closed however it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from app import paths
from app.cli.ending import signals_held
from app.services.services import Services, open_services


@contextlib.contextmanager
def opened() -> Iterator[Services]:
    """Raises UserError `store.*`."""
    services = open_services(paths.home())
    try:
        yield services
    finally:
        with signals_held():
            services.close()
