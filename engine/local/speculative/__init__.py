"""Guessing what follows, so that one step of the model writes several tokens.

A step computes a row per token, and many rows together cost less than each alone. So what a text seems to repeat is
guessed (`lookup`), the model computes a row for each guess, and as long as the token that it draws is the guessed
one the next row is that of the next token. What is written is the same as without; a wrong guess costs time. Whether
a guess pays is decided by what steps took on this machine (`costs`) and by how often guesses came true in this very
answer (`acceptance`, `judge`).
"""

from engine.local.speculative.costs import StepCosts
from engine.local.speculative.drafter import Drafter

__all__ = ["Drafter", "StepCosts"]
