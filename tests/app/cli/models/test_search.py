"""`coterie models search`: results as they come, and what there is to say when there are none."""

from __future__ import annotations

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny


@pytest.fixture
def shelf(hub: Hub) -> Hub:
    for number in range(50):
        name = f"pebble/Pebble-{number}M-GGUF"
        hub.shelf.add(
            HubRepo(
                name,
                {},
                downloads=number,
                likes=50 - number,
                parameters=number * 10**6,
                architecture="llama",
                licence="mit" if number % 2 else "apache-2.0",
                gated="manual" if number == 7 else False,
            )
        )
    return hub


def names(command: Command, *arguments: str) -> list[str]:
    ran = command.here("models", "search", *arguments, "--json")
    assert ran.code == 0, ran.err
    assert all({"id", "path", "bytes", "sha256", "state"} <= set(found) for found in ran.objects)
    return [found["id"] for found in ran.objects]


def test_the_hub_filters_and_sorts(command: Command, shelf: Hub) -> None:
    assert names(command, "49m") == ["pebble/Pebble-49M-GGUF"]
    assert names(command, "--sort", "downloads", "--limit", "2") == [
        "pebble/Pebble-49M-GGUF",
        "pebble/Pebble-48M-GGUF",
    ]
    assert names(command, "--sort", "likes", "--limit", "1") == ["pebble/Pebble-0M-GGUF"]
    assert names(command, "--licence", "mit", "--sort", "downloads", "--limit", "1") == [
        "pebble/Pebble-49M-GGUF"
    ]
    assert len(names(command, "--author", "pebble", "--limit", "45")) == 45
    assert names(command, "--author", "nobody") == []


def test_people_get_a_table(command: Command, shelf: Hub) -> None:
    ran = command.here("models", "search", "--sort", "downloads", "--limit", "3")
    assert ran.code == 0 and len(ran.out.splitlines()) == 4
    assert "49M" in ran.out
    assert "needs approval" in command.here("models", "search", "pebble-7m").out
    nothing = command.here("models", "search", "zzz")
    assert nothing.code == 0 and nothing.out == "" and nothing.sentence


def test_names_of_strangers_cannot_move_the_cursor(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo("bad/esc\x1b[31mred-GGUF", {"a-Q8_0.gguf": tiny()}, licence="\x1b]0;gotcha\x07"))
    assert "\x1b" not in command.here("models", "search").out


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("unavailable", "hub.failed"),
        ("too_many", "hub.busy"),
        ("garbage", "hub.garbage"),
        ("html", "hub.garbage"),
    ],
)
def test_a_hub_that_cannot_answer_is_one_sentence(command: Command, shelf: Hub, kind: str, code: str) -> None:
    shelf.fault(Fault(kind, "search", on="api", times=0, seconds=60))  # type: ignore[arg-type]
    ran = command.here("models", "search", "--json")
    assert ran.code == 1
    assert ran.last["error"]["code"] in (code, "hub.busy")
    assert ran.last["error"]["message"] == ran.sentence


def test_offline_is_said_and_nothing_is_asked(command: Command, hub: Hub) -> None:
    command.home.mkdir(parents=True)
    (command.home / "settings.toml").write_text("offline = true\n")
    for arguments in (("search",), ("pull", "demo/Tiny-GGUF:Q8_0"), ("show", "demo/Tiny-GGUF")):
        ran = command.here("models", *arguments, "--json")
        assert ran.code == 1 and ran.last["error"]["code"] == "hub.offline"
        assert ran.last["error"]["message"] == ran.sentence
    assert len(hub.log) == 0


@pytest.mark.parametrize(
    "arguments", [("--sort", "best"), ("--limit", "0"), ("--limit", "many"), ("a", "b"), ("--nonsense",)]
)
def test_wrong_usage_is_2(command: Command, arguments: tuple[str, ...]) -> None:
    ran = command.here("models", "search", *arguments, "--json")
    assert ran.code == 2 and ran.last["error"]["code"] == "cli.usage"
