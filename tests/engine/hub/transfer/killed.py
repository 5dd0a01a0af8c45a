"""A process that downloads until it is killed.

Usage: python -m tests.engine.hub.transfer.killed ENDPOINT PATH BYTES SHA256 FOLDER PART_BYTES
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from engine.hub.transfer import Limits, Wanted, fetch
from engine.hub.values import Located


class Plain:
    proxy = certificates = ""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def token(self) -> str:
        return ""


def main() -> None:
    endpoint, path, size, sha256, folder, part_bytes = sys.argv[1:]
    wanted = Wanted(path.rpartition("/")[2], int(size), sha256, Path(folder) / "library" / "file.gguf")
    limits = msgspec.structs.replace(Limits(), part_bytes=int(part_bytes), segment_parts=4, first_wait=0.02)
    fetch(
        lambda _: Located(f"{endpoint}{path}", int(size), sha256),
        [wanted],
        Path(folder) / "work",
        access=Plain(endpoint),
        parts=Path(folder) / "parts",
        limits=limits,
    )


if __name__ == "__main__":
    main()
