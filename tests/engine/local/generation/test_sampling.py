"""Sampling values: where they come from and what is refused."""

import pytest

from engine.errors import UserError
from engine.local.generation import sampling
from engine.values import Sampling


def test_the_request_wins_over_the_model_and_the_model_over_the_defaults() -> None:
    values = sampling.resolve(Sampling(temperature=0.1), Sampling(temperature=0.6, top_k=20))
    assert (values.temperature, values.top_k, values.top_p) == (0.1, 20, sampling.DEFAULTS.top_p)


def test_without_a_seed_each_request_draws_its_own() -> None:
    seeds = {sampling.resolve(Sampling(), Sampling()).seed for _ in range(8)}
    assert len(seeds) > 1
    assert sampling.resolve(Sampling(seed=7), Sampling()).seed == 7


def test_recommended_values_out_of_bounds_are_left_out_and_the_others_stay() -> None:
    written = Sampling(temperature=-1.0, top_k=20, top_p=float("nan"), min_p=0.1)
    assert sampling.usable(written) == Sampling(top_k=20, min_p=0.1)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (Sampling(temperature=-0.1), "temperature"),
        (Sampling(temperature=float("nan")), "temperature"),
        (Sampling(top_p=1.5), "top_p"),
        (Sampling(top_k=-1), "top_k"),
        (Sampling(seed=2**32), "seed"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(asked: Sampling, name: str) -> None:
    with pytest.raises(UserError) as caught:
        sampling.check(asked)
    assert caught.value.code == "engine.bad_sampling"
    assert caught.value.params["name"] == name
