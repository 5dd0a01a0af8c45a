"""Random schemas: what a grammar of replies lets through satisfies the schema, as the jsonschema library sees it."""

from __future__ import annotations

import json
import random
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.formats.dialect import NO_DIALECT
from engine.formats.grammar.gbnf.ending import Endings
from engine.formats.grammar.gbnf.reading import Characters
from engine.formats.grammar.reply_grammar import reply_grammar
from engine.formats.learn.markers import ReasoningMarkers
from tests.engine.formats.grammar.test_schema_properties import schemas

_LIKELY = '"{}[]:, \n0123456789.-abdeflnrstu\\'
_LONGEST = 60


_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_NUMBERS = st.dictionaries(st.sampled_from(_BOUNDS), st.integers(-30, 30) | st.floats(-3, 3), max_size=3).map(
    lambda bounds: {"type": "array", "items": {"type": "number", **bounds}, "minItems": 1}
)


def written(endings: Endings, chance: random.Random) -> str:
    """A text that the grammar lets through, its beginning drawn at random."""
    places, text = endings.start, ""
    for _ in range(chance.randrange(_LONGEST)):
        choices = [stack[0].ranges for stack in places if stack and isinstance(stack[0], Characters)]
        if not choices:
            break
        low, high = chance.choice(chance.choice(choices))
        likely = [character for character in _LIKELY if low <= ord(character) <= high]
        character = chance.choice(likely) if likely else chr(chance.randint(low, min(high, low + 90)))
        after = endings.after(places, character)
        if endings.shortest(after) is None or "\0" in (endings.shortest(after) or ""):
            break
        places, text = after, text + character
    return text + (endings.shortest(places) or "")


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemas() | _NUMBERS, st.integers(0, 2**32))
def test_whatever_a_reply_can_be_satisfies_its_schema(schema: Any, seed: int) -> None:
    try:
        grammar = reply_grammar(NO_DIALECT, ReasoningMarkers(), schema)
    except UserError as refused:
        assert refused.code == "schema.not_followed"
        assume(False)
    endings, chance = Endings(grammar.gbnf, grammar.answer), random.Random(seed)
    for _ in range(6):
        text = written(endings, chance)
        assert () in endings.after(endings.start, text), text
        value = json.loads(text, parse_float=float)
        assert jsonschema.Draft202012Validator(schema).is_valid(value), text
