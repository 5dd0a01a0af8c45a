"""Chat templates of real models, out of the source archive of llama-cpp-python."""

from __future__ import annotations

import functools
import tarfile
from pathlib import Path

import pytest

from engine.formats import ChatFormat
from installer.commands import SetupError
from tests.support.caches import cache_folder, one_maker
from tests.support.models.source_archive import VERSION, source_archive

_INSIDE = "vendor/llama.cpp/models/templates/"


def real_templates() -> dict[str, str]:
    """Sources by file name without its ending. Skips the test where they cannot be had."""
    folder = cache_folder(f"templates-{VERSION}")
    with one_maker(folder):
        if not any(folder.glob("*.jinja")):
            _fetch(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jinja"))}


@functools.cache
def real_formats() -> dict[str, ChatFormat]:
    """What is learned of each of them, which takes seconds: once in a process."""
    return {
        name: ChatFormat.from_template(source, "<s>", "</s>") for name, source in real_templates().items()
    }


def _fetch(folder: Path) -> None:
    try:
        found = source_archive()
    except (SetupError, OSError) as error:
        pytest.skip(f"the templates of llama-cpp-python {VERSION} could not be fetched: {error}")
    with tarfile.open(found) as archive:
        for member in archive:
            if _INSIDE in member.name and member.name.endswith(".jinja") and member.isfile():
                source = archive.extractfile(member)
                assert source is not None
                (folder / Path(member.name).name).write_bytes(source.read())
