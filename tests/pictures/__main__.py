"""Takes pictures of the window and compares them with those that were accepted.

Usage: python -m tests.pictures [--accept] [SCENE...]
       python -m tests.pictures --into FOLDER [SCENE...]

Each scene is drawn in light and dark, English and Korean. What differs is shown side by side (before, after, the
difference) in `pictures/`. `--accept` makes what differs the new references. `--into` only draws, with the
system's fonts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import FileLock
from PySide6.QtGui import QImage

from tests.pictures.compare import difference, save_small, side_by_side
from tests.pictures.surroundings import FOLDER, environment

ROOT = Path(__file__).resolve().parents[2]
REFERENCES = Path(__file__).parent / "references"
SHOWN = ROOT / "pictures"
LOOKS = [(theme, language) for theme in ("light", "dark") for language in ("en", "ko")]


def draw(folder: Path, names: list[str], *, pinned: bool = True) -> bool:
    """Take the pictures of these scenes into `folder`, a process for each look; whether all could be taken."""
    with tempfile.TemporaryDirectory(prefix="coterie-fonts-") as fonts:
        env = os.environ | environment(Path(fonts), pinned=pinned)

        def one(look: tuple[str, str]) -> bool:
            command = [sys.executable, "-m", "tests.pictures.draw", *look, str(folder), *names]
            return subprocess.run(command, cwd=ROOT, env=env).returncode == 0

        # One process draws on two places, so two looks at once would not see each other.
        with FileLock(f"{FOLDER}.lock"), ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            return all(list(pool.map(one, LOOKS)))


def compare(folder: Path, *, accept: bool) -> list[str]:
    """What is different of the pictures in `folder`, a line each."""
    found = []
    for path in sorted(folder.glob("*.png")):
        reference = REFERENCES / path.name
        after = QImage(str(path))
        if not reference.exists():
            said = "has no reference"
        else:
            before = QImage(str(reference))
            differs = difference(before, after)
            if not differs.matters:
                continue
            said = "has another size" if differs.share is None else f"{differs.share:.3%} of it differ"
            side_by_side(before, after, differs).save(str(SHOWN / path.name))
        found.append(f"{path.stem}: {said}")
        if accept:
            save_small(after, reference)
    return found


def main() -> int:
    from tests.pictures.scenes import SCENES

    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("--accept", action="store_true", help="make what differs the new references")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="only draw, with the system's fonts")
    parser.add_argument("scene", nargs="*", choices=[[], *SCENES], help="all where none is named")
    arguments = parser.parse_args()
    names = arguments.scene or list(SCENES)
    if arguments.into is not None:
        arguments.into.mkdir(parents=True, exist_ok=True)
        return 0 if draw(arguments.into.resolve(), names, pinned=False) else 1
    shutil.rmtree(SHOWN, ignore_errors=True)
    SHOWN.mkdir()
    with tempfile.TemporaryDirectory(prefix="coterie-pictures-") as drawn:
        complete = draw(Path(drawn), names)
        found = compare(Path(drawn), accept=arguments.accept)
    if not found and complete:
        shutil.rmtree(SHOWN)
        print(f"{len(names) * len(LOOKS)} pictures are as they were accepted.")
        return 0
    if not found:
        return 1
    print(*found, sep="\n")
    if arguments.accept:
        print("They are the references now: look at them with `git diff --stat`, and commit them.")
        return 0 if complete else 1
    changed = sorted({line.partition(":")[0].rsplit("-", 2)[0] for line in found})
    print(f"Side by side (before, after, difference) in {SHOWN}/.")
    print(
        "Where the change is meant: make pictures-accept, and commit tests/pictures/references. For these alone:"
    )
    print(f"  .venv/bin/python -m tests.pictures --accept {' '.join(changed)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
