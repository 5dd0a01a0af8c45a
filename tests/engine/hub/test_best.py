"""Which one to take."""

from __future__ import annotations

import msgspec
import pytest

from app.messages import localized_error
from engine.errors import ErrorInfo
from engine.hub.best import best, bits_per_weight
from engine.hub.values import Fit, HubFile, JudgedVariant, RemoteFacts, Variant, Verdict

PARAMETERS = 8 * 10**9


def one(name: str, bits: float, tps: float, fit: Fit = "ram", *, sizes: bool = False) -> JudgedVariant:
    """A variant of an eight-billion model; by sizes its parameters are not known."""
    facts = RemoteFacts("llama", name, 8192, PARAMETERS, PARAMETERS, 0, 0)
    code = ("verdict.probably_no" if sizes else "verdict.no") if fit == "no" else "verdict.ram"
    return JudgedVariant(
        Variant(name, (HubFile(f"m-{name}.gguf", int(bits * PARAMETERS / 8)),)),
        Verdict(
            fit,
            "sizes" if sizes else "header",
            ErrorInfo(code, {"missing_bytes": 38 * 10**9}),
            decode_tps=tps,
        ),
        None if sizes else facts,
    )


def marked(*judged: JudgedVariant) -> list[str]:
    return [found.variant.name for found in best(judged) if found.best]


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        # All comfortable: the most precise up to six bits.
        ([one("Q4_K_M", 4.8, 60), one("Q6_K", 6.6, 45), one("Q8_0", 8.5, 35), one("BF16", 16, 18)], ["Q6_K"]),
        # Six bits are too slow here.
        (
            [one("Q3_K_M", 3.9, 25), one("Q4_K_M", 4.8, 20), one("Q5_K_M", 5.6, 11), one("Q6_K", 6.6, 9)],
            ["Q5_K_M"],
        ),
        # All are slow: the fastest of at least four bits.
        ([one("IQ2_XXS", 2.4, 9), one("Q4_K_S", 4.5, 7), one("Q6_K", 6.6, 4)], ["Q4_K_S"]),
        # Nothing else fits.
        ([one("IQ1_S", 1.9, 9), one("IQ2_XXS", 2.4, 7), one("Q4_K_M", 4.8, 0, "no")], ["IQ1_S"]),
        # Only what is more precise than needed.
        ([one("Q8_0", 8.5, 30), one("BF16", 16, 16)], ["Q8_0"]),
        # What is read from the disk is not recommended, however it comes out.
        ([one("Q4_K_M", 4.8, 20, "disk"), one("Q2_K", 3.1, 3)], ["Q2_K"]),
        ([one("Q4_K_M", 4.8, 20, "disk"), one("Q6_K", 6.6, 0, "no")], []),
        ([], []),
        # Of sizes alone: on devices, else small.
        (
            [
                one("Q4_K_M", 4.8, 0, "device", sizes=True),
                one("Q5_K_M", 5.6, 0, "device", sizes=True),
                one("Q6_K", 6.6, 0, "divided", sizes=True),
            ],
            ["Q5_K_M"],
        ),
        (
            [
                one("Q2_K", 3.1, 0, sizes=True),
                one("Q4_K_S", 4.5, 0, sizes=True),
                one("Q6_K", 6.6, 0, sizes=True),
            ],
            ["Q4_K_S"],
        ),
        # What is known counts before what is guessed.
        ([one("Q4_K_M", 4.8, 5), one("Q6_K", 6.6, 0, "device", sizes=True)], ["Q4_K_M"]),
    ],
)
def test_one_is_best(judged: list[JudgedVariant], expected: list[str]) -> None:
    assert marked(*judged) == expected
    assert marked(*reversed(judged)) == expected


def test_an_eight_bit_name_over_four_bit_weights_counts_by_its_weights() -> None:
    assert marked(one("Q4_K_M", 4.8, 40), one("Q8_0", 4.9, 38)) == ["Q8_0"]


def test_bits_are_taken_from_the_name_where_weights_were_not_counted() -> None:
    assert bits_per_weight(one("UD-Q4_K_XL", 9, 0, sizes=True)) == pytest.approx(4.8)
    assert bits_per_weight(one("Q6_K", 6.5, 0)) == pytest.approx(6.5)
    assert bits_per_weight(one("whatever", 6.5, 0, sizes=True)) == 0


def test_what_does_not_fit_names_the_most_precise_that_would() -> None:
    judged = best(
        [
            one("Q2_K", 3.1, 20),
            one("Q3_K_M", 3.9, 10),
            one("Q4_K_M", 4.8, 2, "disk"),
            one("Q8_0", 8.5, 0, "no"),
        ]
    )
    assert judged[3].verdict is not None
    assert localized_error(judged[3].verdict.sentence) == "Needs 38 GB more memory. Q3_K_M would fit."
    alone = best([one("Q4_K_M", 4.8, 2, "disk"), one("Q8_0", 8.5, 0, "no", sizes=True)])
    assert alone[1].verdict is not None
    assert localized_error(alone[1].verdict.sentence, "ko").endswith("Q4_K_M 파일은 들어갑니다.")
    nothing = best([one("Q8_0", 8.5, 0, "no")])
    assert nothing[0].verdict is not None
    assert localized_error(nothing[0].verdict.sentence) == "Needs 38 GB more memory."


def test_what_could_not_be_judged_stays_as_it_is() -> None:
    failed = JudgedVariant(Variant("Q4_K_M", (HubFile("a.gguf", 1),)), error=ErrorInfo("hub.cut"))
    assert best([failed]) == (failed,)
    good = one("Q5_K_M", 5.6, 30)
    assert best([failed, good]) == (failed, msgspec.structs.replace(good, best=True))
