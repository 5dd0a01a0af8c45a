"""Reads the index of a local model, in one file or split over several, and detects changed files."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from engine.errors import UserError
from engine.gguf.consistency import check_consistency
from engine.gguf.gguf_file import GgufFile, read_gguf
from engine.gguf.gguf_index import GgufIndex

_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf\Z", re.DOTALL)
_MAX_PARTS = 4096


def read_index(path: Path) -> GgufIndex:
    """Read a model from any of its parts.

    Raises what `read_gguf` and `check_consistency` raise, and UserError `model.split_missing` (`path` is the
    part that is not there).
    """
    match = _PART.fullmatch(path.name)
    count = int(match["count"]) if match else 1
    if not match or not 1 < count <= _MAX_PARTS:
        return whole_model((read_gguf(path),))
    paths = [
        path.with_name(f"{match['stem']}-{number:05d}-of-{count:05d}.gguf") for number in range(1, count + 1)
    ]
    for part in paths:
        if not part.exists():
            raise UserError("model.split_missing", path=str(part))
    return whole_model(tuple(read_gguf(part) for part in paths))


def whole_model(files: tuple[GgufFile, ...]) -> GgufIndex:
    """The model whose parts these are, in order.

    Raises what `check_consistency` raises, UserError `model.damaged`, and `model.split_missing` for a part that
    is alone.
    """
    if len(files) == 1 and _split_count(files[0]) > 1:
        # Renamed: the names of the other parts cannot be told.
        raise UserError("model.split_missing", path=str(files[0].path))
    for number, file in enumerate(files if len(files) > 1 else ()):
        if _split_count(file) not in (0, len(files)) or file.metadata.get("split.no", number) != number:
            raise UserError("model.damaged", path=str(file.path), detail="not this part of the model")
    return _checked(files)


def changed_since(index: GgufIndex) -> bool:
    """Whether a part of the model was written, grew or vanished since it was indexed."""
    for file in index.files:
        try:
            status = file.path.stat()
        except OSError:
            return True
        if (status.st_size, status.st_mtime_ns) != (file.bytes, file.modified_ns):
            return True
    return False


def check_unchanged(index: GgufIndex) -> None:
    """Raise UserError `model.changed` (`path`) if the file is no longer the planned one."""
    if changed_since(index):
        raise UserError("model.changed", path=str(index.path))


def _split_count(file: GgufFile) -> int:
    count = file.metadata.get("split.count", 0)
    return count if isinstance(count, int) else 0


def _checked(files: tuple[GgufFile, ...]) -> GgufIndex:
    index = GgufIndex(files)
    names = Counter(tensor.name for tensor in index.tensors)
    if len(names) != len(index.tensors):
        twice = names.most_common(1)[0][0]
        raise UserError("model.damaged", path=str(index.path), detail=f"tensor {twice!r} in two parts")
    check_consistency(index)
    return index
