"""The protocols that the server speaks. Each is a folder that knows no other."""

from __future__ import annotations

from starlette.routing import Route

from app.server.anthropic.errors import AnthropicShape
from app.server.anthropic.routes import routes as anthropic_routes
from app.server.http.answers import Answers
from app.server.http.guard import Shape
from app.server.ollama.errors import OllamaShape
from app.server.ollama.routes import routes as ollama_routes
from app.server.openai.errors import OpenAiShape
from app.server.openai.responses.routes import routes as responses_routes
from app.server.openai.routes import routes as openai_routes


def routes(answers: Answers) -> list[Route]:
    """All routes; the first one that fits a request answers it."""
    return [
        *anthropic_routes(answers),
        *openai_routes(answers),
        *responses_routes(answers),
        *ollama_routes(answers),
    ]


def shapes() -> tuple[Shape, ...]:
    """The shapes of errors; the first one that owns a path is taken, and the last one otherwise."""
    return (AnthropicShape(), OllamaShape(), OpenAiShape())
