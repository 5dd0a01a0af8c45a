"""Values of requests, events and plans: messages, sampling, usage, timings."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from engine.errors import ErrorInfo

Role = Literal["system", "user", "assistant", "tool"]
# "auto", "off", "on", "low", "medium", "high" or a number of tokens.
Reasoning = str | int
FinishReason = Literal["stop", "length", "cancelled", "error"]
# What each number of `Sampling` may be, ends included.
SAMPLING_BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 10.0),
    "top_k": (0, 2**31 - 1),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.1, 10.0),
    "presence_penalty": (-2.0, 2.0),
    "frequency_penalty": (-2.0, 2.0),
    "seed": (0, 2**32 - 1),
}
# What may be added to the logit of a token, ends included.
LOGIT_BIAS_BOUNDS = (-100.0, 100.0)
DEFAULT_CONTEXT = 8192
LEAST_LOGPROB = -9999.0


class ToolCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call the model made. `arguments` is a dict, or the raw text of a call that cannot be read.

    `name` is "" where a malformed call lacks it. `id` is the model's own or made for the reply.
    `coercions` says which arguments were given the type of the tool's schema ("count: string to integer"),
    `repaired` that the call was written with a slip whose meaning is certain. `cut`: there was no room for the whole
    call, so it was ended early, within its tool's schema; what it says is not all that the model would have said.
    """

    id: str
    name: str
    arguments: dict[str, Any] | str
    coercions: tuple[str, ...] = ()
    repaired: bool = False
    cut: bool = False

    @property
    def is_malformed(self) -> bool:
        return isinstance(self.arguments, str)


class Picture(msgspec.Struct, frozen=True):
    """A picture in a message: a file of `width` x `height` pixels, three bytes of red, green and blue each, row after
    row, and nothing else. `sha256` is the file's; the picture stands before character `at` of the content."""

    path: str
    sha256: str
    width: int
    height: int
    at: int = 0

    @property
    def bytes(self) -> int:
        return 3 * self.width * self.height


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation, in the shape of OpenAI's chat API.

    An assistant's message may have `tool_calls`. A tool's message is the result of the call `tool_call_id`
    of the tool `name`. `media` are the pictures in the content.
    """

    role: Role
    content: str
    reasoning_content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""
    media: tuple[Picture, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As templates take it, without pictures."""
        plain = dict(msgspec.to_builtins(self))
        plain.pop("media", None)
        if self.tool_calls:
            plain["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in self.tool_calls
            ]
        return plain


class RawPrompt(msgspec.Struct, frozen=True, tag="raw"):
    """A prompt that no template writes: text, behind the BOS token where the model wants one, in which what looks
    like a special token stays text; or tokens of the model, as they are."""

    prompt: str | tuple[int, ...]


class FillIn(msgspec.Struct, frozen=True, tag="fill_in"):
    """Asks for what stands between `prefix` and `suffix` in the file `path`. `files` are others that it may look at,
    each a path and its text; where there is no room for all, the last ones."""

    prefix: str
    suffix: str
    path: str = ""
    files: tuple[tuple[str, str], ...] = ()


def told_text(prompt: RawPrompt | FillIn) -> str | tuple[int, ...]:
    """All that a prompt says, in one."""
    if isinstance(prompt, RawPrompt):
        return prompt.prompt
    return "".join((*(text for _, text in prompt.files), prompt.prefix, prompt.suffix))


class Sampling(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sampling parameters. None falls to the model's recommendation, then to the engine's default
    (`engine.local.generation.sampling.DEFAULTS`).

    temperature 0 is greedy. `repeat_penalty` 1.0 is off and looks back over the last 64 tokens, the prompt's
    included. The logit of a token that the request has written `count` times, reasoning included, is lowered by
    `presence_penalty` and by `count` times `frequency_penalty`; 0.0 is off.
    """

    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


class ReasoningControl(msgspec.Struct, frozen=True):
    """The choices of reasoning that a model offers.

    kind: "none" (does not reason), "always" (cannot be turned off), "switch" (on or off), "levels" (one of
    `levels`), "budget" (a number of tokens). `default` is what happens when nothing is chosen, "auto" where that is
    the model's to choose. `certain` False: the template takes thoughts off earlier answers, or writes them when it is
    asked to, and never says that the model has any.
    """

    kind: Literal["none", "always", "switch", "levels", "budget"] = "none"
    levels: tuple[str, ...] = ()
    default: str = "off"
    certain: bool = True


class Usage(msgspec.Struct, frozen=True):
    """Exact token counts. `cached_tokens` of the prompt were reused from memory or the prompt cache; where
    tokens were recomputed, `recomputed` is the reason (a code `reuse.*`). `accepted_tokens` of
    `drafted_tokens` were accepted. `joules` is the energy beyond an idle machine's that the counters of this one
    have told, None where they do not; `prompt_joules` of it went into reading the prompt."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    recomputed: ErrorInfo | None = msgspec.field(default=None, name="reread")  # as stored answers have it
    joules: float | None = None
    prompt_joules: float | None = None

    def plus(self, other: Usage) -> Usage:
        """The sum of both; energy of what was measured."""
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__struct_fields__
            if name.endswith("_tokens")
        }
        return msgspec.structs.replace(
            self,
            **sums,
            joules=_sum(self.joules, other.joules),
            prompt_joules=_sum(self.prompt_joules, other.prompt_joules),
        )


def _sum(first: float | None, second: float | None) -> float | None:
    """Of what is known."""
    return second if first is None else first + (second or 0.0)


class Timings(msgspec.Struct, frozen=True):
    """`ttft_s` runs from the request's arrival to the first token; speeds are wall-clock.

    `queue_s` passed before a place was free. `prefill_s` and `decode_s` are wall-clock too, and include what other
    answers took meanwhile. `python_s` is this answer's own time outside llama.cpp while it decoded. `batch` is how
    many answers its steps wrote at once, on average.
    """

    load_s: float = 0.0
    ttft_s: float = 0.0
    prefill_tps: float = 0.0
    decode_tps: float = 0.0
    reasoning_s: float = 0.0
    queue_s: float = 0.0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    python_s: float = 0.0
    batch: float = 0.0


class TokenLogprob(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token in its place, and the natural logarithm of its probability: of the softmax of the plain logits, at
    temperature 1, before sampling parameters and grammars.

    `data` are the token's bytes as they stand in the text, which may be half a UTF-8 character. `top` are the tokens
    that are likeliest in that place, the first most of all, and the token itself where it is one of them; they have
    no `top`. `logprob` is never below `LEAST_LOGPROB`, which stands for a probability of 0.
    """

    token: int
    data: bytes
    logprob: float
    top: tuple[TokenLogprob, ...] = ()


class ExpertsFired(msgspec.Struct, frozen=True, tag="experts_fired"):
    """Expert usage counts since the last such event of this answer, while experts are watched.

    `counts` are per layer and expert; a layer without routed experts has an empty row. `tokens` were read or
    written, so each row adds up to tokens times experts used, but for the last layer: there llama.cpp computes
    only what is drawn from, which is each written token and the last of a prompt. Answers at work at the same
    time are counted together, under the id of one of them.
    `overhead` is the share of the time that watching took in the callback (0.06: six percent). That the graph
    is computed in pieces costs more; a benchmark with and without it measures both.
    """

    id: int
    tokens: int
    counts: tuple[tuple[int, ...], ...]
    overhead: float
