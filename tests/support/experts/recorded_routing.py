"""Routings that were recorded: which experts fired, token by token, while a real model wrote answers.

The model is the starter with its feed-forward blocks copied into eight experts (`moe.py`). Its routers were drawn at
random and never trained, so they tell nothing of what trained routers do; but what they see is real, the states of a
language model that writes real text. As equal experts make the model answer the same whatever its routers choose, the
same states give the choices of routers of any shape: the recording holds what went into each router.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.support.caches import cache_folder, one_maker
from tests.support.experts.made_routers import Shape
from tests.support.models.moe import moe_model

PROMPTS = (
    "Explain why the sky is blue to a child.",
    "Write a short story about a lighthouse keeper who finds a letter.",
    "Write a Python function that reads a CSV file and adds up one column.",
    "What should I pack for a week of hiking in the mountains in autumn?",
    "Summarise how a bill becomes a law in a parliament.",
    "Give me a recipe for vegetable soup and say what to do when it is too salty.",
)
TOKENS = 256
_CHAT = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
_TEMPERATURE, _SEED = 0.8, 1
_VERSION = 1


class Recording(NamedTuple):
    """What each layer's router saw of each token that was written, [answers, tokens, layers, width], and what it
    chose, [answers, tokens, layers, used]."""

    states: NDArray[np.float16]
    chosen: NDArray[np.int16]


def recording() -> Recording:
    """The six answers, recorded on first use, in about a minute."""
    path = cache_folder("routings") / f"starter-{_VERSION}.npz"
    with one_maker(path.parent):
        if not path.exists():
            partial = path.with_name(f"{os.getpid()}.partial.npz")
            try:
                record(moe_model(), partial, PROMPTS, TOKENS)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
    return read(path)


def read(path: Path) -> Recording:
    with np.load(path) as found:
        return Recording(found["states"], found["chosen"])


def record(model: Path, destination: Path, prompts: tuple[str, ...], tokens: int) -> None:
    """Let `model` answer in a process of its own, and write `states` and what fired, `chosen`, to `destination`."""
    task = json.dumps({"model": str(model), "to": str(destination), "prompts": prompts, "tokens": tokens})
    subprocess.run([sys.executable, "-m", __name__], input=task.encode(), check=True)


def routed(states: NDArray[np.float16], shape: Shape, *, seed: int = 0) -> NDArray[np.int16]:
    """The choices of random routers of `shape` that see `states` [..., layers, width]: [..., layers, used]."""
    draw = np.random.default_rng(seed)
    width = states.shape[-1]
    chosen = np.empty((*states.shape[:-1], shape.used), np.int16)
    for layer in range(states.shape[-2]):
        router = draw.standard_normal((width, shape.experts)).astype(np.float32)
        logits = states[..., layer, :].astype(np.float32) @ router
        chosen[..., layer, :] = np.argsort(-logits, axis=-1)[..., : shape.used]
    return chosen


def one_after_another(answers: NDArray[np.int16]) -> NDArray[np.int16]:
    """[answers, tokens, layers, used] as the steps of one conversation: [steps, layers, 1, used]."""
    return answers.reshape(-1, 1, *answers.shape[2:]).swapaxes(1, 2)


def at_once(answers: NDArray[np.int16], texts: int) -> NDArray[np.int16]:
    """`texts` of the answers written at once: [steps, layers, texts, used]."""
    return answers[:texts].transpose(1, 2, 0, 3)


def _record_here(model: str, prompts: list[str], tokens: int) -> Recording:
    import llama_cpp.llama_cpp as llama

    from engine.local.native.backends import load_variant
    from engine.local.native.routing import _Tensor

    @llama.llama_log_callback
    def silent(level: int, text: bytes, data: object) -> None:
        pass

    wanted = (b"ffn_norm-", b"ffn_moe_topk-")
    taken: dict[bytes, NDArray[np.generic]] = {}
    library = llama._lib
    library.ggml_backend_tensor_get.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_size_t] * 2
    library.ggml_backend_tensor_get.restype = None

    @llama.ggml_backend_sched_eval_callback
    def on_node(address: int, asking: bool, _: object) -> bool:
        tensor = _Tensor.from_address(address)
        name = bytes(tensor.name)
        if not name.startswith(wanted):
            return not asking
        if not asking:
            kind = np.int32 if name.startswith(b"ffn_moe_topk") else np.float32
            values = np.empty(tensor.ne[0], kind)
            # The last token's row: of a prompt, too, it is the one that writes.
            offset = (tensor.ne[1] - 1) * tensor.nb[1]
            library.ggml_backend_tensor_get(address, values.ctypes.data, offset, values.nbytes)
            taken[name] = values
        return True

    llama.llama_log_set(silent, ctypes.c_void_p(0))
    load_variant()
    llama.llama_backend_init()
    handle = llama.llama_model_load_from_file(model.encode(), llama.llama_model_default_params())
    assert handle, model
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = 1024, 512, 512
    params.cb_eval = on_node
    context = llama.llama_init_from_model(handle, params)
    vocabulary = llama.llama_model_get_vocab(handle)
    layers = llama.llama_model_n_layer(handle)
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    # No answer ends before its time.
    size = llama.llama_vocab_n_tokens(vocabulary)
    ends = [token for token in range(size) if llama.llama_vocab_is_eog(vocabulary, token)]
    never = (llama.llama_logit_bias * len(ends))(*((end, float("-inf")) for end in ends))
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_logit_bias(size, len(ends), never))
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_temp(_TEMPERATURE))
    llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_dist(_SEED))

    def decode(these: list[int]) -> int:
        array = (llama.llama_token * len(these))(*these)
        assert llama.llama_decode(context, llama.llama_batch_get_one(array, len(these))) == 0
        return int(llama.llama_sampler_sample(chain, context, -1))

    states, chosen = [], []
    for prompt in prompts:
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        text = _CHAT.format(prompt).encode()
        room = (llama.llama_token * 512)()
        count = llama.llama_tokenize(vocabulary, text, len(text), room, 512, True, True)
        token = decode(list(room[:count]))
        for _ in range(tokens):
            token = decode([token])
            states.append([taken[b"ffn_norm-%d" % layer] for layer in range(layers)])
            chosen.append([taken[b"ffn_moe_topk-%d" % layer] for layer in range(layers)])
    llama.llama_sampler_free(chain)
    llama.llama_free(context)
    llama.llama_model_free(handle)
    shape = (len(prompts), tokens, layers, -1)
    return Recording(np.array(states, np.float16).reshape(shape), np.array(chosen, np.int16).reshape(shape))


if __name__ == "__main__":
    task = json.loads(sys.stdin.buffer.read())
    found = _record_here(task["model"], task["prompts"], task["tokens"])
    np.savez(task["to"], states=found.states, chosen=found.chosen)
