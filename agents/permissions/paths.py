"""Grants of paths outside of the workspace that commands may read. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from agents.permissions.values import Grant

# The tool that such grants are for; their pattern is the absolute path.
READ_PATH = "read_path"


def granted_paths(grants: Iterable[Grant], workspace: str, run: int) -> tuple[str, ...]:
    """The paths that the commands of a run may read by what was granted."""
    return tuple(
        grant.pattern
        for grant in grants
        if grant.tool == READ_PATH
        and not grant.server
        and (grant.run == run if grant.scope == "run" else grant.workspace == workspace)
    )
