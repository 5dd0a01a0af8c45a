"""What a model would be on this machine is told before the download, and is the same after it."""

from __future__ import annotations

import json

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import published, tiny
from tests.support.hub.shelves import (
    GATED_REPO,
    MOE_REPO,
    SPLIT_REPO,
    gated_repository,
    moe_repository,
    split_repository,
)

pytestmark = [pytest.mark.long, pytest.mark.model, pytest.mark.usefixtures("measured")]
MOE_FILE = f"{MOE_REPO}/SmolLM2-135M-8x2-Q4_1.gguf"


def test_the_verdict_reads_little_of_a_file_and_is_that_of_the_same_file_on_disk(
    command: Command, hub: Hub
) -> None:
    hub.shelf.add(moe_repository())
    shown = command.here("models", "show", MOE_REPO, "--json")
    assert shown.code == 0 and shown.out.count("\n") == 1
    size = hub.content(MOE_FILE).bytes
    assert 0 < hub.log.sent(MOE_FILE) < 0.02 * size
    variants = {variant["name"]: variant for variant in shown.last["variants"]}
    assert set(variants) == {"Q4_1", "Q8_0"}
    assert [variant["best"] for variant in variants.values()].count(True) == 1
    remote = variants["Q4_1"]
    assert remote["id"] == f"{MOE_REPO}:Q4_1" and remote["state"] == "remote" and remote["path"] == ""
    projector = hub.content(f"{MOE_REPO}/mmproj-SmolLM2-135M-8x2-F16.gguf").bytes
    assert (
        remote["bytes"] == size + projector
        and remote["facts"]["sees"]
        and remote["sha256"] == hub.content(MOE_FILE).sha256
    )
    assert remote["verdict"]["source"] == "header" and remote["verdict"]["decode_tps"] > 0
    assert remote["facts"]["experts"] == 8 and 0 < remote["facts"]["bytes_read"] < 0.02 * size
    assert {one["path"] for one in shown.last["companions"]} == {
        "mmproj-SmolLM2-135M-8x2-F16.gguf",
        "imatrix.dat",
    }
    best = next(variant for variant in variants.values() if variant["best"])

    pulled = command.here("models", "pull", MOE_REPO, "--json")
    assert pulled.code == 0, pulled.err
    assert pulled.last["id"] == best["id"] and pulled.last["state"] == "ready"
    assert best["id"] in pulled.err and best["verdict"]["sentence"] in pulled.err
    here = command.here("models", "show", best["id"], "--json").last
    assert here["verdict"] == best["verdict"]
    assert here["path"] == pulled.last["path"] and here["sees"] and pulled.last["sees"]
    assert "text and pictures" in command.here("models", "show", best["id"]).out


def test_a_split_model_is_one_variant_and_comes_whole(command: Command, hub: Hub) -> None:
    hub.shelf.add(split_repository())
    pulled = command.here("models", "pull", f"{SPLIT_REPO}:q4_1", "--json")
    assert pulled.code == 0, pulled.err
    files = pulled.last["files"]
    assert len(files) == 3
    for number, file in enumerate(files, start=1):
        assert file["path"].endswith(f"-0000{number}-of-00003.gguf")
    assert pulled.last["bytes"] == sum(file["bytes"] for file in files)
    assert pulled.last["path"] == files[0]["path"] and pulled.last["sha256"] == files[0]["sha256"]
    inspected = command.here("inspect", f"{SPLIT_REPO}:Q4_1", "--json").last
    assert inspected["experts"] == 8


def test_people_get_a_table_with_the_best_marked(command: Command, hub: Hub) -> None:
    hub.shelf.add(
        HubRepo("demo/Tiny-GGUF", {f"tiny-{name}.gguf": tiny(300_000, 1, name) for name in ("Q4_0", "Q8_0")})
    )
    ran = command.here("models", "show", "demo/Tiny-GGUF")
    assert ran.code == 0 and ran.err == ""
    assert ran.out.count("best here") == 1
    assert "tokens per second" in ran.out and "coterie models pull demo/Tiny-GGUF:" in ran.out


def test_a_server_without_ranges_is_judged_by_sizes_and_that_is_said(command: Command, hub: Hub) -> None:
    name = "demo/Big-GGUF"
    hub.shelf.add(HubRepo(name, {"Big-Q4_K_M.gguf": published("Qwen3-30B-A3B", "Q4_K_M")}))
    hub.fault(Fault("ignore_range", times=0))
    ran = command.here("models", "show", name, "--json")
    (variant,) = ran.last["variants"]
    assert variant["verdict"]["source"] == "sizes" and variant["error"]["code"] == "hub.no_ranges"
    assert hub.log.sent(f"{name}/Big-Q4_K_M.gguf") < 50_000_000, "the file was not read"


def test_a_gated_repository_is_shown_and_says_where_to_ask(command: Command, hub: Hub) -> None:
    hub.shelf.add(gated_repository())
    hub.account("hf_mine")
    shown = command.here("models", "show", GATED_REPO, "--json")
    assert shown.last["gate"] == "manual"
    assert shown.last["variants"][0]["error"]["code"] == "hub.gated"
    refused = command.here("models", "pull", f"{GATED_REPO}:Q4_K_M", "--json")
    assert refused.code == 1 and refused.last["error"]["code"] == "hub.gated"
    assert f"{hub.address}/{GATED_REPO}" in refused.sentence
    taken = command.here("models", "pull", f"{GATED_REPO}:Q4_K_M", "--json", HF_TOKEN="hf_mine")
    assert taken.code == 0, taken.err


def test_plan_and_inspect_read_the_header_of_what_is_not_here(command: Command, hub: Hub) -> None:
    name = "demo/Big-GGUF"
    hub.shelf.add(HubRepo(name, {"Big-Q4_K_M.gguf": published("Qwen3-30B-A3B", "Q4_K_M")}))
    file = f"{name}/Big-Q4_K_M.gguf"
    planned = command.here("plan", f"{name}:Q4_K_M", "--json", "--memory", "CPU=4GiB")
    assert planned.out.count("\n") == 1
    assert planned.last["model"]["experts"] == 128
    assert planned.last["plan"]["measured"] is False
    assert "estimate" in planned.err
    inspected = command.here("inspect", file, "--json")
    assert inspected.code == 0 and inspected.last["architecture"] == "qwen3moe"
    assert hub.log.sent(file) < 20_000_000
    for arguments in (("plan", f"{name}:Q1_0"), ("inspect", "demo/Nothing-GGUF:Q8_0")):
        ran = command.here(*arguments, "--json")
        assert ran.code == 1 and ran.last["error"]["message"] == ran.sentence


def test_what_was_seen_is_shown_without_a_connection(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo("demo/Tiny-GGUF", {"tiny-Q8_0.gguf": tiny()}))
    before = command.here("models", "show", "demo/Tiny-GGUF", "--json").last
    hub.stop()
    after = command.here("models", "show", "demo/Tiny-GGUF", "--json").last
    assert after["variants"][0]["verdict"] == before["variants"][0]["verdict"]
    other = command.here("models", "show", "demo/Other-GGUF", "--json")
    assert other.code == 1 and json.loads(other.out)["error"]["code"] == "hub.unreachable"
