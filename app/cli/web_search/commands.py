"""The commands of `coterie web-search` and their options; what they do is imported when one is run."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Json, chosen_output, group

web_search = group("web-search", "Web search in runs and chats: off until you choose a provider.")

Provider = Annotated[
    str, typer.Argument(metavar="PROVIDER", help="searxng, brave or tavily.", show_default=False)
]


@web_search.command()
def show(command: typer.Context, json: Json = False) -> None:
    """Show which provider is in use, and where its key is."""
    from app.cli.web_search.working import show as run_show

    raise typer.Exit(run_show(chosen_output(command, json)))


@web_search.command()
def use(
    command: typer.Context,
    provider: Provider,
    url: Annotated[
        str, typer.Option(metavar="URL", help="The address of your SearXNG server.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Use this provider from now on. What is searched for is sent to it, each time after a question to you."""
    from app.cli.web_search.working import use as run_use

    raise typer.Exit(run_use(provider, url, chosen_output(command, json)))


@web_search.command()
def key(command: typer.Context, provider: Provider, json: Json = False) -> None:
    """Keep a provider’s API key in the system’s keyring, read from the terminal or standard input."""
    from app.cli.web_search.working import key as run_key

    raise typer.Exit(run_key(provider, chosen_output(command, json)))


@web_search.command()
def test(command: typer.Context, json: Json = False) -> None:
    """Search for one word with the provider in use."""
    from app.cli.web_search.working import test as run_test

    raise typer.Exit(run_test(chosen_output(command, json)))


@web_search.command()
def remove(command: typer.Context, json: Json = False) -> None:
    """Switch web search off, and delete its keys."""
    from app.cli.web_search.working import remove as run_remove

    raise typer.Exit(run_remove(chosen_output(command, json)))
