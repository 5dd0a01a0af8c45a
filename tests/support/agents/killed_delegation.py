"""A run that gives tasks away, in a process that is killed in its middle.

python -m tests.support.agents.killed_delegation HOME WORKSPACE MODEL
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.agents.house import House


def main(home: str, workspace: str, model: str) -> None:
    House(Path(home), model).run("Find out", Path(workspace))


if __name__ == "__main__":
    main(*sys.argv[1:])
