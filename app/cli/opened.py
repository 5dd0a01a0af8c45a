"""Context managers that open the services, or the store alone, for one command."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app import paths
from app.cli.ending import closed_at_end
from app.services.backups import place_of
from app.services.services import Services, open_services
from app.store.store import Store


def opened(*, states: bool = True) -> AbstractContextManager[Services]:
    """Open the services; `states` as in `open_services`. Raises UserError `store.*`."""
    return closed_at_end(open_services(paths.home(), states=states))


def opened_store() -> AbstractContextManager[Store]:
    """Open the store, for what needs no model. Raises UserError `store.*`."""
    place = place_of(paths.home())
    return closed_at_end(Store.open(place.database, place.backups))
