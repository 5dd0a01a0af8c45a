"""`coterie bench` on the starter model: the contract's object, and words for people."""

import json
from pathlib import Path

import msgspec
import pytest

from agents.check.check import Checked
from app.cli.bench import energy_words, print_modes
from app.cli.output import Output
from app.cli.tool_check import check_tools
from engine.local.measure.energy import TokenEnergy
from engine.local.measure.modes import ModeResult
from tests.support.command import Command, here
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import expert_model

pytestmark = [pytest.mark.model, pytest.mark.long]


def test_the_object_has_the_contracts_keys(coterie_home: Path) -> None:
    done = Command(coterie_home).run("bench", str(expert_model("qwen")), "--context", "1024", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {"prefill_tps", "decode_tps", "streams", "python_share", "device", "plan"} <= set(found)
    assert found["prefill_tps"] > 0 and set(found["streams"]) == {"1", "4"}
    assert found["plan"]["mode"] == "cpu" and found["plan"]["explanation"]


def test_an_answer_is_timed_behind_a_long_conversation() -> None:
    done = here("bench", "starter", "--depth", "600", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["depth"], found["draft"]) == (600, "none") and found["decode_tps"] > 0
    assert found["attention"] == found["plan"]["attention"] in ("plain", "flash")
    assert found["plan"]["context"] == 8192
    done = here("bench", "starter", "--depth", "8190", "--json")
    assert done.code == 1 and json.loads(done.out)["error"]["code"] == "engine.context_too_long"


@pytest.mark.parametrize(
    "options", [("--depth", "-1"), ("--depth", "9", "--modes"), ("--depth", "9", "--tune")]
)
def test_a_depth_goes_alone_and_is_a_number_of_tokens(options: tuple[str, ...]) -> None:
    done = here("bench", "starter", *options, "--json")
    assert done.code == 2 and json.loads(done.out)["error"]["code"] == "cli.usage"


def test_modes_give_the_same_words_each() -> None:
    done = here("bench", "starter", "--modes", "--json")
    assert done.code == 0, done.err
    modes = json.loads(done.out)["modes"]
    assert set(modes) == {"cpu"}
    assert set(modes["cpu"]) == {"decode_tps", "prefill_tps", "hit_rate", "text"} and modes["cpu"]["text"]


@pytest.mark.skipif(not is_built(), reason="the plugin is not built")
def test_with_a_worker_a_cache_of_experts_is_one_of_the_modes() -> None:
    path = str(expert_model("qwen"))
    with rpc_worker() as worker:
        options = ("--rpc", worker.address, "--memory", "RPC0=12000000", "--context", "1024")
        done = here("bench", path, "--modes", "--json", *options)
    assert done.code == 0, done.err
    modes = json.loads(done.out)["modes"]
    assert list(modes) == ["cpu", "layers", "resident", "cached"]
    assert 0 < modes["cached"].pop("hit_rate") < 1
    assert all(result["decode_tps"] > 0 for result in modes.values())
    assert not any(result.get("hit_rate") for result in modes.values())


def test_hits_have_a_column_where_a_mode_keeps_single_experts(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(json=False)
    output.language = "en"
    plain, cached = ModeResult(20.0, 100.0, 0.0, "words"), ModeResult(25.0, 100.0, 0.874, "words")
    print_modes({"cpu": plain}, output)
    assert "cache" not in capsys.readouterr().out
    print_modes({"cpu": plain, "cached": cached}, output)
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.endswith("Experts found in the cache") and first.endswith("second")
    assert second.endswith("87%")


def test_what_modes_read_from_disk_is_told_where_memory_is_limited(
    capsys: pytest.CaptureFixture[str],
) -> None:
    limit = 350_000_000
    found = {
        "mmap": ModeResult(1.25, 33.0, 0.0, "words", 306_000_000, limit, {"512": 33.0}),
        "disk": ModeResult(5.5, 80.0, 0.71, "words", 41_000_000, limit, {"512": 80.0, "2048": 75.0}),
    }
    print_modes(found, Output(json=True), limit)
    shown = json.loads(capsys.readouterr().out)
    assert shown["ratios"] == {"decode": 4.4, "prompts": {"512": 2.42}}
    assert shown["modes"]["disk"] == {
        "decode_tps": 5.5,
        "prefill_tps": 80.0,
        "hit_rate": 0.71,
        "text": "words",
        "disk_bytes_per_token": 41_000_000,
        "limit_bytes": limit,
        "prompts": {"512": 80.0, "2048": 75.0},
    }
    output = Output(json=False)
    output.language = "en"
    print_modes(found, output, limit)
    told = capsys.readouterr()
    assert "306 MB" in told.out and "71%" in told.out and not told.err
    head, paged, read = told.out.splitlines()
    assert head.endswith("Reading 2048 tokens") and read.endswith("75 tokens per second")
    assert paged.endswith("306 MB"), "it would have taken too long"
    unlimited = {"mmap": msgspec.structs.replace(found["mmap"], limit_bytes=0)}
    print_modes(unlimited, output, limit)
    assert "Memory couldn’t be limited to 350 MB here" in capsys.readouterr().err


@pytest.mark.agents
def test_the_check_of_tools_finds_the_starter_poor_and_says_what_went_wrong() -> None:
    done = here("bench", "starter", "--tools", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert set(found) == {"rating", "passed", "total", "failed", "seconds"}
    assert found["rating"] == "poor" and found["seconds"] > 0
    assert len(found["failed"]) == found["total"] - found["passed"] and all(
        failed["task"] and failed["words"] for failed in found["failed"]
    )


def test_what_the_check_of_tools_found_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(*arguments: object, **more: object) -> Checked:
        return Checked("fair", 8, 10, ("korean", "two_calls"), 29.6)

    monkeypatch.setattr("app.services.runs.tool_checks.ToolChecks.run", found)
    output = Output(json=False)
    output.language = "en"
    assert check_tools("starter", output) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Tools: fair",
        "8 of 10 tasks in 30 s",
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


def test_the_energy_of_a_token_is_told_with_what_was_measured() -> None:
    energy = TokenEnergy("dram, package-0", 12.3, 0.31, 2.94)
    assert energy_words(energy, "en") == (
        "0.31 J for each token read, 2.9 J for each token written, beyond the 12 W of an idle computer. "
        "Measured: memory, processor"
    )
    assert "12 W" in energy_words(energy, "ko") and "메모리" in energy_words(energy, "ko")
