"""Plans are exact to the byte with weights that are laid out anew for the processor, and without."""

from pathlib import Path

import pytest

from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.planning import plan_model
from engine.local.survey import survey
from engine.placement.plan import RAM, Placement, PlacementOptions
from engine.placement.planner import plan
from tests.support.models.repackable import repackable_model
from tests.support.placement.placed import weigh

pytestmark = [pytest.mark.model, pytest.mark.long]


@pytest.fixture(scope="module")
def model() -> Path:
    if "Q4_0" not in survey().machine.repacks:
        pytest.skip("this processor has no layout of its own for Q4_0")
    return repackable_model()


def test_the_dry_run_counts_a_tied_table_twice_where_the_output_is_laid_out_anew(model: Path) -> None:
    anew, plain = weigh(model, Placement(512)), weigh(model, Placement(512, repack=False))
    table = tensor_index(read_index(model)).embedding_bytes
    for weighed in (anew, plain):
        assert weighed.loaded == weighed.dry
        assert weighed.weights.misplaced == {}
        assert abs(weighed.estimated[RAM].model - weighed.dry[RAM].model) < 2**16
    assert anew.dry[RAM].model - plain.dry[RAM].model == table
    assert sum(anew.weights.repacked.values()) > table
    assert plain.weights.repacked == {}


@pytest.mark.parametrize("options", [PlacementOptions(512), PlacementOptions(512).without_repack()])
def test_an_estimate_knows_the_second_table_without_a_dry_run(model: Path, options: PlacementOptions) -> None:
    exact = plan_model(str(model), options)
    guessed = plan(tensor_index(read_index(model)), exact.machine, options)
    assert exact.plan.placement.repack == guessed.placement.repack == ("unrepacked" not in options.fallbacks)
    assert abs(exact.plan.bytes[RAM].model - guessed.bytes[RAM].model) < 2**16
