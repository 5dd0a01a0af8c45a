"""Base of bubblewrap and Landlock: a sandbox whose program is started by our launcher."""

from __future__ import annotations

import abc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

assert sys.platform == "linux"

from agents.api import Confinement, Limits, Ran
from agents.sandbox.environment import program_environment, proxy_variables
from agents.sandbox.guarding import Guarding
from agents.sandbox.inside.plan import ENVIRONMENT, LaunchPlan, encoded
from agents.sandbox.inside.relay import PORT
from agents.sandbox.inside.supervise import floor_of
from agents.sandbox.living import Living
from agents.sandbox.process_room import process_room
from agents.sandbox.protected import Protected, protected, writable_roots
from agents.sandbox.running import run_to_end
from agents.sandbox.visible import checked, interpreter

_BOOT = "import sys; sys.path.append(sys.argv[1]); from agents.sandbox.inside.launch import main; main()"
_SOURCES = Path(__file__).resolve().parents[2]


class Launched(abc.ABC):
    """A sandbox with a launcher; `name`, `filters` and `_argv` are what each kind adds."""

    name = ""
    filters = False

    def run(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        limits: Limits = Limits(),  # noqa: B008
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Ran:
        """See `Sandbox.run`."""
        checked(confinement)
        with process_room(limits.processes) as room:
            return run_to_end(
                lambda channel: [
                    *room,
                    *self._argv(argv, confinement, protected(confinement), limits, channel),
                ],
                self._environment(environment, confinement),
                stdin,
                limits,
                cancelled,
            )

    def command(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
        listens: int = -1,
    ) -> tuple[list[str], dict[str, str]]:
        """See `Sandbox.command`."""
        checked(confinement)
        argv = self._argv(argv, confinement, protected(confinement), limits, -1, listens=listens)
        return argv, self._environment(environment, confinement)

    def open(
        self,
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
    ) -> Living:
        """See `Sandbox.open`."""
        checked(confinement)
        kept = protected(confinement)
        guarding = Guarding(confinement, kept, mounted=self.filters)
        return Living(
            lambda channel: self._argv((), confinement, kept, limits, channel, serves=True),
            self._environment(environment, confinement),
            guarding,
            limits.processes,
        )

    @abc.abstractmethod
    def _argv(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        kept: Protected,
        limits: Limits,
        channel: int,
        *,
        serves: bool = False,
        listens: int = -1,
    ) -> list[str]:
        """The command that starts the launcher in this kind of sandbox. `serves`, `listens` as in `LaunchPlan`."""

    def _environment(self, added: Mapping[str, str] | None, confinement: Confinement) -> dict[str, str]:
        added = dict(added or {})
        if self.filters and filtered(confinement):
            added |= proxy_variables(PORT)
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            ENVIRONMENT: json.dumps(program_environment(added)),
        }


def filtered(confinement: Confinement) -> bool:
    """Whether the proxy is the only way out."""
    return confinement.proxy is not None and not confinement.network


def launcher(plan: LaunchPlan, argv: Sequence[str], sources: Path = _SOURCES) -> list[str]:
    """The command that starts the launcher, whose modules lie below `sources`."""
    return [str(interpreter()), "-I", "-S", "-c", _BOOT, str(sources), encoded(plan), *argv]


def plan_of(
    kind: str, confinement: Confinement, limits: Limits, channel: int, workspace: Path, *, serves: bool
) -> LaunchPlan:
    """The part of the launch plan that all kinds share."""
    floor = floor_of(str(workspace))
    return LaunchPlan(
        kind=kind,
        folder=str(workspace),
        roots=tuple(map(str, writable_roots(confinement))),
        caches=tuple(os.path.realpath(folder) for folder in confinement.caches),
        home=tuple(confinement.home.items()),
        released=tuple(str(workspace / path) for path in confinement.released),
        channel=channel,
        serves=serves,
        network=confinement.network,
        memory=limits.memory_bytes,
        file_bytes=limits.file_bytes,
        processes=limits.processes,
        open_files=limits.open_files,
        floor=floor.bytes,
        floor_files=floor.files,
    )
