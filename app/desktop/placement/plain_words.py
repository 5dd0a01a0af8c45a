"""Words of the trade on this page, each in a sentence for people outside of it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication

Term = Literal["experts", "layers", "cache", "batch", "draft", "parts"]


def explained(term: Term) -> str:
    """What a term means, for a tool tip."""
    translate = QCoreApplication.translate
    return {
        "experts": translate(
            "Placement",
            "Experts are the parts of a model that take turns: for each word only a few of them work. That is why "
            "a large model of this kind can be fast, and why most of it can stay in ordinary memory.",
        ),
        "layers": translate(
            "Placement",
            "A model is a stack of layers, and each word passes through all of them. A layer on the graphics card "
            "is faster than one in ordinary memory.",
        ),
        "cache": translate(
            "Placement",
            "The model keeps notes on all that it has read. f16 keeps them exactly, q8_0 takes half the memory and "
            "q4_0 a quarter; both are slightly less precise.",
        ),
        "batch": translate(
            "Placement",
            "A long text is read in pieces. A larger batch reads faster and takes more memory meanwhile.",
        ),
        "draft": translate(
            "Placement",
            "A smaller model of the same family guesses the next words, and this one only checks them. Answers stay "
            "the same and come faster where the guess is right.",
        ),
        "parts": translate(
            "Placement",
            "Attention and shared: what works for every word. Context: notes on the conversation. Compute memory: "
            "room to work in.",
        ),
    }[term]
