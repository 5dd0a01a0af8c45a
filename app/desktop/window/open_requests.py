"""What a person opened outside: links to models and model files. They are only shown; a click does all else."""

from __future__ import annotations

from app.desktop.window.window_parts import WindowParts
from app.integration.model_link import parse_link
from app.integration.open_request import OpenRequest
from engine.errors import UserError


def open_request(window: WindowParts, request: OpenRequest) -> None:
    """Show the page of models with what is named; a sentence over the page where a link names nothing."""
    if request.file:
        window.later.models.show_file(request.file)
    else:
        try:
            link = parse_link(request.link)
        except UserError as error:
            window.show_error(error)
            return
        window.later.models.show_repo(link.repo, link.file)
    window.go.show_page("models")
