"""What must make predictions higher or lower, whatever the model and the machine."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.placement.layout import lay_out, on_the_cpu
from engine.placement.plan import RAM, Device, Machine, Placement, Prediction
from engine.placement.predict import predict
from engine.placement.processor import cpu_flops, plain_cpu_flops, processor_flops
from engine.placement.published.names import table
from engine.placement.speed.gpu_bandwidths import published_bandwidth, published_link
from engine.placement.speed.gpu_flops import reached_flops
from engine.placement.speed.prefill import FEWEST_TOKENS, Prompt, touched_share

MODELS = st.sampled_from(
    ("OLMoE-1B-7B", "gpt-oss-20b", "Qwen3-30B-A3B", "LFM2-8B-A1B", "GLM-4.7-Flash", "Qwen3-8B")
)
BANDWIDTHS = st.floats(10e9, 2000e9)
IN_RAM = st.integers(0, 48)
DEPTHS = st.integers(0, 100_000)


def predicted(
    model: str,
    in_ram: int | None,
    ram: float,
    card: float,
    depth: int,
    *,
    link: float = 0.0,
    tokens: int = 512,
    ubatch: int = 512,
) -> Prediction:
    named = table(model, "MXFP4" if "oss" in model else "Q4_K_M")
    assert named is not None
    index = named.index
    host = Device(RAM, "cpu", "", 2**40, 2**40, bandwidth=ram, flops=8 * 54e9)
    gpu = Device(
        "CUDA0", "gpu", "NVIDIA GeForce RTX 3090", 2**40, 2**40, bandwidth=card, link=link, streams=True
    )
    layers = len(index.layers)
    if in_ram is None:
        layout = on_the_cpu(index.layers)
    else:
        layout = lay_out(
            index.layers, ("CUDA0",), (layers,), [list(range(min(in_ram, layers), layers))], None
        )
    placement = Placement(
        context=depth + tokens, ubatch=ubatch, devices=layout.devices, load_mode="pinned", op_offload=True
    )
    prompt = Prompt(tokens, depth)
    return predict(index, Machine(host, (gpu,)), layout, placement, 0, depth=depth, prompt=prompt)


@given(model=MODELS, in_ram=st.none() | IN_RAM, ram=BANDWIDTHS, card=BANDWIDTHS, depth=DEPTHS)
def test_a_range_holds_its_prediction(
    model: str, in_ram: int | None, ram: float, card: float, depth: int
) -> None:
    found = predicted(model, in_ram, ram, card, depth)
    assert 0 < found.decode_range[0] < found.decode_tps < found.decode_range[1]
    assert 0 < found.prefill_range[0] < found.prefill_tps < found.prefill_range[1]


@given(
    model=MODELS,
    in_ram=st.none() | IN_RAM,
    ram=BANDWIDTHS,
    card=BANDWIDTHS,
    depth=DEPTHS,
    more=st.floats(1, 4),
)
def test_more_bandwidth_is_never_slower(
    model: str, in_ram: int | None, ram: float, card: float, depth: int, more: float
) -> None:
    slow, fast = (predicted(model, in_ram, ram * times, card * times, depth) for times in (1, more))
    assert fast.decode_tps >= slow.decode_tps
    assert fast.prefill_tps >= slow.prefill_tps


@given(model=MODELS, in_ram=st.none() | IN_RAM, ram=BANDWIDTHS, card=BANDWIDTHS, depth=DEPTHS, more=DEPTHS)
def test_deeper_is_never_faster(
    model: str, in_ram: int | None, ram: float, card: float, depth: int, more: int
) -> None:
    near, far = (predicted(model, in_ram, ram, card, tokens) for tokens in (depth, depth + more))
    assert far.decode_tps <= near.decode_tps
    assert far.prefill_tps <= near.prefill_tps


@given(model=MODELS, in_ram=IN_RAM, link=st.floats(1e9, 60e9), more=st.floats(1, 4))
def test_a_faster_link_never_slows_prompts(model: str, in_ram: int, link: float, more: float) -> None:
    slow, fast = (predicted(model, in_ram, 50e9, 700e9, 0, link=each) for each in (link, link * more))
    assert fast.prefill_tps >= slow.prefill_tps


@given(model=MODELS, in_ram=IN_RAM, power=st.integers(6, 11))
def test_larger_batches_never_slow_a_prompt(model: str, in_ram: int, power: int) -> None:
    small, large = (
        predicted(model, in_ram, 50e9, 700e9, 0, tokens=4096, ubatch=2**each) for each in (power, power + 1)
    )
    assert large.prefill_tps >= small.prefill_tps * 0.999


@given(share=st.floats(0.001, 1), tokens=st.integers(1, 100_000))
def test_text_touches_at_least_what_one_token_uses_and_at_most_all(share: float, tokens: int) -> None:
    assert share - 1e-9 <= touched_share(share, tokens) <= 1


def test_a_published_sweep_of_batches_with_streamed_experts_is_met() -> None:
    # gpt-oss-120b on a GeForce RTX 3090, the experts of 25 to 28 layers in RAM; ai-maestro.online
    published = {256: 240, 512: 380, 2048: 1113, 4096: 1682, 8192: 2091}
    for ubatch, tps in published.items():
        found = predicted("gpt-oss-120b", 26, 60e9, 0.0, 0, tokens=max(4096, ubatch), ubatch=ubatch)
        assert 0.7 <= found.prefill_tps / tps <= 1.4


def test_cards_that_are_known_by_bandwidth_are_known_by_what_they_compute() -> None:
    for name in (
        "GeForce RTX 2060",
        "GeForce RTX 5090",
        "Apple M4 Max",
        "Radeon RX 7900 XTX",
        "Tesla P40",
        "GB10",
    ):
        assert published_bandwidth(name)
        assert 1e12 < reached_flops(name) < 300e12
    assert reached_flops("llvmpipe") == 0


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("NVIDIA GeForce RTX 2080", 12.5e9),
        ("NVIDIA GeForce RTX 3090", 26e9),
        ("NVIDIA GeForce RTX 4060 Ti", 13e9),
        ("NVIDIA GeForce RTX 5090", 50e9),
        ("Some Card", 0),
    ],
)
def test_links_go_by_the_generation_of_the_card(name: str, link: float) -> None:
    assert published_link(name) == link


def test_newer_instructions_compute_faster() -> None:
    rates = [
        cpu_flops(8, features) for features in ((), ("AVX",), ("AVX2", "AVX512_VNNI"), ("AVX2", "AMX_INT8"))
    ]
    assert rates[1] < rates[0] < rates[2] < rates[3]
    assert cpu_flops(0, ("AVX2",)) == 0
    assert processor_flops(16, "Ryzen 9 7950X") > processor_flops(16, "Ryzen 9 5950X")


@pytest.mark.parametrize("model", ["Qwen3-8B", "Qwen3-30B-A3B"])
def test_products_of_our_own_read_prompts_faster_and_write_as_before(model: str) -> None:
    named = table(model, "Q4_K_M")
    assert named is not None
    plain = Device(RAM, "cpu", "", 2**40, 2**40, flops=1e12, bandwidth=1e12)
    own = msgspec.structs.replace(plain, product_flops=2e12)
    layout, placement = on_the_cpu(named.index.layers), Placement(context=1024, repack=False)

    def told(device: Device, tokens: int, ubatch: int = 512) -> Prediction:
        machine, placed = Machine(device), msgspec.structs.replace(placement, ubatch=ubatch)
        return predict(named.index, machine, layout, placed, 0, depth=0, prompt=Prompt(tokens))

    def gain(tokens: int, ubatch: int = 512) -> float:
        return told(own, tokens, ubatch).prefill_tps / told(plain, tokens, ubatch).prefill_tps

    assert gain(FEWEST_TOKENS - 1) == gain(512, FEWEST_TOKENS // 2) == 1, "such steps are ggml's"
    assert 1 < gain(FEWEST_TOKENS) < 2 and 1.3 < gain(512) < 2
    assert told(own, 512).decode_tps == told(plain, 512).decode_tps


def test_matrix_units_read_the_prompts_of_dense_models_and_hardly_those_of_experts() -> None:
    cores, features = 8, ("AVX2", "AVX512_VNNI", "AMX_INT8")
    units, plain = cpu_flops(cores, features), plain_cpu_flops(cores, features)
    assert plain == cpu_flops(cores, features[:2]) < units

    def gain(model: str, *, repack: bool = True) -> float:
        named = table(model, "Q4_K_M")
        assert named is not None
        layout = on_the_cpu(named.index.layers)
        placement = Placement(context=1024, repack=repack)
        with_units, without = (
            predict(
                named.index,
                Machine(Device(RAM, "cpu", "", 2**40, 2**40, flops=flops, plain_flops=plain, bandwidth=1e12)),
                layout,
                placement,
                0,
                depth=0,
                prompt=Prompt(512),
            ).prefill_tps
            for flops in (units, plain)
        )
        return with_units / without

    dense, mixture = gain("Qwen3-8B"), gain("OLMoE-1B-7B")
    assert dense > 1.5 > 1.2 > mixture > 1
    assert gain("Qwen3-8B", repack=False) == gain("OLMoE-1B-7B", repack=False) == 1


def test_what_is_not_measured_widens_the_range() -> None:
    def width(found: Prediction) -> float:
        return found.decode_range[1] / found.decode_range[0]

    measured = predicted("Qwen3-30B-A3B", 20, 50e9, 700e9, 0)
    guessed_ram = predicted("Qwen3-30B-A3B", 20, 0.0, 700e9, 0)
    assert width(guessed_ram) > width(measured)
    whole = predicted("Qwen3-30B-A3B", 0, 50e9, 700e9, 0)
    assert width(whole) < width(measured)


def test_unsure_input_widens_both_ranges() -> None:
    named = table("gpt-oss-20b", "MXFP4")
    assert named is not None
    layout = on_the_cpu(named.index.layers)
    machine = Machine(Device(RAM, "cpu", "", 2**40, 2**40, bandwidth=50e9))
    placement = Placement(context=2048)
    sure, unsure = (predict(named.index, machine, layout, placement, 0, unsure=each) for each in (0.0, 0.3))
    assert unsure.decode_range[0] < sure.decode_range[0]
    assert unsure.prefill_range[1] > sure.prefill_range[1]
    assert msgspec.structs.replace(
        unsure, decode_range=(0, 0), prefill_range=(0, 0)
    ) == msgspec.structs.replace(sure, decode_range=(0, 0), prefill_range=(0, 0))
