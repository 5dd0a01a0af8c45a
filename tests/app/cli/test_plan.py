"""`coterie plan`: the contract's object, held against what loading then takes, on a worker on loopback."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli.plan import bytes_value, plan_object
from app.cli.plan_report import ranges, report
from app.services.placement.placements import calibrations
from app.services.services import open_services
from app.table import aligned
from engine.api import ModelFacts
from engine.errors import ErrorInfo
from engine.gguf.reading import read_index
from engine.local.calibration import calibrate
from engine.local.survey import survey
from engine.placement.plan import (
    RAM,
    CachedLayer,
    ExpertCache,
    PartialLayer,
    PlacementOptions,
    Plan,
    Prediction,
)
from engine.placement.planned_file import described
from engine.placement.planner import plan
from engine.values import Sampling
from tests.support.command import Command, here
from tests.support.computing.greedy_judge import is_as_likely
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.listening import Listening
from tests.support.models.gguf_headers import header_of
from tests.support.models.moe import moe_model
from tests.support.models.published_models import published_index
from tests.support.models.starter import starter_model
from tests.support.placement.machines import GB, machine
from tests.support.placement.plans import a_plan, a_planned_model
from tests.support.servers.free_port import free_port

pytestmark = pytest.mark.long

MIB = 2**20
CONTEXT = 1024
LAYERS = 30
QUESTION = "Write one sentence about the sea."
# From too small for anything to room for everything.
BUDGETS = (0, 8 * MIB, 90 * MIB, 170 * MIB, 300 * MIB, 2048 * MIB)

model = pytest.mark.model
WORDS, FEW_WORDS = 24, 12
GREEDY = ("--temperature", "0", "--max-tokens", str(FEW_WORDS), "--json")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with rpc_worker() as running:
        yield running


@pytest.fixture(scope="module")
def measured_worker(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What measuring this machine and the worker leaves in a data folder: beside other tests it is not kept."""
    folder = calibrations(tmp_path_factory.mktemp("measured"))
    found = survey((worker.address,))
    build = found.build_key
    calibrate(found.machine, build, folder, workers=(worker.address,), busy=lambda: 0.0)
    return folder


@pytest.fixture
def known(measured_worker: Path, coterie_home: Path) -> None:
    """The machine and the worker were measured before."""
    shutil.copytree(measured_worker, calibrations(coterie_home))


def planned(worker: Worker, budget: int) -> dict[str, Any]:
    done = here(
        "plan",
        str(moe_model()),
        "--context",
        str(CONTEXT),
        "--rpc",
        worker.address,
        "--memory",
        f"RPC0={budget}",
        "--json",
    )
    assert done.code == 0, done.err
    assert done.out.count("\n") == 1
    return dict(json.loads(done.out))


def loaded(home: Path, options: PlacementOptions) -> tuple[ModelFacts, str]:
    """What loading says of itself, and a greedy answer."""
    services = open_services(home)
    try:
        services.settings.change(sampling=Sampling(temperature=0.0), max_tokens=WORDS)
        told = Listening(services)
        services.models.use(str(moe_model()), options=options, remember=False)
        facts = told.model("ready").facts
        assert facts is not None
        answer = services.asking.send(services.conversations.create().id, QUESTION)
        return facts, told.finished(answer.id).content
    finally:
        services.close()


@model
@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("budget", BUDGETS)
def test_a_plan_keeps_its_budget_and_is_exactly_what_loading_takes(
    worker: Worker, coterie_home: Path, budget: int
) -> None:
    found = planned(worker, budget)
    plan, experts = found["plan"], found["plan"]["expert_layers"]
    taken = plan["bytes"]["RPC0"]
    assert plan["fits"] and plan["measured"] and sum(taken.values()) <= budget
    # Dense weights first, then the early layers, then a part of one, and not one layer less than would fit.
    on_worker = experts["RPC0"]
    assert on_worker == list(range(len(on_worker)))
    assert sorted(on_worker + experts[RAM]) == list(range(LAYERS))
    if on_worker or plan["partial"]:
        assert plan["dense_layers"]["RPC0"] == list(range(LAYERS))
    layer = found["model"]["expert_bytes"] // LAYERS
    if len(on_worker) < LAYERS and len(plan["dense_layers"]["RPC0"]) == LAYERS:
        assert sum(taken.values()) - (plan["expert_bytes"]["RPC0"] - layer * len(on_worker)) + layer > budget
    # Loading is asked for the same and says the same, and the same is said by the model.
    options = PlacementOptions(CONTEXT, budgets={"RPC0": budget}, workers=(worker.address,))
    facts, text = loaded(coterie_home, options)
    assert facts.plan is not None and facts.weights is not None
    assert {name: bytes_value(taken) for name, taken in facts.plan.bytes.items()} == plan["bytes"]
    assert facts.weights.misplaced == {}
    assert facts.weights.bytes.get("RPC0", 0) == taken["model"]
    assert is_as_likely(moe_model(), QUESTION, text, WORDS)


@model
@pytest.mark.usefixtures("known")
def test_the_object_has_the_contracts_keys(worker: Worker) -> None:
    found = planned(worker, 170 * MIB)
    assert set(found) == {"model", "devices", "plan"}
    assert {
        "architecture",
        "experts",
        "experts_used",
        "parameters",
        "active_parameters",
        "bytes",
        "expert_bytes",
        "active_bytes_per_token",
    } == set(found["model"])
    assert (found["model"]["experts"], found["model"]["experts_used"]) == (8, 2)
    devices = {device["name"]: device for device in found["devices"]}
    assert set(devices) == {"RPC0", RAM}
    assert (devices["RPC0"]["kind"], devices["RPC0"]["budget"]) == ("rpc", 170 * MIB)
    assert {"name", "kind", "free", "budget"} <= set(devices[RAM])
    plan = found["plan"]
    assert {"context", "ubatch", "mode", "expert_layers", "overrides", "bytes", "fits", "predicted"} <= set(
        plan
    )
    assert plan["context"] == CONTEXT and plan["mode"] == "resident"
    assert set(plan["bytes"]["RPC0"]) == {"model", "context", "compute"}
    assert all(isinstance(pattern, str) and device == RAM for pattern, device in plan["overrides"])
    predicted = plan["predicted"]
    assert predicted["decode_range"][0] < predicted["decode_tps"] < predicted["decode_range"][1]
    assert predicted["prefill_range"][0] < predicted["prefill_tps"] < predicted["prefill_range"][1]
    assert plan["attention"] in ("plain", "flash") and plan["kv_type"] == "f16"
    assert plan["mtp"] is False, "the model has no head"
    assert plan["explanation"].endswith(".")


@model
def test_chat_takes_the_same_options(worker: Worker) -> None:
    options = ("--rpc", worker.address, "--memory", "RPC0=170MiB", "--context", str(CONTEXT))
    there = here("chat", QUESTION, *options, "--model", str(moe_model()), *GREEDY)
    assert there.code == 0, there.err
    assert is_as_likely(moe_model(), QUESTION, json.loads(there.out)["content"], FEW_WORDS)


@model
@pytest.mark.parametrize(("first", "other", "used"), [(300, 290, 2), (170, 40, 1)])
def test_two_workers_keep_their_budgets_and_the_answer_is_the_same(
    worker: Worker, first: int, other: int, used: int
) -> None:
    with rpc_worker() as second:
        options = ("--rpc", worker.address, "--rpc", second.address, "--context", str(CONTEXT))
        options += ("--memory", f"RPC0={first}MiB", "--memory", f"RPC1={other * MIB}")
        done = here("plan", str(moe_model()), *options, "--json")
        assert done.code == 0, done.err
        found = json.loads(done.out)
        plan = found["plan"]
        budgets = {device["name"]: device["budget"] for device in found["devices"]}
        assert (budgets["RPC0"], budgets["RPC1"]) == (first * MIB, other * MIB)
        taken = {name: sum(plan["bytes"][name].values()) for name in ("RPC0", "RPC1")}
        assert all(taken[name] <= budgets[name] for name in taken)
        # Where both have not room for attention and experts, one is left out and named.
        assert sum(size > 0 for size in taken.values()) == used
        notices = [notice["code"] for notice in plan["notices"]]
        assert notices == ["plan.device_unused"] * (2 - used)
        layers = plan["expert_layers"]
        assert sorted(layers["RPC0"] + layers["RPC1"] + layers[RAM]) == list(range(LAYERS))
        assert used == 1 or (layers["RPC0"] and layers["RPC1"])
        there = here("chat", QUESTION, *options, "--model", str(moe_model()), *GREEDY)
    assert there.code == 0, there.err
    assert is_as_likely(moe_model(), QUESTION, json.loads(there.out)["content"], FEW_WORDS)


def split_with_a_part_missing(folder: Path) -> Path:
    metadata = {"general.architecture": "llama", "split.no": 0, "split.count": 2, "split.tensors.count": 1}
    header, size = header_of(metadata, read_index(starter_model()).tensors[:1])
    path = folder / "model-00001-of-00002.gguf"
    path.write_bytes(header + bytes(size))
    return path


def more_experts_used_than_there_are(folder: Path) -> Path:
    experts = {"llama.block_count": 1, "llama.expert_count": 8, "llama.expert_used_count": 9}
    metadata = {"general.architecture": "llama", **experts}
    header, size = header_of(metadata, read_index(starter_model()).tensors[:1])
    path = folder / "greedy.gguf"
    path.write_bytes(header + bytes(size))
    return path


@model
@pytest.mark.parametrize(
    ("make", "code", "told"),
    [
        (split_with_a_part_missing, "model.split_missing", "model-00002-of-00002.gguf"),
        (more_experts_used_than_there_are, "model.experts", "9"),
    ],
)
def test_a_file_that_is_no_whole_model_is_told_in_one_sentence_with_exit_1(
    tmp_path: Path, make: Callable[[Path], Path], code: str, told: str
) -> None:
    done = here("plan", str(make(tmp_path)), "--json", LC_ALL="C.UTF-8")
    assert done.code == 1
    error = json.loads(done.out)["error"]
    assert (error["code"], error["message"]) == (code, done.err.strip())
    assert told in error["message"] and "\n" not in done.err.strip()


@model
@pytest.mark.usefixtures("measured")
def test_what_fits_nowhere_is_planned_and_refused_with_exit_1() -> None:
    done = here("plan", "starter", "--memory", "CPU=1MiB", "--json", LC_ALL="C.UTF-8")
    assert done.code == 1
    plan = json.loads(done.out)["plan"]
    assert plan["fits"] is False
    assert plan["refusal"]["message"] == done.err.strip() and "\n" not in done.err.strip()


@model
@pytest.mark.usefixtures("measured")
def test_a_budget_larger_than_the_device_is_cut_down_and_told() -> None:
    done = here("plan", "starter", "--memory", "CPU=900000GiB", "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["devices"][-1]["budget"] <= found["devices"][-1]["free"]
    assert [notice["code"] for notice in found["plan"]["notices"]] == ["plan.budget_cut"]


@model
@pytest.mark.usefixtures("measured")
def test_the_plan_for_people_is_a_table_and_a_sentence_in_their_language(coterie_home: Path) -> None:
    english = Command(coterie_home).run("plan", "starter")
    assert english.code == 0 and english.out.rstrip().endswith(".")
    assert "Device" in english.out and "tokens per second" in english.out
    korean = here("plan", "starter", LC_ALL="ko_KR.UTF-8")
    assert korean.code == 0 and "장치" in korean.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--memory", "CPU=-1"), "cli.bad_size"),
        (("--memory", "CPU=lots"), "cli.bad_size"),
        (("--memory", "CPU=1e9"), "cli.bad_size"),
        (("--memory", "CPU"), "cli.bad_memory"),
        (("--memory", "CPU=1GiB", "--memory", "CPU=2GiB"), "cli.memory_twice"),
        (("--rpc", "nowhere:0"), "worker.bad_address"),
        (("--rpc", "host:port"), "worker.bad_address"),
        (("--rpc", "[::1]:50052"), "worker.ipv6"),
        (("--rpc", "127.0.0.1:50052", "--rpc", "127.0.0.1:50052"), "worker.twice"),
    ],
)
@pytest.mark.parametrize("command", [("plan", "starter"), ("chat", "Hi")])
def test_options_that_are_none_are_wrong_usage_told_in_one_sentence(
    command: tuple[str, ...], arguments: tuple[str, ...], code: str
) -> None:
    done = here(*command, *arguments, "--json", LC_ALL="C.UTF-8")
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert (error["code"], error["message"]) == (code, done.err.strip())
    assert "\n" not in done.err.strip() and done.err.strip().endswith(".")


@model
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("plan", "/no/such/model.gguf"), "model.missing"),
        (("plan", "starter", "--memory", "CUDA7=1GiB"), "placement.unknown_device"),
        (("plan", "starter", "--memory", "RPC0=1GiB"), "placement.unknown_device"),
        (("plan", "starter", "--context", "999999"), "engine.context_too_long"),
        (("chat", "Hi", "--memory", "CUDA7=1GiB"), "placement.unknown_device"),
    ],
)
def test_what_cannot_be_planned_is_told_in_one_sentence_with_exit_1(
    arguments: tuple[str, ...], code: str
) -> None:
    done = here(*arguments, "--json", LC_ALL="C.UTF-8")
    assert done.code == 1
    error = json.loads(done.out)["error"]
    assert (error["code"], error["message"]) == (code, done.err.strip())
    assert "\n" not in done.err.strip()


@pytest.fixture
def chatterbox() -> Iterator[str]:
    """Answers whoever connects with something that is no worker's word; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve() -> None:
            server.settimeout(0.1)
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        ended.set()
        thread.join()


@model
def test_a_worker_that_is_away_is_told() -> None:
    done = here("plan", "starter", "--rpc", f"127.0.0.1:{free_port()}", "--json")
    assert done.code == 1
    assert json.loads(done.out)["error"]["code"] == "worker.refused"


@model
def test_what_is_no_worker_is_told(chatterbox: str) -> None:
    done = here("plan", "starter", "--rpc", chatterbox, "--json")
    assert done.code == 1
    assert json.loads(done.out)["error"]["code"] == "worker.not_a_worker"


def test_numbers_of_layers_are_told_in_ranges() -> None:
    assert ranges(()) == ""
    assert ranges((3,)) == "3"
    assert ranges((0, 1, 2, 5, 7, 8)) == "0-2, 5, 7-8"


def test_columns_stand_under_each_other_in_korean_too() -> None:
    assert aligned([("장치", "a"), ("CPU", "b")], "  ") == ["장치  a", "CPU   b"]


def test_a_partial_layer_and_notices_are_in_the_object_and_in_the_table() -> None:
    plan = msgspec.structs.replace(
        a_plan(notices=(ErrorInfo("settings.bad_value", {"key": "x"}),)),
        partial=PartialLayer("CUDA0", 1, ("up", "gate")),
    )
    shown = plan_object(a_planned_model("/m.gguf", plan), "en")["plan"]
    assert shown["partial"] == {"device": "CUDA0", "layer": 1, "kinds": ("up", "gate")}
    assert shown["notices"][0]["code"] == "settings.bad_value"
    assert "2B" in report(a_planned_model("/m.gguf", plan), "en")


def a_cached_plan() -> Plan:
    cache = ExpertCache("CUDA0", (CachedLayer(0, 4, 400), CachedLayer(1, 3, 300)), 100)
    predicted = Prediction(20.0, (16.0, 24.0), 200.0, (150.0, 250.0), 0.82, (0.27, 0.92))
    found = a_plan()
    placement = msgspec.structs.replace(found.placement, devices=("CUDA0",), expert_cache=cache)
    return msgspec.structs.replace(found, mode="cached", placement=placement, predicted=predicted)


def test_a_cache_of_experts_has_a_row_in_words() -> None:
    made = a_planned_model("/models/a.gguf", a_cached_plan())
    english, korean = report(made, "en"), report(made, "ko")
    assert (
        "3-4 of 8 experts in each of 2 layers on CUDA0, about 82% of those that a token needs (27–92%)"
        in english
    )
    assert (
        "레이어 2개에서 각각 전문가 8개 중 3-4개를 CUDA0에 둠, 토큰에 필요한 전문가의 약 82%(27~92%)"
        in korean
    )
    assert "Cache" not in report(a_planned_model("/models/a.gguf"), "en")


def test_a_cache_of_experts_stands_in_the_object() -> None:
    found = plan_object(a_planned_model("/models/a.gguf", a_cached_plan()), "en")["plan"]
    assert found["mode"] == "cached"
    assert found["expert_cache"]["layers"][1] == {"layer": 1, "slots": 3, "bytes": 300}
    assert (found["predicted"]["hit_rate"], found["predicted"]["hit_range"]) == (0.82, (0.27, 0.92))
    usual = plan_object(a_planned_model("/models/a.gguf"), "en")["plan"]
    assert usual["expert_cache"] is None and usual["predicted"]["hit_rate"] == 0


def test_what_a_token_reads_of_each_device_is_told() -> None:
    planned = a_planned_model("/models/a.gguf")
    assert "30 MB from CUDA0, 8 MB from RAM" in report(planned, "en")
    shown = plan_object(planned, "en")["plan"]["predicted"]
    assert shown["bytes_per_token"] == {"CUDA0": 30_000_000, RAM: 8_000_000}


def test_the_disk_is_a_floor_of_the_table_and_of_the_json() -> None:
    index, host = published_index("DeepSeek-R1"), msgspec.structs.replace(machine(64 * GB), floors=True)
    planned = described("/m.gguf", index, host, plan(index, host, PlacementOptions()))
    assert planned.plan.mode == "disk"
    english, korean = report(planned, "en"), report(planned, "ko")
    row = next(line for line in english.splitlines() if line.startswith("DISK"))
    assert "3-60" in row
    assert "from RAM, " in english and "from disk" in english and "디스크" in korean
    assert "the others are read from the disk" in english
    made = plan_object(planned, "en")["plan"]
    assert made["mode"] == "disk" and made["fits"] and made["paged"] == 0
    assert made["bytes"]["DISK"] == {"model": planned.plan.expert_bytes["DISK"], "context": 0, "compute": 0}
    read = made["predicted"]["bytes_per_token"]
    assert set(read) == {"CPU", "VRAM", "RAM", "DISK"}
    assert read["RAM"] == read["CPU"] > 0 and read["VRAM"] == 0 and read["DISK"] > 0
    assert made["expert_layers"]["DISK"] == list(range(3, 61))
