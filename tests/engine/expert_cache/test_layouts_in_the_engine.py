"""Every way in which experts are built, through all that the engine does between a plan and a step: the tensors of
each layer are found, get the bytes granted, and the text and all its logits stay as they are.
"""

from __future__ import annotations

import pytest

from tests.support.computing.greedy_texts import Texts
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.other_process import OtherProcess

pytestmark = [pytest.mark.long, pytest.mark.skipif(not is_built(), reason="set-up did not build the plugin")]


@pytest.mark.parametrize("conversations", [1, 2])
@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_written_is_what_the_plain_model_writes(
    name: str, conversations: int, child: OtherProcess
) -> None:
    layout = LAYOUTS[name]
    told = Texts(child).same(expert_model(name, "Q4_K+Q8_0"), layout.experts // 2, conversations, 24)
    assert told.brought > told.evicted > 0
    assert told.blocks > 20 * len(layout.layers)
