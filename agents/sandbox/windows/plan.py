"""What the launcher of a contained program is told: one JSON object in its arguments."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Share(NamedTuple):
    """What a job may use: `memory` counts in bytes for each process, `processes` for all, `seconds` of all processors
    together; 0 for no end of it."""

    memory: int
    processes: int
    seconds: float = 0.0


class ContainedPlan(NamedTuple):
    """`folder` is the working directory, `roots` are the folders that may be written to. `guarded` are files and
    folders in those that are put back when they were changed."""

    folder: str
    share: Share
    guarded: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


def encoded(plan: ContainedPlan) -> str:
    return json.dumps(plan._asdict(), separators=(",", ":"))


def decoded(text: str) -> ContainedPlan:
    fields: dict[str, Any] = json.loads(text)
    return ContainedPlan(
        fields["folder"], Share(*fields["share"]), tuple(fields["guarded"]), tuple(fields["roots"])
    )
