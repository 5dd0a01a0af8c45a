"""Migrations: every released schema opens with its data, and this build's tables are what they make."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from agents.events import ModelTurn
from app.store import opening
from app.store.backup import restore
from app.store.location import SCHEMA_REVISION, Place
from app.store.migrations import running
from app.store.records import (
    Attachment,
    ChatOptions,
    CompactionPoint,
    Download,
    DownloadFile,
    KeyTokens,
    LibraryFile,
    LibraryModel,
    ServerKey,
    Source,
    UsageDay,
)
from app.store.schedules.records import Daily, Firing
from app.store.store import Store
from app.store.tables import METADATA
from engine.errors import ErrorInfo, UserError
from engine.values import Sampling, Timings, ToolCall, Usage
from tests.app.store.conftest import files

DATA = Path(__file__).parents[2] / "data"
_QWEN = "bartowski/Qwen3-30B-A3B-GGUF"
MODELS = (
    LibraryModel(
        f"{_QWEN}:Q4_K_M",
        "Qwen3 30B",
        tuple(
            LibraryFile(f"/m/{_QWEN}/q-{part}-of-00002.gguf", size, digits * 32, f"Q4/q-{part}-of-00002.gguf")
            for part, size, digits in (("00001", 100, "ab"), ("00002", 50, "cd"))
        ),
        "hub",
        1700000010.0,
        managed=True,
        repo=_QWEN,
        commit="e" * 40,
        variant="Q4_K_M",
        architecture="qwen3moe",
        quantisation="Q4_K_M",
        parameters=30_532_122_624,
        active_parameters=3_349_000_000,
        experts=128,
        experts_used=8,
        used=1700000020.0,
        verified=1700000011.0,
        trashed=1700000030.0,
    ),
    LibraryModel(
        "모델", "모델", (LibraryFile("/home/u/모델.gguf", 7),), "file", 1700000012.0, state="missing"
    ),
)
DOWNLOADS = (
    Download(
        1,
        "a/b:Q8_0",
        "a/b",
        "f" * 40,
        "Q8_0",
        (DownloadFile("x.gguf", 1000, "12" * 32), DownloadFile("y.gguf", 5)),
        "failed",
        1.0,
        1700000013.0,
        600,
        12.5,
        ErrorInfo("hub.unreachable", {"host": "h"}),
    ),
    Download(
        2,
        "a/b:Q4_0",
        "a/b",
        "f" * 40,
        "Q4_0",
        (DownloadFile("z.gguf", 1000, "12" * 32),),
        "running",
        2.0,
        1700000014.0,
        10,
        1.0,
        None,
        "1:2.00:abcd",
    ),
)


def make(path: Path, sql: Path) -> None:
    """A file as the build wrote it that released this schema."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql.read_text(encoding="utf-8"))


def _has_runs(store: Store) -> None:
    (run,) = store.runs.all()
    assert (run.id, run.title, run.workspace, run.mode) == (1, "메모 만들기", "/home/u/메모", "workspace")
    assert [entry.kind for entry in store.runs.entries(1)] == ["run_started", "model_turn", "run_finished"]
    turn = store.runs.entries(1, after=1, limit=1)[0].event
    assert isinstance(turn, ModelTurn)
    assert turn.tool_calls == (ToolCall("c1", "write_file", {"path": "메모.txt", "content": "hello"}),)
    assert store.runs.kept(1, "r1") == "A long text"
    assert [(old.id, old.remote) for old in store.runs.all(trashed=True)] == [(2, True)]
    assert [(grant.tool, grant.pattern) for grant in store.grants.all()] == [("shell", "git log")]
    assert [(check.model, check.rating) for check in store.tool_checks.all()] == [("starter", "poor")]


def _has_schedules(store: Store) -> None:
    (schedule,) = store.schedules.all()
    assert (schedule.name, schedule.when) == ("아침 정리", Daily("08:00", (0, 1, 2, 3, 4)))
    assert (schedule.mode, schedule.reasoning, schedule.on_battery) == ("workspace", "auto", True)
    failed = ErrorInfo("run.ended_model")
    (firing,) = store.firings.of(1)
    assert firing == Firing(1, 1, 1700000072.0, 1700000073.0, "failed", 1, failed, (), "1:2.00:abcd")
    assert store.schedules.listing(1) == {"메모.txt": (5, 1700000000000000000)}


@pytest.mark.parametrize("sql", sorted(DATA.glob("store-*.sql")), ids=lambda path: path.stem)
def test_a_released_schema_opens_with_its_data(folder: Path, sql: Path) -> None:
    make(folder / "coterie.db", sql)
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        (shown,) = store.conversations.all()
        assert (shown.title, shown.title_source, shown.pinned) == ("여행 계획", "user", True)
        assert shown.options == ChatOptions(system_prompt="Be kind", sampling=Sampling(temperature=0.5))
        assert [found.title for found in store.conversations.trash()] == ["Old"]
        question, answer = store.messages.get_all(store.messages.path(shown.id))
        assert (question.content, answer.content) == ("어디로 갈까요?", "To Busan 🌊")
        has_projects = sql.stem > "store-0005"
        assert answer.reasoning == "Somewhere by the sea."
        assert (answer.sibling, answer.siblings) == ((1, 1) if has_projects else (2, 2))
        assert answer.usage == Usage(12, 4, 5, 3)
        assert answer.timings == Timings(ttft_s=0.5, decode_tps=20.0)
        calls = (
            ToolCall("c1", "get_weather", {"city": "부산"}, repaired=True),
            ToolCall("c2", "", '{"ci'),
        )
        noticed = (ErrorInfo("tools.cut_in_call"),)
        has_calls = sql.stem > "store-0001"
        assert answer.tool_calls == (calls if has_calls else ())
        assert answer.notices == (noticed if has_calls else ())
        assert (question.tool_calls, question.notices) == ((), ())
        hits = [(hit.snippet, hit.message) for hit in store.conversations.search("seoul")]
        assert hits == ([] if has_projects else [("To Seoul", 2)])
        projects = [(p.name, p.options.instructions, p.options.files) for p in store.projects.all()]
        assert projects == ([("바다", "Answer in Korean", ("/home/u/바다.md",))] if has_projects else [])
        assert [memory.text for memory in store.memories.given(None)] == (
            ["바다를 좋아합니다."] if has_projects else []
        )
        assert (answer.better, shown.queued) == ((True, ("그다음은?",)) if has_projects else (False, ()))
        placed = (shown.project, shown.archived, shown.source)
        assert placed == ((1, True, "chatgpt:1") if has_projects else (None, False, ""))
        map_ = Attachment("지도.pdf", "pdf", 1000, "ab" * 32, "cd" * 32, tokens=12, parts=3)
        assert question.attachments == ((map_,) if sql.stem > "store-0006" else ())
        passage = Source(1, "지도.pdf", "부산은 바다에 있습니다.", "ab" * 32, "", 2, "page 2", 10, 23)
        assert question.sources == ((passage,) if sql.stem > "store-0007" else ())
        has_models = sql.stem > "store-0002"
        assert store.models.all() == (list(MODELS) if has_models else [])
        assert store.downloads.all() == (list(DOWNLOADS) if has_models else [])
        if sql.stem > "store-0003":
            _has_runs(store)
        editor = ServerKey("편집기", "ct-4f9a", "ef" * 32, ("ask", "load"), 1700000060.0, 1700000061.0)
        assert store.server_keys.all() == ([editor] if sql.stem > "store-0008" else [])
        used = {"편집기": (KeyTokens(10, 0, 2), KeyTokens(110, 60, 22))}
        assert store.server_keys.tokens("2023-11-15") == (used if sql.stem > "store-0009" else {})
        chats = UsageDay(
            "2023-11-15", "chat", "", "starter", False, 2, 300, 100, 40, 10, 3.5, 120.0, 1, "package-0"
        )
        if sql.stem > "store-0013":
            chats = msgspec.structs.replace(
                chats, prompt_joules=20.0, answer_joules=100.0, measured_read=200, measured_written=40
            )
        keys = [
            UsageDay(day, "server", "편집기", read=read, cached=cached, written=written)
            for day, read, cached, written in (("2023-11-14", 100, 60, 20), ("2023-11-15", 10, 0, 2))
        ]
        lines = [*keys[:1], *([chats] if sql.stem > "store-0011" else []), *keys[1:]]
        assert store.usage.days() == (lines if sql.stem > "store-0009" else [])
        if sql.stem > "store-0012":
            _has_schedules(store)
        has_cuts = sql.stem > "store-0004"
        assert shown.origin == (2 if has_cuts else None)
        summary = "바다에 대해 이야기했습니다."
        cut = CompactionPoint(1, shown.id, question.id, 1700000050.0, 300, "starter", summary)
        assert store.compaction_points.active(shown.id) == ([cut] if has_cuts else [])
        assert store.messages.add(shown.id, answer.id, "user", "thanks").siblings == 1


@pytest.mark.parametrize("sql", sorted(DATA.glob("store-*.sql")), ids=lambda path: path.stem)
def test_a_backup_of_a_released_schema_is_restored_and_opens(folder: Path, sql: Path) -> None:
    revision = sql.stem.rpartition("-")[2]
    place = Place(folder / "coterie.db", folder / "backups")
    make(place.backup_file(1_700_000_000, revision), sql)
    assert restore(place, place.backup_files()[0], 1_700_100_000) is None
    with Store.open(place.database, place.backups) as store:
        assert [shown.title for shown in store.conversations.all()] == ["여행 계획"]


def test_the_tables_are_what_the_migrations_make(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, parents: running.is_compared(name, kind)},
        )
        assert compare_metadata(context, METADATA) == []


def test_the_newest_revision_is_the_one_this_build_expects() -> None:
    script = ScriptDirectory.from_config(running.config())
    assert script.get_current_head() == SCHEMA_REVISION
    assert (DATA / f"store-{SCHEMA_REVISION}.sql").exists()


REMAKE = """
    with op.batch_alter_table("conversation", recreate="always") as table:
        table.add_column(sa.Column("colour", sa.Text, nullable=False, server_default="grey"))
"""
NEXT = f"""
import sqlalchemy as sa
from alembic import op
revision = "next"
down_revision = {SCHEMA_REVISION!r}
def upgrade():
"""


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Makes this build one with a further migration, its body given."""

    def release(body: str) -> None:
        shutil.copytree(running.MIGRATIONS, tmp_path / "migrations")
        (tmp_path / "migrations" / "versions" / "next.py").write_text(NEXT + body, encoding="utf-8")
        monkeypatch.setattr(running, "MIGRATIONS", tmp_path / "migrations")
        monkeypatch.setattr(opening, "SCHEMA_REVISION", "next")

    return release


@pytest.fixture
def old_file(folder: Path) -> Path:
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        id = store.conversations.create().id
        first = store.messages.add(id, None, "user", "one")
        store.messages.add(id, first.id, "assistant", "two")
    return folder / "coterie.db"


def test_a_migration_backs_up_first_and_keeps_what_points_at_a_remade_table(
    next_version: Callable[[str], None], old_file: Path
) -> None:
    next_version(REMAKE)
    backups = old_file.parent / "backups"
    with Store.open(old_file, backups) as store:
        (conversation,) = store.conversations.all()
        assert [m.content for m in store.messages.get_all(store.messages.path(conversation.id))] == [
            "one",
            "two",
        ]
        assert len(store.conversations.search("two")) == 1
    with closing(sqlite3.connect(old_file)) as connection:
        assert connection.execute("SELECT colour FROM conversation").fetchall() == [("grey",)]
    (backup,) = backups.iterdir()
    assert backup.name.endswith(f"-{SCHEMA_REVISION}.db")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT content FROM message").fetchall() == [("one",), ("two",)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    next_version: Callable[[str], None], old_file: Path
) -> None:
    before = old_file.read_bytes()
    next_version(REMAKE + '    raise RuntimeError("power cut")\n')
    with pytest.raises(RuntimeError, match="power cut"):
        Store.open(old_file, old_file.parent / "backups")
    assert old_file.read_bytes() == before


def test_without_a_backup_nothing_is_migrated(next_version: Callable[[str], None], old_file: Path) -> None:
    backups = old_file.parent / "backups"
    backups.write_text("a file where the folder should be")
    before = files(old_file.parent)
    next_version(REMAKE)
    with pytest.raises(UserError) as caught:
        Store.open(old_file, backups)
    assert caught.value.code == "store.backup_failed"
    assert files(old_file.parent) == before


def test_a_new_file_is_not_backed_up(store: Store, folder: Path) -> None:
    assert not (folder / "backups").exists()
