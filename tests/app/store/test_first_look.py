"""The list of chats read without SQLAlchemy: the store's own list, or nothing."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.first_look import FirstLook, first_look
from app.store.records import ChatOptions, ChatTools, ProjectOptions
from app.store.store import Store
from engine.values import Sampling

OPTIONS = st.builds(
    ChatOptions,
    system_prompt=st.none() | st.text(max_size=5),
    sampling=st.builds(Sampling, temperature=st.none() | st.floats(0, 2)),
    tools=st.none() | st.builds(ChatTools, workspace=st.text(max_size=5)),
)


@settings(max_examples=10)  # each makes a database
@given(
    chats=st.lists(st.tuples(OPTIONS, st.text(max_size=9), st.booleans(), st.booleans()), max_size=6),
    names=st.lists(st.text(max_size=5), max_size=4),
)
def test_it_is_the_list_of_the_store_without_chats_that_never_began(
    tmp_path_factory: object, chats: list[tuple[ChatOptions, str, bool, bool]], names: list[str]
):
    folder = Path(tmp_path_factory.mktemp("store"))  # type: ignore[attr-defined]
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        for options, title, pinned, deleted in chats:
            made = store.conversations.create(options)
            store.conversations.rename(made.id, title, "user")
            store.conversations.set(made.id, pinned=pinned)
            if deleted:
                store.conversations.delete(made.id)
        for name in names:
            made = store.projects.create(name, ProjectOptions("Be brief", files=("/a",)))
            store.conversations.set(store.conversations.create().id, project=made.id, draft="half")
            if name > "m":
                store.projects.delete(made.id)
        store.conversations.set(store.conversations.create().id, draft=" \n")
        store.conversations.set(store.conversations.create().id, queued=("And then?",))
        listed = [chat for chat in store.conversations.all() if not chat.is_blank]
        assert first_look(folder / "coterie.db") == FirstLook(listed, store.projects.all())


def test_where_there_is_nothing_to_read_there_are_no_chats(tmp_path: Path):
    assert first_look(tmp_path / "coterie.db") == FirstLook()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "coterie.db").write_bytes(b"this is no database" * 100)
    assert first_look(tmp_path / "coterie.db") == FirstLook()


def test_a_file_of_another_schema_is_left_to_the_store(tmp_path: Path):
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        store.conversations.create(ChatOptions())
    with closing(sqlite3.connect(tmp_path / "coterie.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
    assert first_look(tmp_path / "coterie.db") == FirstLook()


def test_it_needs_no_sqlalchemy():
    code = "import sys, app.store.first_look; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
