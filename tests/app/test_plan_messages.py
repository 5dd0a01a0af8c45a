"""Plans in words, as a person reads them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.messages import localized_error
from engine.placement.plan import RAM, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, small_index, worker


def small(budget: int, experts: int = 90 * MB, host: Machine | None = None) -> Plan:
    host = host or machine(8 * GB, gpu(2 * GB))
    options = PlacementOptions(budgets={host.devices[0].name: budget * MB}, ubatch=512)
    return plan(small_index(experts=experts), host, options)


def both(found: Plan) -> tuple[str, str]:
    return localized_error(found.explanation, "en"), localized_error(found.explanation, "ko")


def test_experts_of_early_layers_on_the_card() -> None:
    english, korean = both(
        plan(published_index("Qwen3-30B-A3B"), machine(32 * GB, gpu(12 * GB)), PlacementOptions())
    )
    assert english == (
        "Attention and experts of layers 0 to 23 on the GPU (10.9 GB of 10.9 GB), "
        "the other experts in RAM (9 GB of 30.4 GB): fits, about 31 tokens per second."
    )
    assert korean == (
        "어텐션과 레이어 0~23의 전문가는 GPU에 두고(10.9 GB 중 10.9 GB), "
        "나머지 전문가는 RAM에 둡니다(30.4 GB 중 9 GB). 실행할 수 있으며 초당 약 31토큰입니다."
    )


@pytest.mark.parametrize(
    ("found", "english", "korean"),
    [
        (
            plan(small_index(), machine(8 * GB), PlacementOptions()),
            "Everything in RAM, computed by the CPU",
            "CPU로 계산",
        ),
        (small(1900), "The whole model on the GPU", "모델 전체를 GPU에"),
        (small(430), "Attention on the GPU", "전문가는 모두 RAM에"),
        (small(300), "layers on the GPU (", "뒤쪽"),
        (small(250, experts=0), "of 8 layers on the GPU", "레이어 8개 중"),
        (
            small(700, host=machine(8 * GB, worker(2 * GB))),
            "on RPC0 (10.0.0.2:50052) (",
            "RPC0 (10.0.0.2:50052)에",
        ),
        (
            plan(
                published_index("Qwen3-30B-A3B"),
                machine(64 * GB, gpu(12 * GB), caches=True),
                PlacementOptions(mode="cached", whole_layers=0),
            ),
            "of 128 experts of each of 48 layers that were used last on the GPU",
            "레이어 48개에서 각각 전문가 128개 중",
        ),
        (
            plan(
                published_index("Qwen3-30B-A3B"),
                machine(64 * GB, gpu(12 * GB), caches=True),
                PlacementOptions(mode="cached", whole_layers=8),
            ),
            "Attention, all experts of 8 layers, and of 40 others the",
            "레이어 8개의 모든 전문가, 다른 레이어 40개에서 각각 전문가 128개 중",
        ),
        (
            plan(published_index("gpt-oss-120b"), machine(32 * GB, gpu(8 * GB)), PlacementOptions()),
            "read from disk over and over",
            "디스크에서 계속",
        ),
        (
            plan(published_index("DeepSeek-R1"), replace(machine(64 * GB), floors=True), PlacementOptions()),
            "Experts are read from the disk, and RAM (",
            "전문가는 디스크에서 읽고",
        ),
        (
            plan(small_index(experts=0, dense=GB), machine(4 * GB), PlacementOptions()),
            "doesn’t fit",
            "들어가지 않습니다",
        ),
        (
            plan(
                published_index("GLM-4.5-Air"),
                machine(96 * GB, gpu(24 * GB), gpu(24 * GB, "CUDA1")),
                PlacementOptions(),
            ),
            "layers on CUDA0 (NVIDIA GeForce RTX 3060), CUDA1 (NVIDIA GeForce RTX 3060)",
            "개의 전문가는 CUDA0",
        ),
    ],
)
def test_each_kind_of_plan_has_its_sentence(found: Plan, english: str, korean: str) -> None:
    said, said_in_korean = both(found)
    assert english in said and korean in said_in_korean
    assert "{" not in said + said_in_korean


def test_a_refusal_and_notices_are_sentences_too() -> None:
    refused = plan(small_index(experts=0, dense=GB), machine(4 * GB), PlacementOptions(budgets={RAM: 9 * GB}))
    assert refused.refusal is not None
    assert "Close other apps" in localized_error(refused.refusal)
    assert "only 4 GB is free" in localized_error(refused.notices[0])
    conceded = plan(
        small_index(),
        machine(8 * GB, gpu(2 * GB)),
        PlacementOptions(budgets={"CUDA0": 700 * MB}, fallbacks=("unpinned", "layer", "ubatch", "context")),
    )
    said = [localized_error(notice, language) for notice in conceded.notices for language in ("en", "ko")]
    assert len(said) == 8 and "4,096 tokens" in said[6]
