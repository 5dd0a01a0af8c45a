"""Products of the real library are timed in both layouts. No test looks at which is faster."""

import msgspec
import pytest

from engine.gguf.ggml_types import TYPE_NUMBERS
from engine.local.isolated_call import Report, ask
from engine.local.survey import survey

pytestmark = [pytest.mark.model, pytest.mark.long]


class Timed(msgspec.Struct, frozen=True, tag="timed"):
    """Seconds a byte of the first type that has a layout of its own, by rows and by whether there are experts."""

    seconds: list[tuple[float, float]]
    stacked: list[str]


def _time(_: Report) -> Timed:
    from engine.local import native
    from engine.local.native.timing.product_times import product_seconds

    name, kind = next(iter(native.repacked_types().items()))
    number = TYPE_NUMBERS[name]
    cases = ((1, False), (4, False), (1, True), (4, True))
    return Timed(
        [product_seconds(number, kind, rows, 1, experts=experts) for rows, experts in cases],
        list(native.stacked_types()),
    )


def test_both_layouts_of_matrices_and_of_experts_are_timed() -> None:
    found = survey()
    if not found.machine.repacks:
        pytest.skip("this processor has no layouts of its own")
    timed = ask(_time, (), Timed)
    assert all(0 < each < 1e-3 for pair in timed.seconds for each in pair)
    assert not timed.stacked or "AMX" in found.layouts
