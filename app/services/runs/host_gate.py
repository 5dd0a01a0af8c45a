"""The gate through which the programs of a run reach the network, and the hosts that a person names for it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from agents.permissions.hosts import HOSTS, REGISTRIES, read_rules
from agents.permissions.values import Grant
from app.services.runs.parts import found_sandbox
from app.services.settings.settings import SettingsFile
from app.store.records import RunRecord
from engine.errors import UserError

if TYPE_CHECKING:
    from agents.network.gate import HostGate


def host_gate(settings: SettingsFile) -> HostGate:
    """A gate for one run, by the proxy of this computer where there is one."""
    from agents.network.gate import HostGate
    from agents.network.upstream import Upstream
    from engine.net.pools import proxy_for

    return HostGate(
        Upstream(proxy=lambda url: proxy_for(url, settings.current.hub_proxy)),
        lambda: (REGISTRIES,) if settings.current.commands_fetch_packages else (),
    )


def checked_hosts(texts: Iterable[str]) -> tuple[str, ...]:
    """The hosts as grants name them. Raises UserError `run.bad_host`."""
    found: dict[str, None] = {}
    for text in texts:
        rules = read_rules(text)
        if not rules:
            raise UserError("run.bad_host", host=text[:100])
        found[rules[0].text if len(rules) == 1 else REGISTRIES] = None
    return tuple(found)


def usable_hosts(texts: Iterable[str]) -> tuple[str, ...]:
    """The same, where commands can be led to hosts. Raises UserError `run.no_host_filter` where they cannot."""
    hosts = checked_hosts(texts)
    sandbox = found_sandbox() if hosts else None
    if hosts and (sandbox is None or not sandbox.filters):
        raise UserError("run.no_host_filter")
    return hosts


def run_grants(run: RunRecord, hosts: Iterable[str]) -> tuple[Grant, ...]:
    """Grants of `hosts`, which were checked, for one run."""
    now = time.time()
    return tuple(
        Grant(uuid.uuid4().hex, "run", HOSTS, now, host, run.workspace, run=run.id) for host in hosts
    )
