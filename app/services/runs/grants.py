"""Grants in the store: listed, with dates, and revocable."""

from __future__ import annotations

from agents.permissions.values import Grant
from app.services.events import EventBus
from app.services.runs.events import GrantsChanged
from app.store.run_store import RunStore


class StoreGrants:
    """Implements `Grants`."""

    def __init__(self, store: RunStore, events: EventBus) -> None:
        self._store, self._events = store, events

    def all(self) -> tuple[Grant, ...]:
        """All grants, oldest first."""
        return tuple(self._store.grants())

    def add(self, grant: Grant) -> Grant:
        self._store.put_grant(grant)
        self._events.publish(GrantsChanged())
        return grant

    def used(self, id: str) -> None:
        self._store.used_grant(id)

    def revoke(self, id: str) -> None:
        if self._store.revoke_grant(id):
            self._events.publish(GrantsChanged())

    def revoke_tool(self, server: str, tool: str) -> None:
        """Revoke grants of a server's tool, as when the server changed it."""
        for grant in self.all():
            if grant.server == server and grant.tool in ("", tool):
                self.revoke(grant.id)
