"""What was read again is told only where a person may wonder."""

import pytest

from app.services.models.cache_miss import by_choice, reread_of, worth_telling
from engine.errors import ErrorInfo
from engine.values import Usage

LITTLE = ErrorInfo("reuse.edited", {"turn": 4, "tokens": 100})
MUCH = ErrorInfo("reuse.edited", {"turn": 4, "tokens": 3100})


@pytest.mark.parametrize(
    ("recomputed", "cached", "told"),
    [
        (None, 0, None),
        (LITTLE, 0, None),
        (MUCH, 900, MUCH),
        (MUCH, 3500, None),
        (ErrorInfo("reuse.tools"), 0, None),
    ],
)
def test_much_that_was_read_again_is_told_where_little_was_reused(
    recomputed: ErrorInfo | None, cached: int, told: ErrorInfo | None
) -> None:
    assert worth_telling(recomputed, 4000, cached) == told
    assert reread_of(Usage(4000, cached, recomputed=recomputed)) == told


def test_an_answer_without_usage_tells_nothing() -> None:
    assert reread_of(None) is None


def test_what_looks_like_an_edit_is_told_as_the_choice_that_it_was() -> None:
    assert by_choice(MUCH) == ErrorInfo("reuse.cut", {"tokens": 3100})
    others = (None, ErrorInfo("reuse.not_kept", {"tokens": 3100}))
    assert tuple(map(by_choice, others)) == others
