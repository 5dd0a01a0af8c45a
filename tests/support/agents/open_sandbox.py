"""A sandbox that confines nothing, for tests of what is started in one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from agents.api import Confinement, Limits, Ran


class OpenSandbox:
    name = "open"
    filters = False

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], Confinement]] = []

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
        raise AssertionError("nothing is run to its end here")

    def command(
        self,
        argv: Sequence[str],
        confinement: Confinement,
        *,
        environment: Mapping[str, str] | None = None,
        limits: Limits = Limits(),  # noqa: B008
        listens: int = -1,
    ) -> tuple[list[str], dict[str, str]]:
        self.asked.append((list(argv), confinement))
        return list(argv), {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(environment or {})}
