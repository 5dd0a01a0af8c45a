"""`coterie chat` with the real model, in a real process where that makes a difference."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.store.store import Store
from tests.support.command import ANSWER_KEYS, here

pytestmark = [pytest.mark.model, pytest.mark.long]

COTERIE = [sys.executable, "-m", "app"]
SENTENCE = "Write one sentence about the sea."


def run(*arguments: str, words: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COTERIE, *arguments],
        input=words,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
        check=False,
    )


def stored(home: Path) -> list[str]:
    with Store.open(home / "coterie.db", home / "backups") as store:
        return [
            message.content
            for conversation in store.conversations.all()
            for message in store.messages.get_all(store.messages.path(conversation.id))
        ]


def test_one_prompt_prints_the_contracts_object_and_nothing_else(coterie_home: Path) -> None:
    done = run("chat", SENTENCE, "--seed", "1", "--temperature", "0", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    answer = json.loads(done.stdout)
    assert list(answer) == ANSWER_KEYS
    # Whether tokens are drafted ahead is up to what steps cost at the moment; where some were, both counts are told.
    drafted = {"drafted_tokens", "accepted_tokens"} if answer["usage"].get("accepted_tokens") else set()
    counts = {"prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"}
    assert set(answer["usage"]) == counts | drafted
    assert set(answer["timings"]) == {"load_s", "ttft_s", "prefill_tps", "decode_tps"}
    assert answer["finish_reason"] == "stop" and "sea" in answer["content"].lower()
    assert answer["timings"]["load_s"] > 0 and answer["timings"]["decode_tps"] > 0
    assert stored(coterie_home) == [SENTENCE, answer["content"]]


def test_a_greedy_answer_repeats() -> None:
    arguments = ("chat", SENTENCE, "--seed", "1", "--temperature", "0", "--max-tokens", "12", "--json")
    first, second = (json.loads(here(*arguments).out) for _ in range(2))
    assert first["content"] == second["content"]
    assert first["finish_reason"] == "length" and first["usage"]["completion_tokens"] == 12


def test_a_prompt_comes_from_standard_input_too() -> None:
    done = run("chat", "--max-tokens", "4", "--json", words=SENTENCE)
    assert done.returncode == 0 and json.loads(done.stdout)["content"]


def test_ctrl_c_keeps_what_was_said_and_exits_130(coterie_home: Path) -> None:
    command = [*COTERIE, "chat", "Tell me a very long story about the sea.", "--temperature", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read(40)
        process.send_signal(signal.SIGINT)
        said += process.stdout.read()
        assert process.wait(timeout=300) == 130
    _, answer = stored(coterie_home)
    assert answer.strip() == said.strip() != ""


def wait_for_words(home: Path) -> None:
    """Until some words of an answer are stored, seen from outside."""
    until = time.monotonic() + 300
    while not _words(home):
        assert time.monotonic() < until
        time.sleep(0.05)


def _words(home: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{home}/coterie.db?mode=ro", uri=True)) as database:
            found = database.execute("SELECT 1 FROM message WHERE role = 'assistant' AND content != ''")
            return found.fetchone() is not None
    except sqlite3.OperationalError:  # not made yet
        return False


def test_ctrl_c_with_json_prints_the_object_as_cancelled(coterie_home: Path) -> None:
    command = [*COTERIE, "chat", "Tell me a very long story about the sea.", "--temperature", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for_words(coterie_home)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)
        assert process.returncode == 130
    answer = json.loads(out)
    assert answer["finish_reason"] == "cancelled" and answer["content"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("chat", "Hi", "--model", "/no/such/model.gguf"), "model.missing"),
        (("chat", "Hi", "--model", "/"), "model.directory"),
        (("chat", "Hi", "--context", "999999"), "engine.context_too_long"),
        (("chat", " "), "chat.empty"),
        (("chat", "Hi", "--reasoning", "hard"), "chat.bad_reasoning"),
        (("chat", "Hi", "--temperature", "99"), "engine.bad_sampling"),
        (("chat", "word " * 20_000), "engine.context_overflow"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence_with_exit_1(
    arguments: tuple[str, ...], code: str
) -> None:
    done = here(*arguments, "--json", LANG="en_US.UTF-8", LC_ALL="")
    assert done.code == 1
    assert json.loads(done.out)["error"]["code"] == code
    said = done.err.strip()
    assert said == json.loads(done.out)["error"]["message"]
    assert said.endswith(".") and "\n" not in said and "Traceback" not in said


def test_the_sentence_is_korean_for_a_korean_system() -> None:
    done = here("chat", "Hi", "--model", "/no/such/model.gguf", LC_ALL="ko_KR.UTF-8")
    assert done.code == 1 and "주세요" in done.err


@pytest.mark.parametrize(
    "arguments",
    [("chat", "Hi", "--temperature", "hot"), ("sing",), ("chat", "Hi", "--max-tokens", "0"), ("inspect",)],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    done = here(*arguments)
    assert done.code == 2 and "Traceback" not in done.err


def test_without_screen_and_terminal_a_short_conversation_is_held_with_its_speed() -> None:
    environment = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")
    done = run(**environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("> ") == 2 and "tok/s" in done.stdout
    assert "no screen" in done.stderr
