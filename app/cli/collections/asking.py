"""`coterie chat --collection`: passages for a question, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.attaching import wait_for_model
from app.cli.output import Output
from app.cli.printable import printable
from app.store.records import Source

if TYPE_CHECKING:
    from app.services.services import Services


def passages(services: Services, chat: int, question: str, output: Output) -> tuple[Source, ...]:
    """The passages of the collection of a chat for a question, and on stderr which files they are of; () where the
    model searches by itself.

    Waits for the model that is being loaded, whose context says how many there are. Raises UserError
    `chat.no_collection`, and for a model that cannot be loaded.
    """
    wait_for_model(services)
    conversation = services.conversations.get(chat)
    name = services.collection_search.collection_of(conversation)
    found = services.collection_search.of_chat(conversation, question).sources
    files = dict.fromkeys(source.name for source in found)
    if services.collection_search.by_model(conversation):
        output.note(output.localized("cli.collections.by_model"))
    elif found:
        output.note(output.localized("cli.collections.found", files=printable(", ".join(files))))
    else:
        output.note(output.localized("cli.collections.nothing"))
    if waiting := services.collections.waiting(name):
        output.note(output.localized("cli.collections.not_read_yet", count=waiting))
    return found
