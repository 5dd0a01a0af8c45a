"""What comes after a sequence was brought back, cut or copied is what comes after reading it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.local.isolated_call import Report, ask
from engine.placement.plan import Placement
from tests.support.models.small_models import hybrid_model, recurrent_model, sliding_model

pytestmark = pytest.mark.model

READ, AT = 600, 300


class Compared(msgspec.Struct, frozen=True, tag="compared"):
    """How far the logits after a prompt are apart from those after reading it, at the most, by how it was come by,
    and how many tokens were held each time before the rest was read."""

    apart: dict[str, float]
    held: dict[str, int]


@pytest.mark.parametrize("model", [sliding_model, hybrid_model, recurrent_model])
def test_every_way_of_not_reading_gives_what_reading_gives(model: Callable[[], Path]) -> None:
    found = ask(_compare, (str(model()),), Compared)
    # What one other token, the first, makes of it is more than what rounding does.
    ways = {name: apart for name, apart in found.apart.items() if name != "other"}
    tolerance = min(0.05, found.apart["other"] / 2)
    assert {name: apart for name, apart in ways.items() if apart > tolerance} == {}
    expected = dict.fromkeys(ways, AT) | {
        "continued": AT + 1,
        "stepped back twice": 100,
        "copied whole": AT,
        "cut inside the window": READ - 20,
    }
    if model is not sliding_model:
        expected["cut inside the window"] = AT
    assert found.held == expected


def test_a_window_has_all_it_needs_after_guesses_that_did_not_come_true() -> None:
    found = ask(_guessed, (str(sliding_model()),), Compared)
    assert found.held == {"guessed": 900}  # it stepped back each time, and never had to begin anew
    assert found.apart["guessed"] < 0.05


def _guessed(_: Report, path: str) -> Compared:
    """Two sequences in a window's cache that is full; each step has guesses in both, most of them wrong."""
    import llama_cpp.llama_cpp as llama
    import numpy as np

    from engine.local import native
    from engine.local.model.sequences import Sequence
    from engine.local.native.vocabulary import vocabulary_size

    model = native.load_model(path, Placement(2048), lambda _: True)
    count = vocabulary_size(native.vocabulary(model))
    batch = native.Batch(64)
    random = np.random.default_rng(6)
    prompts: list[list[int]] = random.integers(1000, 40000, (2, 901)).tolist()

    def run(context: int, rows: list[tuple[Sequence, list[int]]]) -> None:
        batch.clear()
        for sequence, tokens in rows:
            batch.add(sequence.number, tokens, len(sequence), 1)
        assert batch.decode(context) == 0
        for sequence, tokens in rows:
            sequence.tokens += tokens

    def logits(context: int) -> Any:
        return np.ctypeslib.as_array(llama.llama_get_logits_ith(context, batch.rows - 1), (count,)).copy()

    context = native.new_context(model, Placement(4096, ubatch=64, sequences=2), 1, None)
    both = [Sequence(context, number, native.memory_kind(model)) for number in (0, 1)]
    while len(both[0]) < 900:
        rows = []
        for sequence, prompt in zip(both, prompts, strict=True):
            held = len(sequence)
            # Most of the prompt is read; towards its end nearly all is guessed wrong.
            known = min(30, 800 - held) if held < 800 else min(2, 900 - held)
            wrong: list[int] = random.integers(1000, 40000, 0 if held < 800 else 28).tolist()
            rows.append((sequence, prompt[held : held + known] + wrong))
        run(context, rows)
        for sequence, prompt in zip(both, prompts, strict=True):
            common = next((n for n, token in enumerate(sequence.tokens) if token != prompt[n]), len(sequence))
            assert sequence.step_back(common) == common
    run(context, [(both[0], prompts[0][900:])])
    found = logits(context)
    native.free_context(context)
    context = native.new_context(model, Placement(4096, ubatch=64), 1, None)
    alone = Sequence(context, 0, native.memory_kind(model))
    while len(alone) < 901:
        run(context, [(alone, prompts[0][len(alone) : len(alone) + 60])])
    apart = float(abs(found - logits(context)).max())
    native.free_context(context)
    native.free_model(model)
    return Compared({"guessed": apart}, {"guessed": len(both[1])})


def _compare(_: Report, path: str) -> Compared:
    import llama_cpp.llama_cpp as llama
    import numpy as np

    from engine.local import native
    from engine.local.model.sequences import Sequence
    from engine.local.native.vocabulary import vocabulary_size

    model = native.load_model(path, Placement(2048), lambda _: True)
    context = native.new_context(model, Placement(4096, sequences=4, outputs=68), 1, None)
    count = vocabulary_size(native.vocabulary(model))
    batch = native.Batch(512)
    one, two, three, four = (Sequence(context, n, native.memory_kind(model), 2**30) for n in range(4))
    random = np.random.default_rng(5)
    prompt: list[int] = random.integers(1000, 40000, READ).tolist()
    others: list[int] = random.integers(1000, 40000, 1400).tolist()
    found = Compared({}, {})

    def read(sequence: Sequence, tokens: list[int]) -> Any:
        while tokens:
            rows = sequence.before_stop(min(len(tokens), 256))
            batch.clear()
            batch.add(sequence.number, tokens[:rows], len(sequence), 1)
            assert batch.decode(context) == 0
            sequence.tokens += tokens[:rows]
            tokens = tokens[rows:]
            sequence.mark()
        return np.ctypeslib.as_array(llama.llama_get_logits_ith(context, batch.rows - 1), (count,)).copy()

    def compare(way: str, sequence: Sequence) -> None:
        found.held[way] = len(sequence)
        assert sequence.tokens == prompt[: len(sequence)]
        found.apart[way] = float(abs(read(sequence, prompt[len(sequence) :]) - expected).max())

    expected = read(one, prompt)
    one.clear()
    found.apart["other"] = float(abs(read(one, [5, *prompt[1:]]) - expected).max())
    one.clear()
    one.stop_at((100, AT))
    read(one, prompt[:AT])
    two.copy(one, AT)
    compare("copied whole", two)
    two.clear()
    read(one, others)  # more than the window's cache has room for
    three.copy(one, AT + 20)
    compare("copied from a checkpoint", three)
    kept = (list(one.tokens), one.read(), one.checkpoints)
    one.step_back(AT + 20)
    compare("stepped back", one)
    one.step_back(READ - 20)
    compare("cut inside the window", one)
    for each in (one, three):
        each.clear()
    assert two.write(*kept)
    two.step_back(AT + 20)
    compare("kept and stepped back", two)
    assert three.write(*kept)
    three.step_back(AT)
    three.step_back(AT - 10)  # a window reaches back no farther than the checkpoint's
    compare("stepped back twice", three)
    two.step_back(AT)
    read(two, prompt[AT : AT + 1])
    compare("continued", two)
    assert four.reach(10) == 0
    native.free_context(context)
    native.free_model(model)
    return found
