"""`coterie models import`: takes in models where they lie on disk."""

from __future__ import annotations

from typing import Literal

from app.cli.models.objects import model_object
from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_size
from app.store.records import LibraryModel, ModelOrigin
from engine.errors import UserError

SOURCES: dict[str, ModelOrigin] = {"hf": "hf_cache", "lmstudio": "lm_studio", "ollama": "ollama"}


def import_path(path: str, output: Output) -> int:
    """Print the imported models. Raises UserError `model.*`, `library.*`."""
    with opened() as services:
        _tell(services.library.import_(path), output)
    return 0


def import_from(source: Literal["hf", "lmstudio", "ollama"] | str, output: Output) -> int:
    """Import all models of another program; returns 1 when some failed."""
    failed = False
    with opened() as services:
        found = [one for one in services.library.found_elsewhere() if one.origin == SOURCES[source]]
        new = [one for one in found if not one.known]
        for one in new:
            try:
                _tell(services.library.import_(one.path, one.origin), output)
            except UserError as error:
                if error.code.startswith("cli."):  # the reader has closed the pipe
                    raise
                failed = True
                output.tell(error)
    if not new:
        output.note(output.localized("cli.import.nothing"))
    return 1 if failed else 0


def _tell(models: tuple[LibraryModel, ...], output: Output) -> None:
    for model in models:
        output.object(model_object(model))
        size = format_size(model.bytes)
        output.text(output.localized("cli.import.taken", id=model.id, size=size, path=model.path))
