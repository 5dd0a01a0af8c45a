"""What is done with many chats at once, and undone as one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.services.chat.events import ConversationChanged
from app.services.events import ServiceEvent
from app.services.services import Services
from engine.errors import UserError
from tests.support.listening import Listening


def test_chats_of_many_places_are_filed_at_once_and_put_back_each_where_it_was(
    services: Services, told: Listening
) -> None:
    chats, filing = services.conversations, services.filing
    sea, sky = services.projects.create("Sea").id, services.projects.create("Sky").id
    first, second, third = (chats.create(project=place).id for place in (sea, sky, None))
    filing.archive([third])
    every = [first, second, third]

    def places() -> list[tuple[int | None, bool, bool]]:
        return [(c.project, c.archived, c.deleted is not None) for c in map(chats.get, every)]

    before = places()
    assert before == [(sea, False, False), (sky, False, False), (None, True, False)]
    moved = filing.move(every, sky)
    assert [place for place, _, _ in places()] == [sky] * 3
    filing.put_back(moved)
    assert places() == before
    deleted = filing.delete([*every, 99])
    assert len(deleted) == 3 and all(gone for _, _, gone in places())
    assert {c.id for c in chats.trash()} == set(every)
    filing.put_back(deleted)
    assert places() == before
    filing.put_back(filing.archive(every))
    filing.put_back(filing.unarchive(every))
    assert places() == before
    assert told.next(ConversationChanged, lambda event: event.conversation.project == sky)
    with pytest.raises(UserError) as caught:
        filing.move(every, 99)
    assert caught.value.code == "store.no_project" and places() == before


def test_chats_of_many_places_are_told_of_at_once(services: Services) -> None:
    class Window:
        def __init__(self) -> None:
            self.told: list[set[int]] = []

        def take(self, events: Sequence[ServiceEvent]) -> None:
            self.told.append(
                {event.conversation.id for event in events if isinstance(event, ConversationChanged)}
            )

    filing, window = services.filing, Window()
    projects = (services.projects.create("Sea").id, services.projects.create("Sky").id, None)
    every = {services.conversations.create(project=project).id for project in projects}
    services.events.follow(window.take)
    filing.put_back(filing.delete(sorted(every)))
    assert window.told == [every, every]


def test_only_what_is_in_the_trash_is_deleted_for_good(services: Services) -> None:
    chats, filing = services.conversations, services.filing
    kept, gone = chats.create().id, chats.create().id
    services.store.messages.add(gone, None, "user", "hello")
    filing.delete([gone])
    assert filing.purge([kept, gone]) == 1
    assert chats.trash() == [] and chats.get(kept).id == kept
    with pytest.raises(UserError):
        chats.get(gone)
