"""The protocols that the server speaks. Each is a folder that knows no other."""

from __future__ import annotations

from starlette.routing import Route

from app.server.anthropic.errors import AnthropicShape
from app.server.anthropic.routes import routes as anthropic_routes
from app.server.file_facts import FileFacts
from app.server.http.answers import Answers
from app.server.http.guard import Shape
from app.server.ollama.errors import OllamaShape
from app.server.ollama.routes import routes as ollama_routes
from app.server.openai.errors import OpenAiShape
from app.server.openai.llama_server.routes import routes as llama_server_routes
from app.server.openai.responses.routes import routes as responses_routes
from app.server.openai.routes import routes as openai_routes
from app.server.pulls import Pulls


def routes(answers: Answers, pulls: Pulls) -> list[Route]:
    """All routes; the first one that fits a request answers it."""
    files = FileFacts()
    return [
        *anthropic_routes(answers),
        *openai_routes(answers),
        *responses_routes(answers),
        *llama_server_routes(answers, files),
        *ollama_routes(answers, files, pulls),
    ]


def shapes() -> tuple[Shape, ...]:
    """The shapes of errors; the first one that owns a path is taken, and the last one otherwise."""
    return (AnthropicShape(), OllamaShape(), OpenAiShape())
