"""`coterie chat --collection`: passages for a question, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.attaching import wait_for_model
from app.cli.output import Output
from app.cli.printable import printable
from app.store.records import Source

if TYPE_CHECKING:
    from app.services.services import Services


def passages(services: Services, collection: str, question: str, output: Output) -> tuple[Source, ...]:
    """The passages of a collection for a question, and on stderr which files they are of.

    Waits for the model that is being loaded, whose context says how many there are. Raises UserError
    `collections.none`, and for a model that cannot be loaded.
    """
    name = services.collections.named(collection).name
    wait_for_model(services)
    found = services.collection_search.sources(name, question)
    files = dict.fromkeys(source.name for source in found)
    if found:
        output.note(output.localized("cli.collections.found", files=printable(", ".join(files))))
    else:
        output.note(output.localized("cli.collections.nothing"))
    if waiting := services.collections.waiting(name):
        output.note(output.localized("cli.collections.not_read_yet", count=waiting))
    return found
