"""Made-up routers: what the routers of a shape might choose of which no model can be run here.

A layer's logits are the sum of what may make experts fire again: how popular each is (a Zipf law over ranks, drawn
anew for each layer), the topic of the text, what the text is about just now, and chance. With Gumbel noise and
nothing but popularity, the chosen experts are those of drawing without replacement with Zipf's probabilities. The
topic stays for a while and is then drawn again from a few (a Markov chain); what the text is about just now fades and
grows for each expert by itself (a Gauss-Markov process).

The strengths of `TOPICAL` and `LOCAL` were chosen so that plain LRU serves about the share of uses that others
measured on two real models (`tests/bench/published_hit_rates.py`); no real router was looked at. The same numbers
always give the same choices.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray


class Shape(msgspec.Struct, frozen=True):
    """`used` of `experts` per token and layer."""

    experts: int
    used: int

    def __str__(self) -> str:
        return f"{self.experts}/{self.used}"


class MadeRouter(msgspec.Struct, frozen=True):
    """`skew`: the exponent of Zipf's law. `topic` and `local` are standard deviations of logits beside noise whose
    own is 1.28. A topic is kept for `topic_steps` on average, what the text is about just now for `local_steps`."""

    name: str
    skew: float = 0.0
    topic: float = 0.0
    topic_steps: float = 200.0
    local: float = 0.0
    local_steps: float = 48.0


EVEN = MadeRouter("even")
SKEWED = MadeRouter("skewed", skew=1.0)
# After Qwen3-30B-A3B, 128 experts of which 8 are used.
TOPICAL = MadeRouter("topical", skew=0.8, topic=2.1, local=1.0, local_steps=32.0)
# After Qwen3.8-Flash-Next, 512 experts of which 10 are used: hardly any expert is popular in all texts.
LOCAL = MadeRouter("local", skew=0.03, topic=0.2, local=2.25)
MADE_ROUTERS = (SKEWED, TOPICAL, LOCAL)
_TOPICS = 6


def made_routing(
    router: MadeRouter, shape: Shape, steps: int, *, layers: int = 2, texts: int = 1, seed: int = 1
) -> NDArray[np.int16]:
    """What they choose for `texts` texts written at once: [steps, layers, texts, used], the likeliest first."""
    draw = np.random.default_rng(seed)
    experts = shape.experts
    ranks = np.stack([draw.permutation(experts) for _ in range(layers)])
    popularity = -router.skew * np.log1p(ranks)
    topics = router.topic * draw.standard_normal((_TOPICS, layers, experts))
    topic = draw.integers(_TOPICS, size=texts)
    now = draw.standard_normal((texts, layers, experts))
    kept = np.exp(-1 / router.local_steps)
    chosen = np.empty((steps, layers, texts, shape.used), np.int16)
    for step in range(steps):
        changed = draw.random(texts) < 1 / router.topic_steps
        topic = np.where(changed, draw.integers(_TOPICS, size=texts), topic)
        now = kept * now + np.sqrt(1 - kept**2) * draw.standard_normal(now.shape)
        logits = popularity + topics[topic] + router.local * now + draw.gumbel(size=now.shape)
        chosen[step] = np.argsort(-logits, axis=2)[:, :, : shape.used].swapaxes(0, 1)
    return chosen
