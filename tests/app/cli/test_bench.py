"""`coterie bench` on the starter model: the contract's object, and words for people."""

import json
from pathlib import Path

import pytest

from agents.check.check import Checked
from app.cli.bench import bench
from app.cli.output import Output
from app.cli.placement_options import PlacementOptions
from app.cli.tool_check import check_tools
from engine.local.modes import ModeResult
from tests.support.command import Command, here

pytestmark = pytest.mark.model


def test_the_object_has_the_contracts_keys(coterie_home: Path) -> None:
    done = Command(coterie_home).run("bench", "starter", "--context", "1024", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {"prefill_tps", "decode_tps", "streams", "python_share", "device", "plan"} <= set(found)
    assert found["prefill_tps"] > 0 and set(found["streams"]) == {"1", "4"}
    assert found["plan"]["mode"] == "cpu" and found["plan"]["explanation"]


def test_modes_give_the_same_words_each() -> None:
    done = here("bench", "starter", "--modes", "--json")
    assert done.code == 0, done.err
    modes = json.loads(done.out)["modes"]
    assert set(modes) == {"cpu"}
    assert set(modes["cpu"]) == {"decode_tps", "prefill_tps", "hit_rate", "text"} and modes["cpu"]["text"]


@pytest.mark.agents
def test_the_check_of_tools_finds_the_starter_poor_and_says_what_went_wrong() -> None:
    done = here("bench", "starter", "--tools", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert set(found) == {"rating", "passed", "total", "failed", "seconds"}
    assert found["rating"] == "poor" and found["seconds"] < 90
    assert len(found["failed"]) == found["total"] - found["passed"] and all(
        failed["task"] and failed["words"] for failed in found["failed"]
    )


def test_what_the_check_of_tools_found_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(*arguments: object, **more: object) -> Checked:
        return Checked("fair", 8, 10, ("korean", "two_calls"), 29.6)

    monkeypatch.setattr("app.services.tool_checks.ToolChecks.run", found)
    output = Output(json=False)
    output.language = "en"
    assert check_tools("starter", output) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Tools: fair",
        "8 of 10 tasks in 30 seconds",
        "What went wrong:",
        "  calling a tool when asked in Korean",
        "  two calls in a row",
    ]


def test_tools_are_checked_alone() -> None:
    done = here("bench", "starter", "--tools", "--context=1024", "--json")
    assert done.code == 2 and json.loads(done.out)["error"]["code"] == "cli.usage"


def test_modes_and_tuning_at_once_are_wrong_usage() -> None:
    done = here("bench", "starter", "--modes", "--tune", "--json")
    assert done.code == 2 and json.loads(done.out)["error"]["code"] == "cli.usage"


def test_a_file_that_is_no_model_is_told_in_one_sentence() -> None:
    done = here("bench", "/no/such/file.gguf", "--json")
    assert done.code == 1
    assert json.loads(done.out)["error"]["message"] == done.err.strip()


def shown_modes(
    found: dict[str, ModeResult], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """What is printed of these modes."""
    monkeypatch.setattr("app.services.trials.Trials.modes", lambda *_: found)
    output = Output(json=False)
    output.language = "en"
    assert bench("starter", PlacementOptions(), output, modes=True, tune=False) == 0
    return capsys.readouterr().out.splitlines()


def test_the_mode_that_keeps_experts_tells_how_often_they_were_there(
    coterie_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {
        "resident": ModeResult(31.4, 210.0, 0.0, "A story"),
        "cached": ModeResult(41.2, 180.0, 0.807, "A story"),
    }
    lines = shown_modes(found, monkeypatch, capsys)
    assert [line.split("  ")[0] for line in lines] == ["Mode", "resident", "cached"]
    assert lines[0].endswith("Experts that were there") and lines[2].endswith("81 %")
    assert lines[1].endswith("210 tokens per second")
    lines = shown_modes({"resident": found["resident"]}, monkeypatch, capsys)
    assert lines[0].endswith("Reading a prompt")
