"""A model with a cache of single experts: it says what it says without, and what the cache did is told."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.activity import CacheActivity
from engine.api import Delta, GenerateRequest, Loaded, LoadRequest, ModelFacts
from engine.local.client import LocalEngine
from engine.local.isolated_call import Report, ask
from engine.local.native.layouts.huge_pages import page_size
from engine.placement.plan import RAM, PlacementOptions
from engine.values import Message, Sampling
from tests.support.engines import recorder
from tests.support.engines.recorder import Recorder
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import HandPlaced, cached_host, cached_session, is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import moe_model

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_built(), reason="the plugin is not built"),
    pytest.mark.long,
]

STORY = "Tell me a story about the sea."
TINY = LAYOUTS["qwen"]


class Course(msgspec.Struct, frozen=True, tag="course"):
    """Answers of one session, what was told, the counters at the end, and the bytes granted."""

    texts: list[str]
    told: list[CacheActivity]
    counters: dict[str, int]
    granted: int
    notices: list[str]
    splits: tuple[int, int]


class HugePages(msgspec.Struct, frozen=True, tag="huge_pages"):
    """Bytes of memory for which huge pages were asked, and of slots."""

    asked: int
    slots: int


def _huge_pages(_: Report, path: str, slots: int) -> HugePages:
    session = cached_session(path, slots)
    plan, caching = session.facts.plan, session.caching
    assert plan is not None and plan.placement.expert_cache is not None and caching is not None
    asked = size = 0
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, *values = line.split()
        size = 1024 * int(values[0]) if name == "Size:" else size
        asked += size if name == "VmFlags:" and "hg" in values else 0
    held = caching.counters.allocated - plan.placement.expert_cache.workspace
    session.close()
    return HugePages(asked, held)


def _course(
    _: Report, path: str, slots: int, questions: tuple[str, ...], tokens: int, options: dict[str, Any]
) -> Course:
    """Each question is answered; before the second and the third the context is made anew, by watching experts
    and by no longer doing so."""
    from engine.local.measure.single_stream import answer_single_stream

    session = cached_session(path, slots, **options)
    texts: list[str] = []
    told: list[CacheActivity] = []

    def emit(event: object) -> None:
        if isinstance(event, Delta):
            texts[-1] += event.text
        elif isinstance(event, CacheActivity):
            told.append(event)

    for number, question in enumerate(questions):
        if number in (1, 2):
            session.watch_experts(number == 1)
        texts.append("")
        request = GenerateRequest(
            number, (Message("user", question),), Sampling(0.0, seed=0), max_tokens=tokens
        )
        end = answer_single_stream(session, request, emit, lambda: None)
        assert end.error is None, end.error
    plan = session.facts.plan
    assert plan is not None
    cache = plan.placement.expert_cache
    counters = session.caching.counters._asdict() if session.caching else {}
    answer = Course(
        texts,
        told,
        counters,
        cache.total if cache else 0,
        [notice.code for notice in plan.notices],
        session.facts.graph_splits,
    )
    session.close()
    return answer


def course(
    path: Path, slots: int, questions: tuple[str, ...] = (STORY,), tokens: int = 24, **options: object
) -> Course:
    return ask(_course, (str(path), slots, questions, tokens, options), Course)


def check_counts(found: Course, experts: int, slots: int) -> None:
    """What was told adds up, and nothing beyond what was granted is held."""
    counters = found.counters
    assert 0 < counters["hits"] < counters["uses"]
    assert 0 < counters["allocated"] <= found.granted
    assert counters["evicted"] <= counters["brought"]
    assert sum(each.uses for each in found.told) <= counters["uses"]
    assert sum(each.tokens for each in found.told) > 0
    for each in found.told:
        assert 0 <= each.hits <= each.uses
        for row in each.warm_experts:
            assert len(row) == len(set(row)) <= slots
            assert all(0 <= expert < experts for expert in row)
    assert any(found.told[-1].warm_experts)


@pytest.mark.skipif(not page_size(), reason="this system has no huge pages to ask for")
def test_slots_in_ram_ask_for_huge_pages() -> None:
    found = ask(_huge_pages, (str(moe_model()), 4), HugePages)
    # But for the ends of each layer's memory, which are no whole pages.
    assert 0.99 * found.slots < found.asked < 1.01 * found.slots


def test_the_starter_says_the_same_with_half_of_its_experts_in_slots() -> None:
    plain = course(moe_model(), 0, tokens=16)
    cached = course(moe_model(), 4, tokens=16)
    assert cached.texts == plain.texts and cached.texts[0]
    assert plain.counters == {} and plain.told == []
    assert cached.notices == []
    check_counts(cached, 8, 4)
    assert cached.splits == plain.splits, "llama.cpp sees one device"


def test_a_context_made_anew_goes_on_with_the_cache_that_is_open() -> None:
    found = course(expert_model("qwen"), TINY.used, (STORY, STORY, STORY))
    assert found.texts[0] == found.texts[1] == found.texts[2]
    check_counts(found, TINY.experts, TINY.used)
    assert found.told[-1].uses > 0, "the third answer too was computed with it"


def test_layers_that_are_not_placed_in_the_cache_have_no_residents() -> None:
    found = course(expert_model("qwen"), 8, layers=(TINY.layers[-1],))
    assert [bool(row) for row in found.told[-1].warm_experts] == [
        layer == TINY.layers[-1] for layer in range(len(found.told[-1].warm_experts))
    ]


@functools.cache
def plain_with_places() -> Course:
    # In a type that llama.cpp does not repack for the CPU: repacked weights give other roundings.
    return course(expert_model("qwen", "F16"), 0, streams=4)


@pytest.mark.parametrize("misses", ["computed", "brought"])
def test_either_way_with_misses_the_text_is_the_same_where_several_can_be_written(misses: str) -> None:
    found = course(expert_model("qwen", "F16"), 5, misses=misses, streams=4)
    assert found.texts == plain_with_places().texts and found.texts[0]
    check_counts(found, TINY.experts, 5)


def test_a_second_start_is_warm_and_a_damaged_file_makes_it_a_cold_one(tmp_path: Path) -> None:
    slots = TINY.used
    options = {"tokens": 1, "calibrations": str(tmp_path)}
    cold = course(expert_model("qwen"), slots, **options)  # type: ignore[arg-type]
    [file] = tmp_path.glob("experts-*.json")
    kept = msgspec.json.decode(file.read_bytes())["layers"]
    assert {int(layer): tuple(row) for layer, row in kept.items()} == {
        layer: row for layer, row in enumerate(cold.told[-1].warm_experts) if row
    }
    warm = course(expert_model("qwen"), slots, **options)  # type: ignore[arg-type]
    assert warm.counters["hits"] > cold.counters["hits"]
    file.write_bytes(b'{"format": 1, "layers": {"0": [99999999999999999999]}}')
    again = course(expert_model("qwen"), slots, **options)  # type: ignore[arg-type]
    assert again.counters == cold.counters and again.texts == cold.texts


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """How many files there are after each of three answers, the second of which ends a minute later."""

    files: list[int]


def _keep(_: Report, path: str, folder: str) -> Kept:
    from engine.local.measure import speed
    from engine.local.model import expert_caching

    session = cached_session(path, 8, calibrations=folder)
    assert session.caching is not None
    files = []
    for interval in (expert_caching.KEEP_INTERVAL_S, 0.0, expert_caching.KEEP_INTERVAL_S):
        expert_caching.KEEP_INTERVAL_S = interval
        speed.warm_up(session, lambda: None)
        found = list(Path(folder).glob("experts-*.json"))
        files.append(len(found))
        for file in found:
            file.unlink()
    session.close()
    return Kept(files)


def test_what_is_resident_is_kept_when_the_engine_rests_but_not_all_the_time(tmp_path: Path) -> None:
    found = ask(_keep, (str(expert_model("qwen")), str(tmp_path)), Kept)
    assert found.files == [0, 1, 0]
    assert len(list(tmp_path.glob("experts-*.json"))) == 1, "and when it ends"


class Filled(msgspec.Struct, frozen=True, tag="filled"):
    """Slots of a cold cache that had an expert after it was warmed up, and all of them."""

    there: int
    slots: int


def _fill(_: Report, path: str) -> Filled:
    from engine.local.measure import speed

    session = cached_session(path, TINY.experts)
    assert session.caching is not None
    speed.warm_up(session, lambda: None)
    there = sum(map(len, session.caching.warm_experts()))
    session.close()
    return Filled(there, TINY.experts * len(TINY.layers))


def test_what_is_measured_is_measured_with_a_cache_that_an_answer_has_filled() -> None:
    found = ask(_fill, (str(expert_model("qwen")),), Filled)
    assert found.there > 0.9 * found.slots


@pytest.fixture
def cached_engine(told: Recorder) -> Iterator[LocalEngine]:
    main = functools.partial(cached_host, placed=HandPlaced(8, RAM))
    engine = LocalEngine(told, main)
    yield engine
    engine.close()


def test_an_engine_tells_while_it_answers_and_when_it_rests(
    cached_engine: LocalEngine, told: Recorder
) -> None:
    cached_engine.load(LoadRequest(str(expert_model("qwen")), PlacementOptions(512)))
    plan = told.next(Loaded).model.plan
    assert plan is not None and plan.placement.expert_cache is not None and plan.notices == ()
    assert told.next(CacheActivity).tokens == 0
    told.answer(cached_engine, recorder.ask(1, STORY, max_tokens=16))
    at_rest = told.next(CacheActivity)
    assert at_rest.uses >= at_rest.hits > 0 and at_rest.brought_bytes > 0
    assert len(at_rest.warm_experts[TINY.layers[0]]) > 0


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """What a plan says that a device takes in all, and what it does: llama.cpp's account, and the cache's."""

    planned: int
    accounted: int
    cached: int
    facts: ModelFacts


def _take(_: Report, path: str, address: str, budget: int, whole: int) -> Taken:
    from engine.local import native
    from engine.local.loading import open_session
    from engine.local.native import memory, tensors

    options = PlacementOptions(
        1024, workers=(address,), budgets={"RPC0": budget}, mode="cached", whole_layers=whole
    )
    session = open_session(LoadRequest(path, options, threads=1), native.AbortFlag(), lambda _: True, None)
    plan, expert_caching = session.facts.plan, session.caching
    assert plan is not None and expert_caching is not None
    weights = tensors.placed_tensors(session.model, plan.placement)
    taken = Taken(
        plan.bytes["RPC0"].total,
        memory.loaded_bytes(session.handle, weights)["RPC0"].total,
        expert_caching.counters.allocated,
        session.facts,
    )
    session.close()
    return taken


@pytest.mark.skipif(sys.platform != "linux", reason="llama.cpp's account is read on Linux alone")
@pytest.mark.parametrize(("budget", "whole"), [(12_000_000, 0), (40_000_000, 1)])
def test_what_a_planned_cache_takes_on_a_worker_was_planned_to_the_byte(budget: int, whole: int) -> None:
    with rpc_worker() as worker:
        question = (str(expert_model("qwen")), worker.address, budget, whole)
        taken = ask(_take, question, Taken, workers=(worker.address,))
    assert taken.accounted + taken.cached == taken.planned <= budget
    plan, weights = taken.facts.plan, taken.facts.weights
    assert plan is not None and weights is not None and weights.misplaced == {}
    assert plan.expert_layers["RPC0"] == tuple(range(whole)) and plan.placement.expert_cache is not None
    assert weights.bytes == {name: size.model for name, size in plan.bytes.items()}
    assert weights.expert_bytes == plan.expert_bytes


class Found(msgspec.Struct, frozen=True, tag="found"):
    """How many tensors of experts each layer of each model has, by llama.cpp's list; and whether the first token's
    inputs are the same ones."""

    counts: list[dict[int, int]]
    same: bool


def _find(_: Report, paths: tuple[str, ...]) -> Found:
    from unittest.mock import patch

    from engine.local import native
    from engine.local.native import tensors
    from engine.placement.plan import ExpertCache, Placement

    placement = Placement(256, expert_cache=ExpertCache(RAM, (), 0))
    counts, same = [], True
    for path in paths:
        model = native.load_model(path, placement, lambda _: True)
        listed = tensors.expert_tensors(model, placement)
        with patch.object(tensors, "lists_tensors", lambda: False):
            computed = tensors.expert_tensors(model, placement)
        native.free_model(model)
        counts.append({layer: len(each) for layer, each in listed.items()})
        same = same and {layer: set(each) for layer, each in listed.items()} == {
            layer: set(each) for layer, each in computed.items()
        }
    return Found(counts, same)


def test_weights_biases_and_scales_of_a_layers_experts_are_found_either_way() -> None:
    expected = {"qwen": 3, "fused": 2, "gpt-oss": 6, "scaled": 6, "without-gate": 2, "grouped": 3}
    found = ask(_find, (tuple(str(expert_model(layout)) for layout in expected),), Found)
    assert found.counts == [
        dict.fromkeys(LAYOUTS[layout].layers, count) for layout, count in expected.items()
    ]
    assert found.same
