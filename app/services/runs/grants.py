"""Grants in the store: listed, with dates, and revocable."""

from __future__ import annotations

import time
from collections.abc import Iterable

from agents.permissions.values import Grant
from app.services.events import EventBus
from app.services.runs.events import GrantsChanged
from app.store.grants import Grants


class StoreGrants:
    """Implements `Grants`."""

    def __init__(self, store: Grants, events: EventBus) -> None:
        self._store, self._events = store, events

    def all(self) -> tuple[Grant, ...]:
        """All grants, oldest first."""
        return tuple(self._store.all())

    def add(self, grant: Grant) -> Grant:
        self._store.put(grant)
        self._events.publish(GrantsChanged())
        return grant

    def add_all(self, grants: Iterable[Grant]) -> None:
        for grant in grants:
            self.add(grant)

    def used(self, id: str) -> None:
        self._store.change(id, used=time.time())

    def revoke(self, id: str) -> None:
        if self._store.remove(id):
            self._events.publish(GrantsChanged())

    def revoke_tool(self, server: str, tool: str) -> None:
        """Revoke grants of a server's tool, as when the server changed it."""
        for grant in self.all():
            if grant.server == server and grant.tool in ("", tool):
                self.revoke(grant.id)
