"""`coterie models rename`."""

from __future__ import annotations

from app.cli.models.objects import model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.messages import localized


def rename(id: str, name: str, output: Output) -> int:
    """Rename a model. Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.rename(id, name)
    if output.json:
        output.object(model_object(model))
    output.text(
        localized("cli.rename.renamed", output.language, id=printable(model.id), name=printable(model.name))
    )
    return 0
