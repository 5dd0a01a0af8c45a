"""What gives way where experts on the disk do not fit into a limit of memory that was named: keys and values take
half the bytes, then a context that nobody asked for is a shorter one, then prompts are read in small batches.
"""

from __future__ import annotations

import msgspec

from engine.placement.candidate import SMALLEST_CONTEXT, work_out
from engine.placement.plan import PlacementOptions
from engine.placement.planning_input import Choice, Given
from engine.placement.refusal import longest_that_fits

# Each batch of a prompt reads all its experts again, so these come last. The logits of fewer rows take less.
SMALL_UBATCHES = (64, 32)
# Tokens that a conversation wants before its prompts are read slowly for more.
USEFUL_CONTEXT = 2048


def tightened(given: Given, options: PlacementOptions, choice: Choice) -> Choice:
    """The first such choice that fits, else the tightest of them. What `options` say stays."""
    if options.cache_type is None and options.attention != "plain":
        choice = msgspec.structs.replace(choice, cache_type="q8_0")
    tried, context = choice, 0
    for ubatch in (choice.ubatch, *(() if options.ubatch else SMALL_UBATCHES)):
        tried = msgspec.structs.replace(choice, ubatch=ubatch)
        if work_out(given, tried).fits:
            return tried
        context = 0 if options.context else longest_that_fits(given, tried)
        if context >= USEFUL_CONTEXT:
            break
    if options.context:
        return tried
    return msgspec.structs.replace(tried, context=context or min(SMALLEST_CONTEXT, tried.context))
