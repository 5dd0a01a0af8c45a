"""Models that properties of the planner are drawn from: published mixtures, and small ones of every shape."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.support.models.published_models import PUBLISHED, published_index
from tests.support.placement.machines import MB, small_index

quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
mixtures = st.sampled_from(sorted(set(PUBLISHED) - {"Llama-3.1-8B"})).map(published_index)
generated = st.builds(
    small_index,
    layers=st.integers(1, 24),
    dense=st.integers(1, 60).map(lambda size: size * MB),
    experts=st.sampled_from((9 * MB, 90 * MB, 600 * MB)),
    count=st.sampled_from((4, 8, 64)),
    used=st.integers(1, 4),
    leading_dense=st.integers(0, 3),
    fused=st.booleans(),
).filter(lambda index: index.expert_bytes > 0)
indexes = st.one_of(mixtures, generated)
