"""Events of tool servers, remote model servers and workers."""

from __future__ import annotations

from typing import Literal

from app.services.events import ServiceEvent
from engine.errors import ErrorInfo
from engine.placement.plan import Device


class WorkerState(ServiceEvent, frozen=True):
    """A worker: a machine that lends its memory, in its last known state. `address` is "host:port".

    "unchecked": not asked since the start. `error` says in words why one is "away".
    """

    address: str
    state: Literal["unchecked", "checking", "ready", "away"] = "unchecked"
    devices: tuple[Device, ...] = ()
    error: ErrorInfo | None = None


class WorkersChanged(ServiceEvent, frozen=True):
    """Workers were added, removed or checked; in the order of the settings."""

    workers: tuple[WorkerState, ...]


class ServersChanged(ServiceEvent, frozen=True):
    """A tool server was added, removed, started, stopped, failed or changed its tools."""


class RemoteServersChanged(ServiceEvent, frozen=True):
    """The remote model server at `url` was added, removed or reconfigured."""

    url: str
