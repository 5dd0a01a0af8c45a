"""Brings the translations up to date with the sources: `python -m resources.translations.update`.

Collects every text of `app/desktop` into `coterie_ko.ts`, keeping what is translated, and compiles it. New texts
are left "unfinished" for a translator; a test fails while there are any.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LANGUAGES = ("ko",)


def tool(name: str) -> str:
    """One of the tools that come with PySide6, from the environment that runs this."""
    return str(Path(sys.executable).parent / f"pyside6-{name}")


def sources() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app" / "desktop").rglob("*.py"))


def collect(ts: Path) -> None:
    """Write the texts of the sources into `ts`; texts that are gone leave it."""
    options = ["-no-obsolete", "-locations", "none", "-target-language", ts.stem.rpartition("_")[2]]
    command = [tool("lupdate"), *sources(), "-ts", str(ts), *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def compiled(ts: Path, qm: Path) -> None:
    """Compile `ts` to `qm`."""
    subprocess.run([tool("lrelease"), str(ts), "-qm", str(qm)], check=True, capture_output=True)


def main() -> None:
    for language in LANGUAGES:
        ts = HERE / f"coterie_{language}.ts"
        collect(ts)
        compiled(ts, ts.with_suffix(".qm"))


if __name__ == "__main__":
    main()
