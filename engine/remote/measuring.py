"""Token counts of a prompt, by the server if it can, else estimated."""

from __future__ import annotations

import threading
from typing import Any

from engine.api import GenerateRequest, Measured
from engine.errors import UserError
from engine.remote.body import request_body
from engine.remote.estimate import Learned
from engine.remote.http import Http
from engine.remote.kinds import Kind
from engine.remote.names import RemoteName
from engine.remote.pictures import patches_of, picture_tokens, without_pictures
from engine.values import Picture, told_text

_COUNT_S = 30.0


class TokenCounting:
    """One model. Thread-safe. A server that once failed to count is not asked again."""

    def __init__(self, http: Http, name: RemoteName, kind: Kind) -> None:
        self._http, self._name, self._kind = http, name, kind
        self._lock = threading.Lock()
        self._learned = Learned()
        self._counts = kind in ("vllm", "llama-server")

    def measured(
        self, request: GenerateRequest, texts: tuple[str | Picture, ...], refused: frozenset[str]
    ) -> Measured:
        """Never raises for a server that does not answer: then it is an estimate."""
        if request.prompt is not None:
            return Measured(request.id, self.estimated_prompt(request, refused), exact=False)
        body = request_body(request, self._name.model, self._kind, refused)
        seen = sum(map(patches_of, body["messages"]))
        exact = not seen and not any(isinstance(text, Picture) for text in texts)
        if self._counts:
            try:
                told = body | {"messages": without_pictures(body["messages"])} if seen else body
                prompt = self._prompt(told) + seen if body["messages"] else 0
                return Measured(request.id, prompt, tuple(map(self._given, texts)), exact=exact)
            except UserError as error:
                # One prompt may be refused for what is in it; a path that is missing stays missing.
                self._counts = error.code not in ("remote.not_found", "remote.not_openai")
        with self._lock:
            counts = tuple(map(self._guessed, texts))
            return Measured(request.id, self._estimate(body), counts, exact=False)

    def estimated_prompt(self, request: GenerateRequest, refused: frozenset[str]) -> int:
        """The estimate, without any request."""
        with self._lock:
            if request.prompt is not None:
                given = told_text(request.prompt)
                return self._learned.text(given) if isinstance(given, str) else len(given)
            return self._estimate(request_body(request, self._name.model, self._kind, refused))

    def counted(self, body: dict[str, Any], prompt_tokens: int) -> None:
        """Record the server's count of this request's prompt."""
        if prompt_tokens > 0 and "messages" in body:
            with self._lock:
                self._learned.counted(body["messages"], body.get("tools", ()), prompt_tokens)

    def estimated(self, text: str) -> int:
        with self._lock:
            return self._learned.text(text)

    def _estimate(self, body: dict[str, Any]) -> int:
        messages = body["messages"]
        return self._learned.prompt(messages, body.get("tools", ())) if messages else 0

    def _prompt(self, body: dict[str, Any]) -> int:
        sent = ("messages", "tools", "chat_template_kwargs")
        asked: dict[str, Any] = {name: body[name] for name in sent if name in body}
        if self._kind == "vllm":
            counted = self._ask(
                "tokenize", {"model": self._name.model, "add_generation_prompt": True} | asked
            )
            return _count(counted)
        rendered = self._ask("apply-template", asked)
        prompt = rendered.get("prompt") if isinstance(rendered, dict) else None
        if not isinstance(prompt, str):
            raise UserError("remote.not_openai", host=self._http.place)
        return _count(self._ask("tokenize", {"content": prompt, "add_special": True, "parse_special": True}))

    def _guessed(self, given: str | Picture) -> int:
        if isinstance(given, Picture):
            return picture_tokens(given.width, given.height)
        return self._learned.text(given)

    def _given(self, given: str | Picture) -> int:
        return self._text(given) if isinstance(given, str) else self._guessed(given)

    def _text(self, text: str) -> int:
        if not text:
            return 0
        if self._kind == "vllm":
            asked: dict[str, Any] = {"model": self._name.model, "prompt": text, "add_special_tokens": False}
        else:
            asked = {"content": text, "add_special": False, "parse_special": False}
        return _count(self._ask("tokenize", asked))

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        return self._http.post(f"{self._name.root}/{path}", body, silence_s=_COUNT_S)


def _count(answer: Any) -> int:
    """Raises UserError `remote.not_openai` for what is no count."""
    if isinstance(answer, dict):
        count, tokens = answer.get("count"), answer.get("tokens")
        if isinstance(count, int):
            return count
        if isinstance(tokens, list):
            return len(tokens)
    raise UserError("remote.not_openai", host="")
