"""How many threads write an answer."""

from __future__ import annotations

from engine.local.threads import decode_candidates, fastest


def test_fewer_threads_are_tried_on_many_cores_and_taken_where_they_are_clearly_faster() -> None:
    assert decode_candidates(2) == (2,) and decode_candidates(4) == (4,)
    assert decode_candidates(128) == (128, 96, 64)
    assert fastest({128: 8.49, 96: 9.4, 64: 9.65}) == 64
    assert fastest({8: 50e9, 6: 51e9, 4: 49e9}) == 8
    assert fastest({2: 0.0}) == 2
