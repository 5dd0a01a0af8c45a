"""What each choice of reasoning changes in the prompt of a model, as its file says."""

from __future__ import annotations

import msgspec

from app.services.models.reasoning import BUDGET, reasoning_choices
from engine.formats import ChatFormat
from engine.formats.reasoning_proof import ReasoningPrompt, reasoning_proof
from engine.gguf.summary import ModelSummary
from engine.values import ReasoningControl

# The limit that stands for any.
_TOKENS = 512


class ReasoningProof(msgspec.Struct, frozen=True):
    """The prompts of every choice that the model offers, "auto" first, and alone where it offers none.
    `has_template` is False for a file without a chat template."""

    has_template: bool
    control: ReasoningControl
    prompts: tuple[ReasoningPrompt, ...]


def proof_of(summary: ModelSummary) -> ReasoningProof:
    """Renders the chat template. Raises UserError `template.syntax`, `template.too_expensive`."""
    chat_format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)
    choices = reasoning_choices(chat_format.reasoning) or ("auto",)
    prompts = reasoning_proof(chat_format, [_TOKENS if word == BUDGET else word for word in choices])
    return ReasoningProof(not chat_format.is_fallback, chat_format.reasoning, prompts)
