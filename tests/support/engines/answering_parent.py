"""A parent in the middle of an answer, to be killed: prints its host's process id and keeps going.

Usage: python -m tests.support.engines.answering_parent MODEL
"""

import sys
import time

from engine.api import Delta, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from tests.support.engines.recorder import Recorder, ask


def main() -> None:
    told = Recorder()
    engine = LocalEngine(told)
    engine.load(LoadRequest(sys.argv[1], PlacementOptions(2048)))
    told.next(Loaded)
    engine.generate(ask(1, "Tell me a very long story about the sea."))
    told.next(Delta)
    print(engine.host_pid, flush=True)
    time.sleep(120)


if __name__ == "__main__":
    main()
