"""Grammar trigger: decides when the grammar of tool calls, or of the whole reply, is active in one reply.

The triggers are searched here and not in llama.cpp, whose lazy grammars search the whole reply again at each
token, and abort the process when a token that completes a trigger continues with something forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate

from engine.api import GenerateRequest
from engine.errors import UserError
from engine.formats import ChatFormat, Prompt, ToolGrammar
from engine.formats.grammar.gbnf.ending import Endings
from engine.formats.grammar.gbnf.rules import literal
from engine.local.generation.grammar_completion import GrammarCompletion
from engine.local.model.tokenizer import Tokenizer
from engine.local.native.grammar import Grammar, GrammarSampler

# Bytes behind which a trigger is looked for; longer than any.
_WINDOW = 512


def grammar_of(form: ChatFormat, request: GenerateRequest, prompt: Prompt) -> ToolGrammar:
    """The grammar of the reply to a request.

    Raises UserError `schema.not_followed`, `tools.unknown_choice`, and `schema.not_continued` where the answer so far
    is no beginning of what the schema asks for.
    """
    single = not request.parallel_tool_calls
    tools, choice = () if prompt.is_raw else request.tools, request.tool_choice
    must_call = tools and choice not in ("auto", "none")
    if request.reply is None or must_call:
        return form.tool_grammar(tools, choice, single=single) if tools else ToolGrammar()
    grammar = form.reply_grammar(request.reply, tools, choice, single=single)
    if prompt.continued_content:
        endings = Endings(grammar.gbnf, grammar.answer)
        if not endings.after(endings.start, prompt.continued_content):
            raise UserError("schema.not_continued")
    return grammar


class GrammarTrigger:
    """Samples the tokens of one reply. Owns the grammar; `close` frees it.

    `opening`: the mark with which the model may open its reasoning, which no grammar then forbids. `begun`: the
    mark of a call that the prompt itself ends with. `said`: what stands of the answer already where the grammar of a
    whole reply begins.
    """

    def __init__(
        self,
        tools: ToolGrammar,
        vocab: int,
        tokenizer: Tokenizer,
        sampler: GrammarSampler,
        opening: str,
        begun: str = "",
        said: Callable[[], str] = lambda: "",
    ) -> None:
        self._tools = tools
        self._vocab = vocab
        self._tokenizer = tokenizer
        self._sampler = sampler
        self._opening = opening.encode()
        self._begun = tokenizer.marker(begun) if begun else []
        self._said = said
        self._reasoned = False
        self._triggers = [re.compile(trigger.encode()) for trigger in tools.triggers]
        self._grammar: Grammar | None = None
        self._end: GrammarCompletion | None = None
        self._seen: list[tuple[int, bytes]] = []  # tokens behind the reasoning, the last of them
        self._size = 0
        self._at_start = True
        self._unread = False  # whether the grammar has missed a token
        self._is_judged = False  # whether the last token was drawn here
        self._spent = not tools.gbnf
        self._closed = False

    @property
    def is_active(self) -> bool:
        """Whether a grammar holds now."""
        return self._grammar is not None

    def sample(self, context: int, *, reasons: bool, index: int = -1) -> int | None:
        """Sample after row `index` of the last batch; None if the plain chain may. `reasons`: the model
        reasons now."""
        if self._spent or reasons:
            return None
        if self._grammar is None:
            if self._tools.lazy:
                return None
            self._grammar = self._opened(self._tools.gbnf, self._root)
            self._read(self._tokenizer.plain(self._said()) if self._tools.answer else self._begun)
            if self._grammar is None:
                return None
        token, allowed = self._sampler.sample(context, self._grammar, self._opens_reasoning, index)
        self._is_judged = True
        if self._tools.answer and not allowed:
            raise RuntimeError("the vocabulary has no token for what has to follow")
        opens = self._opens_reasoning(token)
        if allowed and not self._unread:
            self._grammar.accept(token)
        elif not opens:
            self._drop()
        self._unread = self._unread or not allowed
        self._at_start = opens
        return token

    def saw(self, token: int, *, reasons: bool) -> None:
        """Note a sampled token; `reasons` says where the reply stands after it."""
        if self._spent:
            return
        piece = self._tokenizer.piece(token)
        judged, self._is_judged = self._is_judged, False
        if judged and self._end is not None and not self._unread:
            self._end.read(piece)
        if reasons:
            self._reasoned = True
            self._seen.clear()
            self._size, self._at_start, self._unread = 0, True, False
            if self._grammar is not None:  # it had read nothing but white space
                self._grammar.close()
                self._grammar = self._end = None
            return
        if self._grammar is not None and not judged:
            self._read([token])
        elif self._grammar is None and self._tools.lazy:
            self._watch(token, piece)
        elif self._at_start:
            self._seen.append((token, piece))

    def closing(self, token: int, room: int) -> list[int] | None:
        """The tokens that complete the calls now, if they could not be completed within `room` tokens
        after `token`, which was just sampled; None if they could. Called before `saw`."""
        if self._end is None or not self._is_judged or self._unread:
            return None
        return self._end.before(self._tokenizer.piece(token), room)

    def close(self) -> None:
        self._closed = True
        self._drop()

    def _drop(self) -> None:
        """Drop the grammar: the rest of the reply is free."""
        if self._tools.answer and not self._closed:
            raise RuntimeError("the reply has left its grammar")
        if self._grammar is not None:
            self._grammar.close()
        self._grammar, self._end, self._spent = None, None, True

    @property
    def _root(self) -> str:
        may_open = self._opening and not self._reasoned and not self._said()
        return "root" if may_open else self._tools.answer or "root"

    def _opened(self, gbnf: str, root: str) -> Grammar | None:
        try:
            grammar = Grammar(self._vocab, gbnf, root)
        except ValueError:
            self._drop()
            return None
        self._end = GrammarCompletion(gbnf, root, self._tokenizer)
        return grammar

    def _opens_reasoning(self, token: int) -> bool:
        """Whether the reply so far, with this token, is the beginning of the reasoning's mark."""
        if self._tools.lazy or self._tools.answer or not self._at_start or not self._opening:
            return False
        text = (b"".join(piece for _, piece in self._seen) + self._tokenizer.piece(token)).lstrip()
        return bool(text) and (self._opening.startswith(text) or text.startswith(self._opening))

    def _watch(self, token: int, piece: bytes) -> None:
        self._seen.append((token, piece))
        self._size += len(piece)
        while self._size - len(self._seen[0][1]) > _WINDOW:
            self._size -= len(self._seen.pop(0)[1])
            self._at_start = False
        # Where the start of the reply is out of sight, nothing may be taken for it.
        text = b"".join(piece for _, piece in self._seen)
        front = b"" if self._at_start else b"\0"
        for trigger in self._triggers:
            found = trigger.search(front + text)
            if found:
                self._pull(found.start(1) - len(front))
                return

    def _pull(self, start: int) -> None:
        """Activate the grammar at a trigger: it reads the text from `start` on."""
        first, front = self._first_token(start)
        gbnf = f"{self._tools.gbnf}\nhalf-read ::= {literal(front)} root\n" if front else self._tools.gbnf
        self._grammar = self._opened(gbnf, "half-read" if front else "root")
        self._read([token for token, _ in self._seen[first:]])

    def _read(self, tokens: list[int]) -> None:
        """Feed the grammar text that was written without it; drop it where it refuses."""
        for token in tokens:
            if self._grammar is None:
                return
            if not self._grammar.allows(token):
                self._drop()
                return
            self._grammar.accept(token)
            if self._end is not None:
                self._end.read(self._tokenizer.piece(token))

    def _first_token(self, start: int) -> tuple[int, str]:
        """The token in which byte `start` lies, and the text before that byte in it; an earlier token where a
        character is cut in two.
        """
        ends = list(accumulate(len(piece) for _, piece in self._seen))
        first = next(index for index, end in enumerate(ends) if end > start)
        text = b"".join(piece for _, piece in self._seen)
        while True:
            try:
                return first, text[ends[first - 1] if first else 0 : start].decode()
            except UnicodeDecodeError:
                if first == 0:
                    return first, text[:start].decode("utf-8", "replace")
                first -= 1
