"""What commands find around them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents.api import Ran, ToolContext
from agents.tools.executing import shell
from agents.workspace.workspace import Workspace


class Seen:
    """A sandbox that only notes the variables it is given."""

    name = "seen"

    def __init__(self) -> None:
        self.environment: Mapping[str, str] = {}

    def open(self, *_: object, **__: object) -> Seen:
        return self

    def run(self, *_: object, environment: Mapping[str, str], **__: Any) -> tuple[Ran, None]:
        self.environment = environment
        return Ran(0, "", "", 0.0), None

    def close(self) -> None:
        pass


@pytest.mark.parametrize("network", [False, True])
def test_package_managers_know_when_there_is_no_network(tmp_path: Path, network: bool) -> None:
    sandbox = Seen()
    where = ToolContext(
        Workspace(tmp_path),
        sandbox,
        tmp_path,
        tmp_path,
        lambda: False,
        str,
        network=network,  # type: ignore[arg-type]
    )
    assert shell.run({"command": "npx tsc"}, where).status == "ok"
    known = {"npm_config_offline", "UV_OFFLINE", "CARGO_NET_OFFLINE", "GOPROXY"} & sandbox.environment.keys()
    assert bool(known) is not network
