"""Replies of the starter model within a tool grammar, drawn in a child process: real tokens, real sampling.

Run as a module it reads one request from its input and writes the replies to its output, both JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import llama_cpp.llama_cpp as llama
import msgspec

from engine.formats.grammar.call_grammar import ToolGrammar
from engine.local import native
from engine.local.generation import sampling
from engine.local.generation.grammar_trigger import GrammarTrigger
from engine.local.model.tokenizer import Tokenizer
from engine.local.native.grammar import GrammarSampler
from engine.placement.plan import Placement
from engine.values import Sampling
from tests.support.models.starter import starter_model

SEQUENCES = 16


class SampleRequest(msgspec.Struct, frozen=True):
    """`opening` is written behind the prompt as if the model had drawn it. Replies are drawn with the seeds from
    `first_seed` on.
    """

    grammar: ToolGrammar
    prompt: str
    count: int
    opening: str = ""
    temperature: float = 0.9
    max_tokens: int = 300
    first_seed: int = 0


class Sample(msgspec.Struct, frozen=True):
    """`ended`: the model ended its reply by itself."""

    text: str
    ended: bool


def samples(request: SampleRequest) -> list[Sample]:
    """The replies, in the order of their seeds; many are drawn by two children at once, of one thread each.

    Threads of one child wait for each other at every step, which costs most of the time on a machine that is
    busy with other things.
    """
    half = request.count // 2 if request.count > SEQUENCES else request.count
    parts = [msgspec.structs.replace(request, count=half)]
    if half < request.count:
        parts.append(msgspec.structs.replace(request, count=request.count - half, first_seed=half))
    with ThreadPoolExecutor(len(parts)) as children:
        return [sample for drawn in children.map(_drawn_in_child, parts) for sample in drawn]


def _drawn_in_child(request: SampleRequest) -> list[Sample]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.grammar_samples"],
        input=msgspec.json.encode(request),
        stdout=subprocess.PIPE,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    return msgspec.json.decode(done.stdout, type=list[Sample])


class _Reply:
    """One sequence of the batch."""

    def __init__(self, request: SampleRequest, vocab: int, tokenizer: Tokenizer, seed: int) -> None:
        values = Sampling(temperature=request.temperature, seed=seed)
        self._chain = sampling.build_chain(sampling.resolve(values, Sampling()), vocab)
        self._gate = GrammarTrigger(
            request.grammar, vocab, tokenizer, GrammarSampler(self._chain, vocab), "<think>"
        )
        self._written = tokenizer.marker(request.opening) if request.opening else []
        self._vocab, self._tokenizer = vocab, tokenizer
        self.drawn: list[int] = []
        self.ended = False

    def go_on(self, context: int, index: int) -> int:
        if self._written:
            token = self._written.pop(0)
        else:
            within = self._gate.sample(context, reasons=False, index=index)
            token = self._chain.sample(context, index) if within is None else within
        self.ended = native.is_end_of_generation(self._vocab, token)
        if not self.ended:
            self.drawn.append(token)
            self._gate.saw(token, reasons=False)
        return token

    def close(self) -> Sample:
        self._gate.close()
        self._chain.close()
        text = b"".join(map(self._tokenizer.piece, self.drawn)).decode("utf-8", "replace")
        return Sample(text, self.ended)


def _draw_all(request: SampleRequest) -> list[Sample]:
    native.start()
    model = native.load_model(str(starter_model()), Placement(512), lambda _: True)
    vocab = native.vocabulary(model)
    tokenizer = Tokenizer(vocab)
    prompt = tokenizer.marker(request.prompt)
    params = llama.llama_context_default_params()
    params.n_ctx = len(prompt) + SEQUENCES * (request.max_tokens + 1)
    params.n_seq_max, params.kv_unified = SEQUENCES, True
    params.n_threads = params.n_threads_batch = 1
    # On a processor flash attention over so many sequences takes more than half of the time.
    params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
    context = llama.llama_init_from_model(model, params)
    found: list[Sample] = []
    for first in range(0, request.count, SEQUENCES):
        numbers = range(first, min(first + SEQUENCES, request.count))
        replies = [_Reply(request, vocab, tokenizer, request.first_seed + number) for number in numbers]
        _draw(context, prompt, replies, request.max_tokens)
        found += [reply.close() for reply in replies]
    llama.llama_free(context)
    native.free_model(model)
    return found


def _draw(context: int, prompt: list[int], replies: list[_Reply], most: int) -> None:
    native.forget_all(context)
    native.decode(context, prompt)
    memory = llama.llama_get_memory(context)
    for number in range(1, len(replies)):
        llama.llama_memory_seq_cp(memory, 0, number, -1, -1)
    batch = llama.llama_batch_init(len(replies), 0, 1)
    places = dict.fromkeys(range(len(replies)), -1)
    for position in range(len(prompt), len(prompt) + most):
        batch.n_tokens = 0
        following = {}
        for number, index in places.items():
            token = replies[number].go_on(context, index)
            if not replies[number].ended:
                place = batch.n_tokens
                batch.token[place], batch.pos[place] = token, position
                batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, number, True
                following[number] = place
                batch.n_tokens += 1
        places = following
        if not places:
            break
        assert llama.llama_decode(context, batch) == 0
    llama.llama_batch_free(batch)


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=SampleRequest)
    json.dump(msgspec.to_builtins(_draw_all(asked)), sys.stdout)
