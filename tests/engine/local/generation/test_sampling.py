"""Sampling values: where they come from and what is refused."""

import ctypes

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from engine.errors import UserError
from engine.local.generation import sampling
from engine.local.native import SamplerChain
from engine.local.native.grammar import CANDIDATE
from engine.values import Sampling
from tests.support.grammar_judge import vocabulary


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


def logits_after(chain: SamplerChain, given: dict[int, float]) -> dict[int, float]:
    """The logits that a chain makes of these."""
    candidates = np.zeros(len(given), CANDIDATE)
    candidates["id"], candidates["logit"] = list(given), list(given.values())
    data = candidates.ctypes.data_as(ctypes.POINTER(llama.llama_token_data))
    chain.apply(llama.llama_token_data_array(data, candidates.size, -1, False))
    return {int(each["id"]): float(each["logit"]) for each in candidates}


@pytest.mark.model
def test_penalties_take_what_they_say_off_the_logit_of_each_token_that_was_written() -> None:
    values = sampling.resolve(
        Sampling(temperature=0.0, presence_penalty=0.5, frequency_penalty=0.25), Sampling()
    )
    chain = sampling.build_chain(values, vocabulary(), before=[3, 3, 3], most=2000)
    given = {3: 1.0, 5: -2.0, 7: 4.0, 9: 0.0}
    assert logits_after(chain, given) == given, "the prompt does not count"
    for token in (5, *[7] * 1000):  # far back too
        chain.accept(token)
    assert logits_after(chain, given) == {3: 1.0, 5: -2.75, 7: 4.0 - 0.5 - 250.0, 9: 0.0}
    chain.close()


@pytest.mark.model
def test_a_repeat_penalty_beside_them_goes_by_the_prompt_too_and_looks_back_as_before() -> None:
    values = sampling.resolve(Sampling(temperature=0.0, repeat_penalty=2.0, presence_penalty=1.0), Sampling())
    chain = sampling.build_chain(values, vocabulary(), before=[-1, 3, 3], most=100)
    assert logits_after(chain, {3: 4.0, 5: 4.0}) == {3: 2.0, 5: 4.0}
    chain.accept(5)
    assert logits_after(chain, {3: 4.0, 5: 4.0}) == {3: 2.0, 5: 1.0}
    for _ in range(sampling.PENALTY_WINDOW):
        chain.accept(9)
    assert logits_after(chain, {3: 4.0, 5: 4.0}) == {3: 4.0, 5: 3.0}
    chain.close()


@pytest.mark.model
def test_a_bias_is_added_to_the_logits_of_its_tokens() -> None:
    values = sampling.resolve(Sampling(temperature=0.0), Sampling())
    chain = sampling.build_chain(values, vocabulary(), [(5, 2.5), (9, -100.0), (5, 3.0)])
    assert logits_after(chain, {3: 1.0, 9: 0.5, 5: -2.0}) == {3: 1.0, 9: -99.5, 5: 1.0}
    chain.close()


@pytest.mark.parametrize("bias", [(-1, 1.0), (50, 1.0), (3, 100.5), (3, -101.0), (3, float("nan"))], ids=str)
def test_a_bias_of_no_token_or_out_of_bounds_is_refused(bias: tuple[int, float]) -> None:
    with pytest.raises(UserError) as caught:
        sampling.check_bias(((4, 1.0), bias), 50)
    assert (caught.value.code, caught.value.params["token"]) == ("engine.bad_bias", bias[0])
    sampling.check_bias(((0, 100.0), (49, -100.0)), 50)
