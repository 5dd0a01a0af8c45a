"""Speculative decoding: drafts let one step decode several tokens.

Many rows in one step cost less than each alone. N-gram lookup or a draft model proposes tokens, the model
computes a row for each, and drafts are accepted while they equal the sampled token. The text is the same as
without. Measured step times (`costs`) and acceptance in this very answer (`acceptance`, `judge`) decide
whether drafts pay.
"""

from engine.local.speculative.costs import StepCosts
from engine.local.speculative.drafter import Drafter
from engine.local.speculative.head_drafts import HeadDrafts
