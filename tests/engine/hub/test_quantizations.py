"""From files to models, however their makers name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.hub.quantizations import find_file, find_variant, group, nominal_bits, projectors, quantization_in
from engine.hub.values import HubFile


def files(*paths: str, size: int = 100) -> list[HubFile]:
    """Each a byte larger than the one before."""
    return [HubFile(path, size + number) for number, path in enumerate(paths)]


def names(*paths: str) -> list[str]:
    return [variant.name for variant in group(files(*paths)).variants]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tiny-Q4_K_M.gguf", "Q4_K_M"),
        ("tiny.Q4_K_M.gguf", "Q4_K_M"),
        ("tiny.q4_k_m.gguf", "Q4_K_M"),
        ("Tiny-v0.1-Q8_0.gguf", "Q8_0"),
        ("Qwen3-30B-A3B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("Qwen3-30B-A3B-UD-IQ1_S.gguf", "UD-IQ1_S"),
        ("Meta-Llama-3.1-8B-Instruct-IQ4_XS.gguf", "IQ4_XS"),
        ("m-IQ2_XXS.gguf", "IQ2_XXS"),
        ("m.i1-IQ3_M.gguf", "IQ3_M"),
        ("m-IQ4_NL.gguf", "IQ4_NL"),
        ("m-Q6_K_L.gguf", "Q6_K_L"),
        ("m-Q6_K.gguf", "Q6_K"),
        ("m-Q4_0_4_8.gguf", "Q4_0_4_8"),
        ("m-IQ4_KSS.gguf", "IQ4_KSS"),
        ("m-Q4_1.gguf", "Q4_1"),
        ("m-TQ1_0.gguf", "TQ1_0"),
        ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("gpt-oss-20b-mxfp4_moe.gguf", "MXFP4_MOE"),
        ("m-bf16.gguf", "BF16"),
        ("m-fp16.gguf", "F16"),
        ("m.F32.gguf", "F32"),
        ("m-Q4_K_M-v2.gguf", "Q4_K_M"),
        ("Q8_0/m-00001-of-00002.gguf", "Q8_0"),
        ("UD-Q2_K_XL/m-UD-Q2_K_XL-00001-of-00005.gguf", "UD-Q2_K_XL"),
        ("from-F16-to-Q5_K_S.gguf", "Q5_K_S"),
        ("ggml-model-q4_0.gguf", "Q4_0"),
        ("QwQ-32B.gguf", ""),
        ("model.gguf", ""),
        ("SQ8_0x.gguf", ""),
    ],
)
def test_a_quantisation_is_read_from_the_name(path: str, expected: str) -> None:
    assert quantization_in(path) == expected


def test_the_smallest_comes_first() -> None:
    found = group([HubFile("m-Q8_0.gguf", 80), HubFile("m-Q4_0.gguf", 40), HubFile("m-BF16.gguf", 160)])
    assert [variant.name for variant in found.variants] == ["Q4_0", "Q8_0", "BF16"]


def test_split_files_are_one_model_in_order() -> None:
    stem = "Q8_0/tiny-Q8_0"
    (variant,) = group(
        [
            HubFile(f"{stem}-00003-of-00003.gguf", 3),
            HubFile(f"{stem}-00001-of-00003.gguf", 1),
            HubFile(f"{stem}-00002-of-00003.gguf", 2),
        ]
    ).variants
    assert variant.name == "Q8_0"
    assert [file.bytes for file in variant.files] == [1, 2, 3]
    assert variant.bytes == 6


def test_a_model_that_lacks_a_part_is_left_out_with_the_reason() -> None:
    found = group(files("a-Q4_0.gguf", "b-Q8_0-00001-of-00003.gguf", "b-Q8_0-00003-of-00003.gguf"))
    assert [variant.name for variant in found.variants] == ["Q4_0"]
    (left,) = found.left_out
    assert (left.name, left.reason.code) == ("b-Q8_0", "hub.part_missing")
    assert left.reason.params == {"name": "b-Q8_0", "part": 2, "parts": 3}


def test_the_same_split_into_other_numbers_of_parts_is_another_model() -> None:
    two = [f"m-Q8_0-0000{number}-of-00002.gguf" for number in (1, 2)]
    found = group(files("m-Q8_0-00001-of-00001.gguf", *two))
    assert [len(variant.files) for variant in found.variants] == [1, 2]
    assert len({variant.name for variant in found.variants}) == 2


def test_companions_are_set_apart() -> None:
    found = group(
        files(
            "m-Q8_0.gguf",
            "mmproj-m-F16.gguf",
            "m.mmproj.gguf",
            "imatrix.dat",
            "imatrix_unsloth.gguf",
            "m.imatrix",
        )
    )
    assert [variant.name for variant in found.variants] == ["Q8_0"]
    assert len(found.companions) == 5
    assert found.variants[0].projector is not None
    assert found.variants[0].projector.path == "mmproj-m-F16.gguf"


def test_of_projectors_the_one_to_take_comes_first() -> None:
    names = [
        "mmproj-F32.gguf",
        "mmproj-Q4_0.gguf",
        "mmproj-BF16.gguf",
        "m.mmproj-Q8_0.gguf",
        "mmproj-F16.gguf",
    ]
    ordered = projectors(files(*names, "mmproj.txt", "imatrix.gguf"))
    assert [file.path for file in ordered] == [names[4], names[3], names[2], names[0], names[1]]


def test_what_is_no_model_is_not_told() -> None:
    found = group(files("README.md", ".gitattributes", "config.json", "model.safetensors", "m.gguf.part1of2"))
    assert (found.variants, found.companions, found.left_out) == ((), (), ())


def test_names_tell_models_apart() -> None:
    assert names("model.gguf") == ["model"]
    assert names("a-Q8_0.gguf", "b-Q8_0.gguf", "c-Q4_0.gguf") == ["a-Q8_0", "b-Q8_0", "Q4_0"]
    assert names("x/a-Q8_0.gguf", "y/a-Q8_0.gguf") == ["x/a-Q8_0", "y/a-Q8_0"]
    assert names("M-Q8_0.gguf", "m-q8_0.gguf") == ["M-Q8_0.gguf", "m-q8_0.gguf"]
    assert len(set(names("M-Q8_0.gguf", "m-q8_0.gguf", "M-Q8_0.gguf.gguf", "m-q8_0.gguf.gguf"))) == 4


def test_paths_that_git_cannot_hold_are_left_out_with_the_reason() -> None:
    found = group(
        files("../../x-Q8_0.gguf", "/x-Q4_0.gguf", "a\\b.gguf", "n\0.gguf", "x\u202e.gguf", "ok.gguf")
    )
    assert [variant.name for variant in found.variants] == ["ok"]
    assert {left.reason.code for left in found.left_out} == {"hub.bad_path"}
    assert all(left.name.isprintable() for left in found.left_out)


def test_a_variant_is_found_by_its_name() -> None:
    found = group(files("a-Q8_0.gguf", "b-Q8_0.gguf", "m-fp16.gguf", "m-Q4_K_M.gguf")).variants
    assert [
        variant and variant.name
        for variant in (
            find_variant(found, name) for name in ("Q4_K_M", "q4_k_m", "F16", "fp16", "a-q8_0", "Q8_0", "x")
        )
    ] == ["Q4_K_M", "Q4_K_M", "F16", "F16", "a-Q8_0", None, None]
    by_file = find_file(found, "b-Q8_0.gguf")
    assert by_file is not None and by_file.name == "b-Q8_0"
    assert find_file(found, "none.gguf") is None


def test_every_quantisation_that_is_known_has_bits() -> None:
    ordered = [
        "IQ1_S",
        "TQ1_0",
        "IQ2_M",
        "Q2_K",
        "IQ3_M",
        "Q3_K_M",
        "MXFP4",
        "IQ4_XS",
        "Q4_K_M",
        "UD-Q5_K_XL",
    ]
    ordered += ["Q6_K", "Q8_0", "BF16", "F32"]
    bits = [nominal_bits(name) for name in ordered]
    assert bits == sorted(bits) and bits[0] > 1
    assert nominal_bits("model") == 0


PATHS = st.text("aAQ48_0-KM./\\\0of12", max_size=30).map(lambda text: text + ".gguf")


@given(st.lists(st.builds(HubFile, PATHS, st.integers(0, 9)), max_size=12))
def test_whatever_the_files_each_is_in_one_place_and_names_differ(listed: list[HubFile]) -> None:
    found = group(listed)
    told = [variant.name for variant in found.variants]
    assert len(set(told)) == len(told)
    used = [file.path for variant in found.variants for file in variant.files]
    assert len(set(used)) == len(used)
