"""No word of a user's text, no token and no key comes into the logs, whatever is done and goes wrong."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from app.services.settings.settings import SettingsFile
from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny
from tests.support.servers.openai_script import Reply, by_turn, call, in_order, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.long

# Each stands somewhere else in what a person does.
ASKED, SYSTEM, TASK, NAME, WRITTEN, SHELL, SAID, FAILED = WORDS = (
    "zanzibar",
    "flimflam",
    "gobbledygook",
    "whatsit",
    "kerfuffle",
    "skedaddle",
    "lollygag",
    "hullabaloo",
)
TOKEN = "hf_Abcdefghijklmnop"
REPO = "demo/Tiny-GGUF"


@pytest.fixture
def command(hub: Hub, coterie_home: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Nobody is at the terminal, and the settings hold a text."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    SettingsFile(coterie_home / "settings.toml").change(system_prompt=f"Say {SYSTEM} now and then.")
    return Command(coterie_home, hub.address)


def logged(home: Path) -> str:
    return "".join(file.read_text("utf-8") for file in (home / "logs").iterdir())


def assert_none_in(text: str) -> None:
    for secret in (*WORDS, TOKEN, "Signature"):
        assert secret.lower() not in text.lower()


@pytest.mark.model
def test_a_chat_with_the_starter_is_logged_in_numbers(command: Command) -> None:
    ran = command.run(
        "--debug", "chat", f"Tell me of {ASKED}.", "--max-tokens", "24", "--seed", "1", "--json"
    )
    assert ran.code == 0, ran.err
    log = logged(command.home)
    assert "Loaded SmolLM2" in log and "Answer ended: length" in log and "24 written" in log
    assert "ended with exit code 0" in log
    assert json.loads(ran.out)["content"][:20] not in log
    assert_none_in(log + ran.err)


@pytest.mark.parametrize(
    "fault", [Fault("gated", "*.gguf", on="any", times=0), Fault("not_found", "*.gguf", on="any", times=0)]
)
def test_a_download_that_fails_is_logged_without_the_token(command: Command, hub: Hub, fault: Fault) -> None:
    hub.account(TOKEN)
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(2_000_000)}, gated=True))
    hub.fault(fault)
    ran = command.here("--debug", "models", "pull", f"{REPO}:Q8_0", "--json", HF_TOKEN=TOKEN)
    assert ran.code == 1
    log = logged(command.home)
    assert "Download 1: running" in log and "Download 1: failed, hub." in log
    assert_none_in(log + ran.err)


def test_a_download_from_signed_links_is_logged_without_them(command: Command, hub: Hub) -> None:
    hub.account(TOKEN)
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(2_000_000)}, gated=True))
    hub.fault(Fault("second_host"))
    ran = command.here("--debug", "models", "pull", f"{REPO}:Q8_0", "--json", HF_TOKEN=TOKEN)
    assert ran.code == 0, ran.err
    assert "Download 1: done" in logged(command.home)
    assert_none_in(logged(command.home) + ran.err)


def test_a_run_with_tools_is_logged_by_its_events(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    answers = by_turn(
        call("write_file", {"path": f"{NAME}.txt", "content": WRITTEN}),
        call("read_file", {"path": f"no-{NAME}.txt"}),
        call("shell", {"command": f"echo {SHELL}; exit 3"}),
        call("nothing_of_the_kind", {"text": SHELL}),
        say(f"I {SAID}.", reasoning=f"Should I {SAID}?"),
    )
    with OpenAiServer(answers) as server:
        ran = command.here(
            "--debug", "run", f"{TASK} please", "--workspace", str(folder), "--model", server.model,
            "--approve", "workspace", "--json",
        )  # fmt: skip
    assert ran.objects[-1]["kind"] == "run_finished"
    log = logged(command.home)
    assert "ModelTurn 5" in log and "RunFinished, completed, answered" in log
    assert_none_in(log + ran.err)


def test_a_server_that_answers_with_an_error_is_logged_by_its_code(command: Command, tmp_path: Path) -> None:
    replies = in_order(*(Reply(f"I {SAID}", fault="stream_error", after=4, message=FAILED) for _ in range(9)))
    with OpenAiServer(replies) as server:
        ran = command.here("--debug", "chat", f"Tell me of {ASKED}.", "--model", server.model, "--json")
    assert ran.code == 1 and FAILED in ran.out
    log = logged(command.home)
    assert "Answer ended: error" in log and "remote." in log
    assert_none_in(log)
    assert server.url not in log


def test_a_mistake_of_ours_is_logged_with_its_place_and_without_the_text(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"cannot cope with {ASKED}")

    monkeypatch.setattr("app.store.messages.Messages.add", fail)
    ran = command.here("chat", f"Tell me of {ASKED}.", "--json")
    assert ran.code == 1
    log = logged(command.home)
    assert "ValueError: (message left out)" in log and "asking.py" in log
    assert_none_in(log)
