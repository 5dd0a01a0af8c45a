"""What llama.cpp itself answers greedily to a prompt that it reads alone, and how sure it is of each token.

Usage: python -m tests.support.alone MODEL CONTEXT < prompts. Reads JSON [[[role, text], ...], most tokens] per
prompt and prints JSON: for each the answer's pieces with the lead of each token's logit over the next best one.

Sums that are taken in another order give slightly other logits: where two tokens are almost equally likely, an answer
written beside others may take the other one.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import llama_cpp.llama_cpp as llama
import numpy as np

from engine.api import GenerateRequest, Message
from engine.formats import ChatFormat
from engine.local.tokenizer import Tokenizer
from engine.placement.gguf_index import read_index, summarise


class Piece(NamedTuple):
    text: str
    lead: float


def answers_alone(model: Path, context: int, requests: Sequence[GenerateRequest]) -> list[list[Piece]]:
    """For each request what the answer is, computed in a process of its own."""
    prompts = [
        ([(message.role, message.content) for message in request.messages], request.max_tokens)
        for request in requests
    ]
    command = [sys.executable, "-m", "tests.support.alone", str(model), str(context)]
    done = subprocess.run(command, input=json.dumps(prompts), capture_output=True, text=True, check=True)
    return [[Piece(*piece) for piece in answer] for answer in json.loads(done.stdout)]


def lead_where_they_part(pieces: Sequence[Piece], text: str) -> float | None:
    """How sure the model alone was of the token with which `text` goes another way; None: they are the same."""
    alone = "".join(piece.text for piece in pieces)
    if text == alone:
        return None
    so_far = ""
    for piece in pieces:
        so_far += piece.text
        if not text.startswith(so_far):
            return piece.lead
    return pieces[-1].lead if pieces else 0.0


class _Model:
    def __init__(self, path: str, context: int) -> None:
        llama.llama_backend_init()
        self._model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
        params = llama.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = context, 512, 512
        params.n_threads = params.n_threads_batch = 1
        self._context = llama.llama_init_from_model(self._model, params)
        vocab = llama.llama_model_get_vocab(self._model)
        self._size = llama.llama_vocab_n_tokens(vocab)
        self._tokenizer = Tokenizer(vocab)
        summary = summarise(read_index(Path(path)))
        self._format = ChatFormat.of_model(summary.chat_template, summary.bos_token, summary.eos_token)

    def answer(self, messages: Sequence[Message], most: int) -> list[Piece]:
        llama.llama_memory_clear(llama.llama_get_memory(self._context), True)
        tokens = self._tokenizer.encode(self._format.render(tuple(messages)))
        for start in range(0, len(tokens), 512):
            self._decode(tokens[start : start + 512])
        pieces: list[Piece] = []
        while len(pieces) < most:
            logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(self._context, -1), shape=(self._size,))
            second, first = np.partition(logits, -2)[-2:]
            token = int(logits.argmax())
            if self._tokenizer.is_end(token):
                break
            pieces.append(
                Piece(self._tokenizer.piece(token).decode("utf-8", "replace"), float(first - second))
            )
            self._decode([token])
        return pieces

    def _decode(self, tokens: Sequence[int]) -> None:
        array = (llama.llama_token * len(tokens))(*tokens)
        assert llama.llama_decode(self._context, llama.llama_batch_get_one(array, len(tokens))) == 0


@llama.llama_log_callback
def _silent(level: int, text: bytes, data: object) -> None:
    pass


def _main() -> None:
    llama.llama_log_set(_silent, ctypes.c_void_p(0))
    model = _Model(sys.argv[1], int(sys.argv[2]))
    answers = [
        model.answer([Message(role, text) for role, text in turns], most)
        for turns, most in json.load(sys.stdin)
    ]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    _main()
