"""Decode speed with tools in play beside plain decoding, in one process and over one prompt."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

from engine.formats.dialect import ARGUMENTS, NAME, Dialect, Envelope
from engine.formats.grammar.call_grammar import ToolGrammar, tool_grammar
from engine.local import native
from engine.local.generation import sampling
from engine.local.generation.grammar_trigger import GrammarTrigger
from engine.local.model.tokenizer import Tokenizer
from engine.local.native.grammar import GrammarSampler
from engine.local.threads import default_threads
from engine.placement.plan import Placement
from engine.values import Sampling
from tests.support.models.starter import starter_model

ROUNDS = 5
TOKENS = 64
# Some 256 tokens with the template, and a question that the starter model answers at length.
PROMPT = (
    "The harbour lies between two hills, and the boats leave before the sun is up. The fishers know the wind "
    "by the colour of the water. "
    * 7
    + "Now tell me a very long story about this harbour, with many details."
)
_DIALECT = Dialect(
    "hermes",
    call=('<tool_call>\n{"name": "', NAME, '", "arguments": ', ARGUMENTS, "}\n</tool_call>"),
    separator="\n",
    envelope=Envelope(),
)
_TOOLS = [
    {
        "function": {
            "name": f"write_{kind}",
            "parameters": {
                "properties": {
                    "title": {"type": "string", "maxLength": 80},
                    "text": {"type": "string"},
                    "pages": {"type": "integer", "minimum": 1, "maximum": 400},
                    "language": {"enum": ["en", "ko"]},
                },
                "required": ["title", "text"],
            },
        }
    }
    for kind in ("story", "letter", "poem", "report")
]
# A call that a model has begun: from here on it writes the text of a story.
_BEGUN = '<tool_call>\n{"name": "write_story", "arguments": {"title": "The harbour", "text": "'


def compare() -> dict[str, float]:
    """Median tokens per second: "plain", "waiting" (a lazy grammar whose mark does not come), "within" (a
    call's text, the grammar judging each token), "forced" (a call that must be, from its first mark on).
    """
    done = subprocess.run([sys.executable, "-m", "tests.bench.tools"], capture_output=True, check=True)
    return dict(json.loads(done.stdout))


class _Bench:
    def __init__(self) -> None:
        native.start()
        placement = Placement(1024)
        self._model = native.load_model(str(starter_model()), placement, lambda _: True)
        self._context = native.new_context(self._model, placement, default_threads(), None)
        self._vocab = native.vocabulary(self._model)
        self._tokenizer = Tokenizer(self._vocab)
        self._begun = self._tokenizer.marker(_BEGUN)
        self._prompt = self._tokenizer.marker(
            f"<|im_start|>user\n{PROMPT}<|im_end|>\n<|im_start|>assistant\n"
        )

    def speed(self, grammar: ToolGrammar | None, *, begun: bool) -> float:
        """Tokens per second of one reply, the prompt's excluded."""
        chain = sampling.build_chain(sampling.resolve(Sampling(seed=1), Sampling()), self._vocab)
        gate = GrammarTrigger(
            grammar or ToolGrammar(), self._vocab, self._tokenizer, GrammarSampler(chain, self._vocab), ""
        )
        native.forget_all(self._context)
        native.decode(self._context, self._prompt + (self._begun if begun else []))
        for token in self._begun if begun else []:
            gate.saw(token, reasons=False)
        started, drawn = time.monotonic(), 0
        while drawn < TOKENS:
            within = gate.sample(self._context, reasons=False)
            token = chain.sample(self._context) if within is None else within
            gate.saw(token, reasons=False)
            if native.is_end_of_generation(self._vocab, token):
                break
            drawn += 1
            native.decode(self._context, [token])
        elapsed = time.monotonic() - started
        gate.close()
        chain.close()
        return drawn / elapsed


def _measure() -> dict[str, float]:
    bench = _Bench()
    lazy, required = tool_grammar(_DIALECT, _TOOLS), tool_grammar(_DIALECT, _TOOLS, "required")
    ways = {
        "plain": (None, False),
        "waiting": (lazy, False),
        "within": (lazy, True),
        "forced": (required, False),
    }
    bench.speed(None, begun=False)
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (grammar, begun) in ways.items():
            found[name].append(bench.speed(grammar, begun=begun))
    return {name: statistics.median(speeds) for name, speeds in found.items()}


if __name__ == "__main__":
    json.dump(_measure(), sys.stdout)
