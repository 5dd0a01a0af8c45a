"""What an error of the engine is told as."""

import pytest

from app.server.refusal import refusal_of
from engine.errors import UserError

BIAS = {"token": 99, "bias": 1.0, "last": 9, "low": -100.0, "high": 100.0}


@pytest.mark.parametrize(
    ("error", "param"),
    [
        (UserError("engine.bad_bias", **BIAS), "logit_bias"),
        (UserError("engine.too_deep"), None),
        (UserError("schema.not_followed", detail="#: not is not followed"), "response_format"),
        (UserError("schema.not_continued"), None),
    ],
    ids=lambda each: each.code if isinstance(each, UserError) else "",
)
def test_what_was_asked_wrongly_is_the_requests_fault_and_named(error: UserError, param: str | None) -> None:
    refusal = refusal_of(error)
    assert (refusal.status, refusal.param, refusal.retry_after) == (400, param, None)
    assert refusal.message.endswith(".")
