"""Log files: what they hold, what they never hold, and that they trouble nobody."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app import log as app_log
from app.log import redacted, set_levels, written_to
from engine.errors import UserError

log = logging.getLogger("app.services.somewhere")
SECRET = "my-grandmother"


def written(path: Path, act: Callable[[], object]) -> str:
    with written_to(path):
        act()
    return path.read_text("utf-8") if path.exists() else ""


def failing(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        try:
            raise error
        except BaseException as caught:
            log.error("It failed", exc_info=caught)

    return act


@pytest.mark.process
def test_a_file_begins_with_what_runs_and_holds_what_is_logged(tmp_path: Path) -> None:
    text = written(tmp_path / "logs" / "a.log", lambda: log.info("Loaded %d layers", 12))
    first, second = text.splitlines()
    assert first.startswith("--- Coterie 0.") and f"Python {sys.version.split()[0]}" in first
    assert second.endswith("INFO app.services.somewhere: Loaded 12 layers")


def test_nothing_is_made_while_nothing_is_logged(tmp_path: Path) -> None:
    assert written(tmp_path / "logs" / "a.log", lambda: log.debug("too small")) == ""
    assert list(tmp_path.iterdir()) == []


def test_debug_writes_everything_to_stderr_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with written_to(tmp_path / "a.log", debug=True):
        log.debug("small")
    assert "small" in (tmp_path / "a.log").read_text() and "small" in capsys.readouterr().err


def test_single_loggers_have_levels_of_their_own(tmp_path: Path) -> None:
    names = ("app.services.loud", "app.services.quiet")
    try:
        set_levels({names[0]: "debug", names[1]: "error"})

        def act() -> None:
            logging.getLogger(names[0]).debug("heard")
            logging.getLogger(names[1]).warning("not heard")

        text = written(tmp_path / "a.log", act)
    finally:
        for name in names:
            logging.getLogger(name).setLevel(logging.NOTSET)
    assert "heard" in text and "not heard" not in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(SECRET), "ValueError: (message left out)"),
        (KeyError(SECRET), "KeyError: (message left out)"),
        (FileNotFoundError(2, SECRET, f"/home/{SECRET}"), "FileNotFoundError: No such file or directory"),
        (UserError("store.locked", path=SECRET), "UserError: store.locked"),
        (TypeError("takes 1 argument"), "TypeError: takes 1 argument"),
        (ExceptionGroup(SECRET, [ValueError(SECRET)]), "ExceptionGroup: (message left out)"),
    ],
)
def test_a_traceback_names_the_place_and_no_text(tmp_path: Path, error: Exception, told: str) -> None:
    error.__cause__ = ValueError(SECRET)
    text = written(tmp_path / "a.log", failing(error))
    assert told in text and "This led to:" in text
    assert "test_log.py" in text and SECRET not in text


def test_an_error_of_the_database_is_told_by_its_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute(f'SELECT "{SECRET}" FROM nowhere')
    text = written(tmp_path / "a.log", failing(caught.value))
    assert "OperationalError: SQLITE_ERROR" in text and SECRET not in text


def test_errors_that_are_each_others_context_end(tmp_path: Path) -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__context__, second.__context__ = second, first
    assert written(tmp_path / "a.log", failing(first)).count("Traceback") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://someone:pass@hub.example/a?key=1", "GET https://…@hub.example/a?…"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("token hf_abcdefgh given", "token … given"),
        ("sk-abcdefgh", "…"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_the_home_folder_is_shortened_and_one_that_begins_alike_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    assert redacted("/home/ann/models /home/anna/models (/home/ann)") == "~/models /home/anna/models (~)"


def test_a_full_file_is_put_behind_and_four_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_log, "MAX_BYTES", 2000)

    def act() -> None:
        for number in range(400):
            log.info("line %d", number)

    last = written(tmp_path / "a.log", act)
    assert "line 399" in last
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    assert all(file.stat().st_size <= 2200 for file in tmp_path.iterdir())


def test_a_log_that_cannot_be_written_troubles_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("in the way")
    with written_to(tmp_path / "logs" / "a.log"):
        log.info("nobody hears this")
    assert capsys.readouterr().err == ""
