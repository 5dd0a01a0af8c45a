"""Projects: what their chats are given, and chats that are moved, archived, branched and cut short."""

from __future__ import annotations

import pytest

from app.services.chat.events import ProjectsChanged
from app.services.services import Services
from app.store.records import ChatOptions, ChatTools, ProjectOptions
from engine.errors import UserError
from tests.support.listening import Listening


def prompt(services: Services, conversation: int) -> str:
    options = services.conversations.get(conversation).options
    return services.requests.system_prompt(conversation, options)


def test_a_chat_of_a_project_has_its_instructions_as_they_are_now(services: Services) -> None:
    services.settings.change(system_prompt="Be kind")
    projects = services.projects
    sea = projects.create("  The   sea ", ProjectOptions("Answer in Korean", "m", ChatTools("/w", "read")))
    assert sea.name == "The sea"
    chat = services.conversations.create(project=sea.id)
    assert (chat.options.model, chat.options.tools) == ("m", ChatTools("/w", "read"))
    assert prompt(services, chat.id) == "Answer in Korean"
    projects.set_options(sea.id, ProjectOptions("Answer in English"))
    assert prompt(services, chat.id) == "Answer in English"
    services.conversations.change_options(chat.id, system_prompt="Mine")
    assert prompt(services, chat.id) == "Mine"
    services.conversations.change_options(chat.id, system_prompt=ChatOptions().system_prompt)
    projects.delete(sea.id)
    assert prompt(services, chat.id) == "Be kind"
    projects.restore(sea.id)
    assert prompt(services, chat.id) == "Answer in English"
    services.filing.move([chat.id], None)
    assert prompt(services, chat.id) == "Be kind"


def test_what_changes_is_told_and_a_name_is_needed(services: Services, told: Listening) -> None:
    projects = services.projects
    made = projects.create("b")
    projects.create("A")
    assert [p.name for p in told.next(ProjectsChanged).projects] == ["b"]
    assert [p.name for p in told.next(ProjectsChanged).projects] == ["A", "b"]
    assert projects.named("B ") == made
    for attempt in (lambda: projects.create("  "), lambda: projects.rename(made.id, "\n")):
        with pytest.raises(UserError) as caught:
            attempt()
        assert caught.value.code == "chat.no_name"
    chat = services.conversations.create()
    with pytest.raises(UserError) as caught:
        services.filing.move([chat.id], 99)
    assert caught.value.code == "store.no_project"


def test_a_branch_is_a_chat_of_its_own_with_what_was_said_so_far(services: Services) -> None:
    chat = services.conversations.create(ChatOptions(system_prompt="Be kind"))
    services.conversations.rename(chat.id, "Sea")
    add = services.store.messages.add
    first = add(chat.id, None, "user", "one")
    second = add(chat.id, first.id, "assistant", "two", reasoning="why")
    other = add(chat.id, first.id, "assistant", "other")
    add(chat.id, other.id, "user", "three")
    made = services.conversations.branch(second.id)
    path = services.conversations.messages(services.conversations.path(made.id))
    assert [(m.content, m.reasoning, m.siblings) for m in path] == [("one", "", 1), ("two", "why", 1)]
    assert (made.origin, made.title, made.options) == (chat.id, "Sea", ChatOptions(system_prompt="Be kind"))
    assert services.conversations.path(chat.id)[-1] != second.id


def test_a_deleted_message_leaves_the_chat_and_comes_back(services: Services) -> None:
    chat = services.conversations.create()
    add = services.store.messages.add
    first = add(chat.id, None, "user", "one")
    second = add(chat.id, first.id, "assistant", "two")
    services.conversations.delete_message(second.id)
    assert services.conversations.path(chat.id) == [first.id]
    services.conversations.restore_message(second.id)
    assert services.conversations.path(chat.id) == [first.id, second.id]


def test_an_archived_chat_is_found(services: Services) -> None:
    chat = services.conversations.create()
    services.conversations.rename(chat.id, "Sea")
    services.filing.archive([chat.id])
    assert services.conversations.get(chat.id).archived
    assert [hit.conversation.id for hit in services.conversations.search("sea")] == [chat.id]
