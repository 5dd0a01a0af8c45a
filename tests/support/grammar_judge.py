"""llama.cpp's own grammar engine as the judge of grammars, fed with the starter model's tokens."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import llama_cpp.llama_cpp as llama

from engine.local import native
from tests.support.models.starter import starter_model


@cache
def vocabulary() -> int:
    """The starter model's vocabulary. It is never freed: every test of a run judges with it."""
    native.start()
    params = llama.llama_model_default_params()
    params.vocab_only = True
    model = llama.llama_model_load_from_file(str(starter_model()).encode(), params)
    return native.vocabulary(model)


@cache
def _pieces() -> dict[int, bytes]:
    vocab = vocabulary()
    return {token: native.token_bytes(vocab, token) for token in range(native.vocabulary_size(vocab))}


class Judge:
    """One grammar, read by llama.cpp. Use it as a context manager; `readable` is False for a broken one."""

    def __init__(self, gbnf: str) -> None:
        self._gbnf = gbnf.encode()
        probe = self._new()
        self.readable = bool(probe)
        if probe:
            llama.llama_sampler_free(probe)

    def accepts(self, text: str) -> bool:
        """Whether the whole text is one of the grammar's."""
        return self._read(text) == len(text.encode())

    def accepts_to_some_place_behind(self, text: str, place: int) -> bool:
        """Whether the text up to some place behind `place` is one of the grammar's."""
        return any(self.accepts(text[:end]) for end in range(len(text), place, -1))

    def starts(self, text: str) -> bool:
        """Whether the grammar can go on, or end, after this text."""
        return self._read(text, whole=False) == len(text.encode())

    def read(self, text: str) -> str:
        """How far the grammar follows the text, for messages of failed tests."""
        return text.encode()[: max(self._read(text, whole=False), 0)].decode("utf-8", "replace")

    def _read(self, text: str, *, whole: bool = True) -> int:
        """The number of bytes read; -1 when all was read and the grammar does not end there."""
        sampler = self._new()
        if not sampler:
            raise AssertionError("llama.cpp does not read this grammar:\n" + self._gbnf.decode())
        read = 0
        try:
            for token in tokens_of(text):
                if not _allows(sampler, token):
                    return read
                llama.llama_sampler_accept(sampler, token)
                read += len(_pieces()[token])
            if whole and not _allows(sampler, llama.llama_vocab_eos(vocabulary())):
                return -1
            return read
        finally:
            llama.llama_sampler_free(sampler)

    def _new(self) -> Any:
        return llama.llama_sampler_init_grammar(vocabulary(), self._gbnf, b"root")


def accepts(gbnf: str, text: str) -> bool:
    return Judge(gbnf).accepts(text)


def tokens_of(text: str) -> list[int]:
    tokens = native.tokenize(vocabulary(), text, add_special=False, parse_special=False)
    assert b"".join(_pieces()[token] for token in tokens) == text.encode(), text
    return tokens


def _allows(sampler: Any, token: int) -> bool:
    data = (llama.llama_token_data * 1)(llama.llama_token_data(token, 1.0, 0.0))
    array = llama.llama_token_data_array(data, 1, -1, False)
    llama.llama_sampler_apply(sampler, ctypes.byref(array))
    return bool(data[0].logit > float("-inf"))


def reads_triggers(gbnf: str, triggers: tuple[str, ...]) -> bool:
    """Whether llama.cpp's own lazy grammars take these regular expressions."""
    patterns = (ctypes.c_char_p * len(triggers))(*(trigger.encode() for trigger in triggers))
    sampler = llama.llama_sampler_init_grammar_lazy_patterns(
        vocabulary(), gbnf.encode(), b"root", patterns, len(triggers), None, 0
    )
    if sampler:
        llama.llama_sampler_free(sampler)
    return bool(sampler)
