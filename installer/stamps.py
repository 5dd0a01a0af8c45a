"""Which steps are done. A stamp holds the hash of what the step depended on, so a changed input undoes it.

The stamps lie inside the environment they speak of: whoever deletes `.venv` deletes them too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def fingerprint(*inputs: object) -> str:
    """A short hash of plain values (whatever JSON can hold)."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]


class Stamps:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, step: str, value: str) -> bool:
        path = self.folder / step
        return path.is_file() and path.read_text() == value

    def value(self, step: str) -> str:
        """What a step was done for; "" where it was not."""
        path = self.folder / step
        return path.read_text() if path.is_file() else ""

    def mark(self, step: str, value: str) -> None:
        """Note that `step` is done. Replaces the file as a whole: half a stamp would be a wrong one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{step}.partial"
        partial.write_text(value)
        partial.replace(self.folder / step)

    @property
    def torn(self) -> bool:
        """Whether an earlier run died while packages were being written into the environment."""
        return (self.folder / "writing").exists()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds while packages are written: pip killed halfway leaves packages that it takes for whole ones.

        The marker outlives a block that fails, and the next run then starts the environment afresh; downloads
        and the built engine lie in caches outside of it, so that costs seconds.
        """
        self.mark("writing", "")
        yield
        (self.folder / "writing").unlink()
