"""`coterie usage`: what runs and chats took, by day, month and model; its price; and that it can be deleted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.records import UsageDay
from app.store.store import Store
from tests.support.command import Command
from tests.support.servers.openai_script import say
from tests.support.servers.openai_server import OpenAiServer


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer(lambda _: say("It is done.")) as server:
        yield server


@pytest.fixture
def command(coterie_home: Path) -> Command:
    return Command(coterie_home, "http://127.0.0.1:9")


def run(command: Command, server: OpenAiServer, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    done = command.here("run", "Look", "--workspace", str(folder), "--model", server.model, "--json")
    assert done.code == 0
    assert done.last["read"] > 0 and done.last["joules"] is None


def test_runs_are_counted_and_have_no_price_unless_one_is_set(
    command: Command, server: OpenAiServer, tmp_path: Path
) -> None:
    assert command.here("usage", "--json").last["total"]["answers"] == 0
    assert "No answers in the last 30 days." in command.here("usage").out
    run(command, server, tmp_path / "folder")
    shown = command.here("usage", "--json", "--days", "3").last
    assert [day["answers"] for day in shown["days"]] == [0, 0, 1]
    (model,) = shown["models"]
    assert (model["model"], model["remote"], model["cost"]) == (server.model, True, None)
    assert shown["total"]["prompt_tokens"] > 0 and shown["total"]["joules"] is None
    assert shown["months"][0]["answers"] == 1 and shown["uses"][0]["use"] == "run"

    prices = f'currency = "EUR"\n[token_prices]\n"{server.model}" = {{ read = 1000.0, written = 2000.0 }}\n'
    (command.home / "settings.toml").write_text(prices)
    shown = command.here("usage", "--json").last
    read, written = shown["total"]["prompt_tokens"], shown["total"]["completion_tokens"]
    assert shown["total"]["cost"] == pytest.approx((read * 1000 + written * 2000) / 1e6)
    words = command.here("usage")
    assert "EUR" in words.out and "Months" in words.out and server.model in words.out


def test_chats_are_counted_also_with_a_model_elsewhere(command: Command, server: OpenAiServer) -> None:
    assert command.here("chat", "Hello", "--model", server.model, "--json").code == 0
    shown = command.here("usage", "--json").last
    uses = {use["use"]: use["answers"] for use in shown["uses"]}
    assert uses["chat"] >= 1 and {model["model"] for model in shown["models"]} == {server.model}


def test_the_history_is_deleted_when_it_is_wanted(
    command: Command, server: OpenAiServer, tmp_path: Path
) -> None:
    run(command, server, tmp_path / "folder")
    assert command.here("usage", "--forget").out.strip() == "The history of usage is deleted."
    assert command.here("usage", "--json").last["total"]["answers"] == 0


def test_the_first_month_and_the_energy_of_a_token_are_told(command: Command) -> None:
    energy = {
        "joules": 64.0,
        "measured": 1,
        "domains": "battery",
        "prompt_joules": 4.0,
        "answer_joules": 60.0,
    }
    today = datetime.date.today().isoformat()
    with Store.open(command.home / "coterie.db", command.home / "backups") as store:
        first = UsageDay("2020-02-03", model="qwen", answers=3, read=500)
        line = UsageDay(
            today, model="qwen", answers=1, read=10, written=5, measured_read=10, measured_written=5, **energy
        )
        store.usage.add([first, line])
    shown = command.here("usage", "--json").last
    assert shown["first_month"]["month"] == "2020-02" and shown["first_month"]["prompt_tokens"] == 500
    total = shown["total"]
    assert (total["joules_per_prompt_token"], total["joules_per_completion_token"]) == (0.4, 12.0)
    words = command.here("usage")
    assert (
        "2020-02" in words.out and "0.4 J a token read" in words.out and "12 J a token written" in words.out
    )
    assert "whole computer, by its battery" in words.out + words.err
