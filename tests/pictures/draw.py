"""Takes the pictures of one look: `python -m tests.pictures.draw THEME LANGUAGE FOLDER SCENE...`."""

from __future__ import annotations

from tests.pictures.surroundings import FOLDER, hold_the_memory, stop_the_clock

stop_the_clock()
hold_the_memory()

import sys  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402

from PySide6.QtWidgets import QApplication  # noqa: E402

from tests.pictures.scenes import SCENES  # noqa: E402
from tests.pictures.stage import Stage  # noqa: E402


def main() -> None:
    theme, language, folder, *names = sys.argv[1:]
    application = QApplication(sys.argv[:1])
    application.setCursorFlashTime(0)
    failed = 0
    for name in names:
        stage = Stage(application, FOLDER / f"{theme}-{language}", theme, language)
        try:
            SCENES[name](stage)
            stage.picture().save(str(Path(folder) / f"{name}-{theme}-{language}.png"))
        except Exception:
            traceback.print_exc()
            print(f"{name}-{theme}-{language} could not be drawn", flush=True)
            failed += 1
        finally:
            stage.close()
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
