"""Projects and the chats that belong to them."""

from __future__ import annotations

import pytest

from app.store.records import ChatTools, ProjectOptions
from app.store.store import Store
from engine.errors import UserError


def test_projects_are_listed_by_name_and_keep_their_options(store: Store) -> None:
    options = ProjectOptions("Be brief", "starter", ChatTools("/home/u/바다", "read"), ("/home/u/a.md",))
    store.projects.create("b")
    made = store.projects.create("A", options)
    store.projects.create("가")
    assert [project.name for project in store.projects.all()] == ["A", "b", "가"]
    assert store.projects.get(made.id).options == options
    assert store.projects.set(made.id, name="c").options == options


def test_a_deleted_project_keeps_its_chats_until_its_time_and_then_lets_them_go(store: Store) -> None:
    project, chat = store.projects.create("Sea"), store.conversations.create()
    store.conversations.set(chat.id, project=project.id)
    store.projects.delete(project.id)
    assert store.projects.all() == []
    store.projects.restore(project.id)
    assert store.projects.all() == [project]
    assert store.conversations.get(chat.id).project == project.id
    store.projects.delete(project.id)
    assert store.projects.empty_trash(0.0) == 0
    assert store.projects.empty_trash(store.database.clock() + 1) == 1
    assert store.conversations.get(chat.id).project is None
    with pytest.raises(UserError) as caught:
        store.projects.get(project.id)
    assert caught.value.code == "store.no_project"
