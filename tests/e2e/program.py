"""The program with somebody in front of it: `python -m tests.e2e.program STORY [WHAT IT IS TOLD]`.

The product's own `run` over `COTERIE_HOME`, with its own engine. Prints what the story returns, as JSON; its exit
code is that of the program, or 1 where the story did not go as it is told.
"""

from __future__ import annotations

import json
import sys
import traceback

from PySide6.QtCore import QTimer

from app.desktop import application
from tests.e2e.person import Person
from tests.e2e.stories import STORIES

failed = False


class Used(application.Desktop):
    """Once the window is shown, the story begins."""

    def start(self) -> None:
        super().start()
        QTimer.singleShot(0, self, self._use)

    def _use(self) -> None:
        global failed
        story, *told = sys.argv[1:]
        try:
            print(json.dumps(STORIES[story](Person(self.window), *told)), flush=True)
        except Exception:
            traceback.print_exc()
            failed = True
            self.window.close()


def main() -> None:
    application.Desktop = Used  # type: ignore[misc]
    code = application.run(["coterie"])
    sys.exit(code or int(failed))


if __name__ == "__main__":
    main()
