"""Kept states: what was read of conversations that are not in the context now, so that it is not read again.

`States` holds the bytes that llama.cpp gives for a sequence, with the tokens they stand for. Which of them serves a
prompt is found by the longest common prefix of tokens. A state is a copy of what can be computed again at any time,
so all that is wrong with one is answered by not having it.
"""

from engine.local.prompt_cache.prompt_cache import States as States
from engine.local.prompt_cache.values import Kept as Kept
from engine.local.prompt_cache.values import Said as Said
from engine.local.prompt_cache.values import Taken as Taken
