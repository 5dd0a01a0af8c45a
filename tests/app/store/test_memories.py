"""Memories: what a chat is given."""

from app.store.store import Store


def test_a_chat_is_given_what_is_kept_of_everywhere_and_of_its_project(store: Store) -> None:
    project = store.projects.create("Sea").id
    everywhere = store.memories.add("Writes Korean.", kept=True)
    here = store.memories.add("The boat is blue.", kept=True, project=project)
    proposed = store.memories.add("Likes fish.", kept=False, conversation=3)
    assert store.memories.given(None) == [everywhere]
    assert store.memories.given(project) == [everywhere, here]
    store.memories.change(proposed.id, kept=True)
    assert [memory.text for memory in store.memories.given(None)] == ["Writes Korean.", "Likes fish."]
    store.memories.remove(everywhere.id)
    assert [memory.id for memory in store.memories.all()] == [here.id, proposed.id]
