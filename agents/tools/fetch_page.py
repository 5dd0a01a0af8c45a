"""The tool that fetches a web page."""

from __future__ import annotations

from typing import Any

from agents.api import Outcome, ToolContext
from agents.permissions.values import Effects, ToolFacts
from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import kind_of
from agents.tools.documents.reading import read_in_child
from agents.tools.files.text_file import read_text
from agents.tools.function_tool import ToolTrouble, tool
from agents.tools.web.address import read_address
from agents.tools.web.download import THE_WEB, Page, download
from agents.tools.web.own_servers import of_commands, of_the_run

READ_SECONDS = 20.0
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXT_KINDS = ("text/", "application/json", "application/xml", "application/rss+xml", "application/atom+xml")
_TEXT_ENDINGS = ("+json", "+xml", "/yaml", "/x-yaml", "/javascript", "/toml")


def _effects(arguments: dict[str, Any], context: ToolContext) -> Effects:
    try:
        address = read_address(str(arguments["url"]))
        url = address.url
        if of_the_run(address, context.commands):
            return Effects(within=True)
    except ToolTrouble:
        url = str(arguments["url"])  # the call will be refused; until then it is shown as written
    return Effects("network", url=url, network=True)


@tool(
    facts=ToolFacts(read_only=True, destructive=False, network=True, untrusted=True, timeout_s=60),
    effects=_effects,
)
def fetch_page(context: ToolContext, url: str) -> Outcome:
    """Fetch a page of the web and return its title, text and links. The user is asked first.

    Args:
        url: The whole address, beginning with https://, or http://localhost:PORT of a command in the background.
    """
    address = read_address(url)
    if context.commands is not None and of_the_run(address, context.commands):
        try:
            page = download(address, context.cancelled, of_commands(context.commands))
        except ToolTrouble as error:  # nobody's words but ours
            return Outcome(str(error), "error", own=True)
        return _shown(page, context, own=True)
    if not context.network:
        raise ToolTrouble("The network was not allowed for this call.")
    return _shown(download(address, context.cancelled, THE_WEB), context)


def _shown(page: Page, context: ToolContext, *, own: bool = False) -> Outcome:
    if page.onward:
        return Outcome(
            f"The page leads to another site, which was not followed: {page.onward}\n"
            "Fetch that address if it is the one you want.",
            summary=f"→ {page.onward}",
            untrusted=True,
            own=own,
        )
    text = _text(page, context)
    if page.status >= 400:
        return Outcome(
            f"The server answered {page.status}.\n\n{text[:2000]}", "error", untrusted=True, own=own
        )
    if page.cut:
        text += "\n[the page is longer; only its beginning was fetched]"
    return Outcome(text, summary=page.address.host, untrusted=True, own=own)


def _text(page: Page, context: ToolContext) -> str:
    head = f"Address: {page.address.url}"
    if page.kind in _HTML:
        request = {"url": page.address.url, "charset": page.charset}
        try:
            with Child(
                "agents.tools.web.page_text:page_text", seconds=READ_SECONDS, cancelled=context.cancelled
            ) as child:
                found = child.ask(request, page.content)
        except ChildEnded as ended:
            raise ToolTrouble("The page could not be read: it is built to take too long.") from ended
        return f"Title: {found['title'] or '(none)'}\n{head}\n\n{found['text'] or '[no text]'}"
    if page.kind == "application/pdf":
        pages = read_in_child(kind_of("page.pdf"), page.content, context.cancelled)
        return "\n\n".join([head, *(f"[{part.label}]\n{part.text}" for part in pages)])
    if page.kind.startswith(_TEXT_KINDS) or page.kind.endswith(_TEXT_ENDINGS):
        decoded = read_text(page.content)
        if decoded is not None:
            return f"{head}\n\n{decoded.text}"
    raise ToolTrouble(f"'{page.address.url}' is no text ({page.kind}, {len(page.content)} bytes).")
