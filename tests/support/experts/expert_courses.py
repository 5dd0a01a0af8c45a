"""Courses of steps for models of random weights: what is decoded together, of which sequences."""

from __future__ import annotations

import numpy as np

from tests.support.models.random_weights import VOCABULARY

SEQUENCES = 4
_FIRST_WORD = 3

# Each row is the sequence that goes on, and its next token.
Step = tuple[tuple[int, int], ...]
Course = tuple[Step, ...]


def random_course(steps: int, most_rows: int, sequences: int = 1, seed: int = 0) -> Course:
    """Each step goes on with one to `most_rows` random tokens, of any of the sequences."""
    random = np.random.default_rng(seed)
    course = []
    for _ in range(steps):
        rows = int(random.integers(1, most_rows + 1))
        chosen = sorted(random.integers(0, sequences, rows).tolist())
        words = random.integers(_FIRST_WORD, VOCABULARY, rows).tolist()
        course.append(tuple(zip(chosen, words, strict=True)))
    return tuple(course)


def token_by_token(count: int, seed: int = 0) -> Course:
    return random_course(count, 1, seed=seed)


def side_by_side(steps: int, sequences: int = SEQUENCES, seed: int = 0) -> Course:
    """One token for each sequence in every step."""
    random = np.random.default_rng(seed)
    words = random.integers(_FIRST_WORD, VOCABULARY, (steps, sequences)).tolist()
    return tuple(tuple(enumerate(row)) for row in words)


def difference(plain: np.ndarray, other: np.ndarray) -> float:
    """The largest of all logits' differences, beside the largest logit."""
    assert np.isfinite(plain).all() and np.isfinite(other).all()
    return float(np.abs(plain - other).max() / np.abs(plain).max())
