"""A Coterie that starts what is scheduled until its standard input ends.

    python -m tests.support.agents.scheduled_process HOME

It says "ready" once it looks after the schedules, or waits for another process that does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.services.schedules import keeper
from tests.support.agents.house import House


def main(home: Path) -> int:
    # Another process takes over sooner than people need it.
    keeper.LONGEST_S = 0.1
    house = House(home, "", lambda request: None)
    house.services.schedules.begin()
    print("ready", flush=True)
    sys.stdin.read()
    house.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
