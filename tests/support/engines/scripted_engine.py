"""An engine without a model: it loads at once and answers what the test wrote down."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Sequence

import msgspec

from engine.api import (
    Delta,
    EngineState,
    Event,
    Finished,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    Measured,
    ModelFacts,
    PrefillProgress,
    Tokenized,
    TokenizeRequest,
    ToolCallDelta,
    ToolCalled,
)
from engine.errors import ErrorInfo, UserError
from engine.local.generation.stop_strings import StopStrings
from engine.placement.plan import Plan
from engine.values import (
    ExpertsFired,
    FillIn,
    FinishReason,
    Picture,
    ReasoningControl,
    Sampling,
    Timings,
    ToolCall,
    Usage,
    told_text,
)

Answer = Callable[[GenerateRequest], Sequence[str]]
First = Callable[[GenerateRequest], Sequence[Event]]
SWITCH = ReasoningControl("switch", (), "on")


class ScriptedEngine:
    """Keeps the `Engine` protocol, on a thread of its own.

    `pace` is the time in seconds between two pieces of an answer; `hold`, while set, keeps a load or answer
    from going on. A piece that begins with "<think>" is reasoning, which is left out once the answer is wanted
    now. With `counts` it has a context: a prompt that does not fit is refused, an answer ends where it is full or at
    its limit, and its usage is what was counted, a token for each piece. With `beside` answers are written beside
    each other, each on a thread of its own.

    `plan` is what each load is told to have been loaded with, from then on.

    `fired` is what each answer tells while experts are watched; `calls` and `notices` are those of each
    answer, `first` what is told before its first word and `usage` what it took, but for the tokens written.
    """

    def __init__(
        self,
        listener: Listener,
        answer: Answer = lambda _: ("Hello", " from", " the", " script."),
        *,
        reasoning: ReasoningControl = SWITCH,
        pace: float = 0.0,
        load_error: ErrorInfo | None = None,
        fired: tuple[tuple[int, ...], ...] = (),
        calls: tuple[ToolCall, ...] | Callable[[GenerateRequest], tuple[ToolCall, ...]] = (),
        notices: tuple[ErrorInfo, ...] = (),
        beside: bool = False,
        counts: bool = False,
        name: str = "Scripted model",
        load_s: float = 0.0,
        missing: tuple[str, ...] = (),
        sees: bool = False,
        fills: bool = False,
    ) -> None:
        self._listener, self.answer = listener, answer
        self._reasoning, self.pace, self._counts = reasoning, pace, counts
        self.load_error, self.sees, self.fills = load_error, sees, fills
        self._name, self._load_s, self._missing = name, load_s, missing
        self.fired, self.watching = fired, False
        self.front, self.forgotten = "", list[str]()
        self.calls, self.notices = calls, notices
        self.first: First = lambda request: (PrefillProgress(request.id, 10, 10, 0),)
        self.usage = Usage(1200, 1000)
        self._beside = beside
        self._telling = threading.Lock()
        self._writing: list[threading.Thread] = []
        self.plan: Plan | None = None
        self.hold = threading.Event()
        self.requests: list[GenerateRequest] = []
        self._state: EngineState = "empty"
        self._facts: ModelFacts | None = None
        self.aborted: set[int] = set()
        self._open: set[int] = set()
        self._hurried: set[int] = set()
        self._cancelled = threading.Event()
        self._closing = threading.Event()
        self._unloading = threading.Event()
        self._work: queue.Queue[LoadRequest | GenerateRequest | threading.Event | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="scripted-engine")
        self._thread.start()

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def model(self) -> ModelFacts | None:
        return self._facts

    def load(self, request: LoadRequest) -> None:
        self.watching = request.watch_experts
        self.aborted |= self._open
        self._state = "loading"
        self._cancelled.clear()
        self._work.put(request)

    def cancel_load(self) -> None:
        self._cancelled.set()

    def generate(self, request: GenerateRequest) -> None:
        self._refuse_without_model()
        self.requests.append(request)
        self.aborted.discard(request.id)
        self._open.add(request.id)
        self._hurried.discard(request.id)
        self._work.put(request)

    def measure(self, request: GenerateRequest, texts: tuple[str | Picture, ...] = ()) -> None:
        """A token for each four characters, 100 for a picture, told from a thread of its own: none is waited for."""
        self._refuse_without_model()
        counts = tuple(100 if isinstance(text, Picture) else -(-len(text) // 4) for text in texts)
        measured = Measured(request.id, _tokens(request), counts)
        threading.Thread(target=self._emit, args=(measured,), name="scripted-measure").start()

    def tokenize(self, request: TokenizeRequest) -> None:
        """Tokens are the text's characters; a prompt's text is what its messages say, a line each."""
        self._refuse_without_model()
        given = request.given
        if isinstance(given, GenerateRequest):
            told = told_text(given.prompt) if given.prompt is not None else ""
            given = told or "\n".join(message.content for message in given.messages)
        text = given if isinstance(given, str) else "".join(map(chr, given))
        tokenized = Tokenized(request.id, text, tuple(map(ord, text)))
        threading.Thread(target=self._emit, args=(tokenized,), name="scripted-tokenize").start()

    def _refuse_without_model(self) -> None:
        if self._state in ("empty", "closed"):
            raise UserError("engine.no_model")

    def abort(self, request_id: int) -> None:
        self.aborted.add(request_id)

    def answer_now(self, request_id: int) -> None:
        self._hurried.add(request_id)

    def set_priority(self, conversation: str) -> None:
        self.front = conversation

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    def limit_states(self, size: int) -> None:
        self.states_limit = size

    def watch_experts(self, on: bool) -> None:
        self.watching = on

    def unload(self) -> None:
        if self._state == "closed":
            return
        self._unloading.set()
        done = threading.Event()
        self._work.put(done)
        done.wait()

    def close(self) -> None:
        self._closing.set()
        self._work.put(None)
        self._thread.join()
        self._state = "closed"

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            if isinstance(work, LoadRequest):
                self._do_load(work)
            elif isinstance(work, threading.Event):
                self._end_writing()
                self._state, self._facts = "empty", None
                self._unloading.clear()
                work.set()
            elif self._beside:
                thread = threading.Thread(target=self._do_generate, args=(work,), name="scripted-answer")
                self._writing.append(thread)
                thread.start()
            else:
                self._do_generate(work)
        self._end_writing()

    def _end_writing(self) -> None:
        while self._writing:
            self._writing.pop().join()

    def tell(self, *events: Event) -> None:
        """Tell what comes of no request, or in the middle of one."""
        self._emit(*events)

    def _emit(self, *events: Event) -> None:
        with self._telling:
            self._listener(list(events))

    def _ending(self) -> bool:
        return self._closing.is_set() or self._unloading.is_set()

    def _held(self, ended: Callable[[], bool]) -> bool:
        """Wait while `hold` is set; True when the work was ended meanwhile."""
        while self.hold.is_set() and not ended():
            self._closing.wait(0.005)
        return ended()

    def _do_load(self, request: LoadRequest) -> None:
        self._emit(LoadProgress(0.4))
        self._cancelled.wait(self._load_s)
        if self._held(lambda: self._cancelled.is_set() or self._ending()):
            self._state = "empty"
            if self._unloading.is_set():
                return
            self._emit(LoadFailed(ErrorInfo("engine.load_cancelled")))
            return
        missing = (
            ErrorInfo("model.missing", {"path": request.path}) if request.path in self._missing else None
        )
        if (error := self.load_error or missing) is not None:
            self._state, self._facts = "empty", None
            self._emit(LoadFailed(error))
            return
        self._facts = ModelFacts(
            path=request.path,
            name=self._name,
            architecture="test",
            quantisation="",
            context=request.options.context or 8192,
            trained_context=32768,
            reasoning=self._reasoning,
            sampling=Sampling(0.7, 40),
            load_s=0.1,
            plan=self.plan,
            sees=self.sees,
            fills=self.fills,
        )
        self._state = "ready"
        self._emit(Loaded(self._facts))

    def _do_generate(self, request: GenerateRequest) -> None:
        number, prompt, limit = request.id, _tokens(request), 10**9
        if self._facts is None:  # the load that it waited for has failed
            self._finish(Finished(number, "error", Usage(), Timings(), ErrorInfo("engine.no_model")))
            return
        if not self._facts.sees and any(message.media for message in request.messages):
            error = ErrorInfo("picture.not_seen", {"name": self._facts.name})
            self._finish(Finished(number, "error", Usage(), Timings(), error))
            return
        if isinstance(request.prompt, FillIn) and not self.fills:
            error = ErrorInfo("fill_in.unknown", {"name": self._name})
            self._finish(Finished(number, "error", Usage(), Timings(), error))
            return
        if self._counts:
            room = self._facts.context - prompt
            if room <= 0:
                params = {"needed": prompt, "available": self._facts.context}
                error = ErrorInfo("engine.context_overflow", params)
                self._finish(Finished(number, "error", Usage(prompt), Timings(), error))
                return
            limit = min(room, request.max_tokens or room)
        self._emit(*self.first(request))
        count, ended, stop = self._write(request, limit)
        if self.watching and self.fired:
            self._emit(ExpertsFired(number, count, self.fired, 0.06))
        usage = Usage(prompt, recomputed=self.usage.recomputed) if self._counts else self.usage
        usage = msgspec.structs.replace(usage, completion_tokens=count)
        timings = Timings(0.1, 0.4, 500.0, 38.0, 0.0)
        wanted = self.calls(request) if callable(self.calls) else self.calls
        calls = () if ended else wanted if request.parallel_tool_calls else wanted[:1]
        for call in calls:
            self._emit(*_written(number, call), ToolCalled(number, call))
        reason: FinishReason = "cancelled" if ended else "length" if count == limit else "stop"
        self._finish(Finished(number, reason, usage, timings, None, calls, self.notices, stop))

    def _write(self, request: GenerateRequest, limit: int) -> tuple[int, bool, str]:
        """Tell the answer; how many tokens that were, whether it was ended from outside, and by which stop string."""
        number, stops, count = request.id, StopStrings(request.stop), 0
        for piece in self.answer(request):
            if count == limit or stops.hit:
                break
            if self._held(lambda: number in self.aborted or self._ending()):
                return count, True, ""
            if piece.startswith("<think>"):
                if number not in self._hurried:
                    self._emit(Delta(number, "reasoning", piece.removeprefix("<think>")))
                    count += 1
                    self._closing.wait(self.pace)
                continue
            count += 1
            if shown := stops.feed(piece):
                self._emit(Delta(number, "content", shown))
            self._closing.wait(self.pace)
        if rest := stops.finish():
            self._emit(Delta(number, "content", rest))
        return count, False, stops.hit

    def _finish(self, end: Finished) -> None:
        self._open.discard(end.id)
        self._emit(end)


def _tokens(request: GenerateRequest) -> int:
    if request.prompt is not None:
        told = told_text(request.prompt)
        return -(-len(told) // 4) if isinstance(told, str) else len(told)
    said = "".join(message.content for message in request.messages) + str(request.tools or "")
    return -(-len(said) // 4)


def _written(number: int, call: ToolCall) -> list[Event]:
    text = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
    pieces = [text[start : start + 20] for start in range(0, len(text), 20)]
    return [ToolCallDelta(number, call.id, call.name, piece) for piece in ("", *pieces)]
