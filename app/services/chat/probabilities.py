"""Token probabilities of a kept answer: the model that wrote it reads it again."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec

from app.services.chat.chat_models import ChatModels
from app.services.chat.chat_requests import ChatRequests
from app.services.chat.prompting import compaction_point_of
from app.services.models.models import Models
from app.services.models.reasoning import possible
from app.services.models.requests import new_request_id
from app.services.runs.runs import Runs
from app.store.records import Message
from app.store.store import Store
from engine import values
from engine.api import Event, Finished, GenerateRequest, PrefillProgress, TokenLogprobs
from engine.errors import UserError
from engine.remote.names import is_remote
from engine.values import TokenLogprob

# What might have stood in a token's place, besides the token itself.
ALTERNATIVES = 5
# So many are asked for: the token itself is among them, and what is half a character says nothing to a person.
_ASKED = 12
_LOOK_S = 0.05


class TokenPiece(msgspec.Struct, frozen=True):
    """A piece of an answer: one token, or the `tokens` that make its characters together.

    `probability` and those of the `alternatives`, the likeliest first, are from 0 to 1. Of several tokens it is that
    of all of them, and the alternatives are those of the first. Halves of characters are no alternatives.
    """

    text: str
    probability: float
    alternatives: tuple[tuple[str, float], ...] = ()
    tokens: int = 1


class AnswerProbabilities(msgspec.Struct, frozen=True):
    """The pieces of an answer of `tokens` tokens, as `model` finds them. `edited`: a person has changed its text
    since it was written."""

    pieces: tuple[TokenPiece, ...]
    tokens: int
    model: str
    edited: bool = False


class Probabilities:
    """Reads answers again. Blocks until a model has read: call it off the GUI thread."""

    def __init__(
        self, store: Store, models: Models, chat_models: ChatModels, runs: Runs, requests: ChatRequests
    ) -> None:
        self._store, self._models, self._chat_models = store, models, chat_models
        self._runs, self._requests = runs, requests

    def of(
        self, message: int, on_progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> AnswerProbabilities:
        """The probabilities of an answer's tokens, by the model that wrote it, which is loaded unless it is in use.

        `on_progress` gets from the engine's thread how many tokens are read, and of how many. Once `cancelled`, what
        there is of it. Raises UserError `probabilities.*`, `chat.busy`, `chat.model_held`, `model.answering`, and as
        `Models.generate`.
        """
        record = self._store.messages.get(message)
        if record.state == "streaming":
            raise UserError("chat.busy")
        if not (record.content or record.reasoning or record.tool_calls):
            raise UserError("probabilities.empty")
        self._take_up(record.model)
        tokens = self._scored(self.request(record), on_progress, cancelled)
        # What a model wrote has its measures, unless its program died.
        edited = record.usage is None and record.state == "done"
        return AnswerProbabilities(pieces(tokens), len(tokens), record.model, edited)

    def request(self, record: Message) -> GenerateRequest:
        """The request that has an answer read. Raises UserError `probabilities.run_gone`, `store.no_message`."""
        return msgspec.structs.replace(
            self._of_run(record) if record.run else self._of_chat(record),
            id=new_request_id(),
            conversation="",  # what is in memory of the chat stays as it is
            continue_last=True,
            score=True,
            top_logprobs=_ASKED,
        )

    def _take_up(self, signature: str) -> None:
        if not signature:
            raise UserError("probabilities.model_unknown")
        if is_remote(signature):
            raise UserError("probabilities.elsewhere")
        model = self._chat_models.signed(signature)
        if not model.path:
            raise UserError("probabilities.model_gone", name=signature)
        self._chat_models.load(model)

    def _of_chat(self, record: Message) -> GenerateRequest:
        """The request that the answer was written for, as the chat's options are now, and the answer itself."""
        path = self._store.messages.path(record.conversation)
        if record.id not in path:
            raise UserError("store.no_message")
        path = path[: path.index(record.id) + 1]
        cut = compaction_point_of(path, self._store.compaction_points.active(record.conversation))
        options = self._store.conversations.get(record.conversation).options
        branch = self._store.messages.get_all(path)
        request = self._requests.make(record.conversation, branch, options, cut, continue_last=True)
        if record.reasoning:
            return request
        facts = self._models.state.facts
        off = possible(None if facts is None else facts.reasoning, "off")
        return msgspec.structs.replace(request, reasoning=off)

    def _of_run(self, record: Message) -> GenerateRequest:
        """The last turn of the run that wrote the answer, and what it was written for."""
        from agents.events import ModelTurn, RunStarted

        try:
            entries = self._runs.entries(record.run)
        except UserError as error:
            if error.code != "run.missing":
                raise
            raise UserError("probabilities.run_gone") from error
        turns = [entry.event for entry in entries if isinstance(entry.event, ModelTurn)]
        turns = [turn for turn in turns if turn.content or turn.reasoning or turn.tool_calls]
        started = next((entry.event for entry in entries if isinstance(entry.event, RunStarted)), None)
        if not turns or started is None:
            raise UserError("probabilities.empty")
        turn = turns[-1]
        seen = self._runs.seen(record.run, turn.step)
        said = values.Message("assistant", turn.content, turn.reasoning, turn.tool_calls)
        reasoning = started.reasoning if turn.reasoning else "off"
        return GenerateRequest(0, (*seen.messages, said), reasoning=reasoning, tools=seen.tools)

    def _scored(
        self,
        request: GenerateRequest,
        on_progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> list[TokenLogprob]:
        tokens: list[TokenLogprob] = []
        ends: list[Finished] = []
        ended = threading.Event()

        def listen(events: list[Event]) -> None:
            for event in events:
                if isinstance(event, TokenLogprobs):
                    tokens.extend(event.tokens)
                elif isinstance(event, PrefillProgress):
                    on_progress(event.done, event.total)
                elif isinstance(event, Finished):
                    ends.append(event)
                    ended.set()

        self._models.generate(request, listen)
        while not ended.wait(_LOOK_S):
            if cancelled():
                self._models.abort(request.id)
                return list(tokens)
        if ends[0].error is not None:
            raise UserError.from_info(ends[0].error)
        return tokens


def pieces(tokens: Sequence[TokenLogprob]) -> tuple[TokenPiece, ...]:
    """Tokens as what is shown of them: those that hold parts of one character are joined. Pure."""
    made: list[TokenPiece] = []
    data, held = b"", list[TokenLogprob]()
    for number, token in enumerate(tokens):
        data += token.data
        held.append(token)
        if (data and _is_whole(data)) or number == len(tokens) - 1:
            made.append(_piece(data, held))
            data, held = b"", []
    return tuple(made)


def _is_whole(data: bytes) -> bool:
    """Whether no character is cut at the end. Bytes that are no text at all are whole."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return True


def _piece(data: bytes, tokens: Sequence[TokenLogprob]) -> TokenPiece:
    first = tokens[0]
    others = [
        (text, _probability((each.logprob,)))
        for each in first.top
        if each.token != first.token and (text := _text(each.data))
    ]
    return TokenPiece(
        data.decode("utf-8", "replace"),
        _probability(token.logprob for token in tokens),
        tuple(others[:ALTERNATIVES]),
        len(tokens),
    )


def _probability(logprobs: Iterable[float]) -> float:
    return math.exp(min(0.0, sum(logprobs)))


def _text(data: bytes) -> str:
    """The text of a token, "" where it is none by itself."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""
