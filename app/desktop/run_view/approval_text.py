"""How a question is put: what is asked, why, what is done about it, and what a wider answer would allow. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from agents.permissions.values import ApprovalRequest, Scope
from agents.permissions.visible import visible
from app.desktop.base.language import languages
from app.desktop.text.run_labels import folder_text, mode_sentence
from app.desktop.text.words import counted
from app.diff_text import shown_diff
from app.format import format_count
from app.hosts_text import NAMED, hosts_title
from app.services.runs.place.programs import mode_of


def question(request: ApprovalRequest) -> str:
    """The sentence at the head of the card."""
    translate = QCoreApplication.translate
    server = visible(request.server)
    if request.only_hosts:
        return hosts_title(request, languages.current)
    if request.kind in ("shell", "python"):
        return translate("Approval", "Run this?")
    if request.kind == "files":
        return _about_files(request)
    if request.kind == "read":
        return translate("Approval", "Let commands read this?")
    if request.kind == "network":
        return translate("Approval", "Open this page?")
    if request.kind == "search":
        return translate("Approval", "Search the web for this?")
    if request.kind == "ports":
        return translate("Approval", "Let “{server}” open this?").format(server=server)
    if request.kind == "program":
        return translate("Approval", "Let “{server}” start this task?").format(server=server)
    if request.kind == "form":
        return translate("Approval", "{server} asks you").format(server=server)
    if request.kind == "url":
        return translate("Approval", "{server} asks you to open a page").format(server=server)
    if request.server:
        return translate("Approval", "Use this tool from “{server}”?").format(server=server)
    return translate("Approval", "Use this tool?")


def _about_files(request: ApprovalRequest) -> str:
    translate = QCoreApplication.translate
    deletes = "deletes" in request.reasons and "writes" not in request.reasons
    if _creates(request):
        return translate("Approval", "Create this file?")
    if deletes:
        one, many = translate("Approval", "Delete this file?"), translate("Approval", "Delete these files?")
    else:
        one, many = translate("Approval", "Change this file?"), translate("Approval", "Change these files?")
    return counted(request.files, one, many)


def _creates(request: ApprovalRequest) -> bool:
    """Whether all that it does is one new file."""
    return request.files == 1 and shown_diff(visible(request.diff)).change == "new"


def extent(request: ApprovalRequest) -> str:
    """How much it changes, a few words; "" where there is nothing to say."""
    translate = QCoreApplication.translate
    if request.kind in ("form", "url", "read", "network", "search", "program", "ports"):
        return ""
    deletes = "deletes" in request.reasons and "writes" not in request.reasons
    if request.files < 0:
        return translate("Approval", "may change files")
    if request.files == 0:
        return ""
    if _creates(request):
        return translate("Approval", "creates 1 file")
    one, many = translate("Approval", "changes 1 file"), translate("Approval", "changes {count} files")
    if deletes:
        one, many = translate("Approval", "deletes 1 file"), translate("Approval", "deletes {count} files")
    return counted(request.files, one, many)


def safety(request: ApprovalRequest) -> str:
    """Whether it can be taken back."""
    translate = QCoreApplication.translate
    if "not_undoable" in request.reasons:
        return translate("Approval", "cannot be undone")
    if request.snapshot:
        return translate("Approval", "a snapshot is taken first")
    return ""


def place(request: ApprovalRequest) -> str:
    """The tool and where it works: the left end of the head of what is shown."""
    translate = QCoreApplication.translate
    if request.kind == "program":
        return folder_text(visible(request.message))
    tool = visible(request.tool)
    network = "network" in request.reasons
    if request.kind in ("form", "url"):
        return translate("Approval", "for the tool {tool}").format(tool=tool)
    if request.kind in ("shell", "python"):
        if not request.sandboxed:
            where = translate("Approval", "not in a sandbox: it can reach your files and the network")
        elif network:
            where = translate("Approval", "in the sandbox, with network")
        elif request.led or "hosts" in request.reasons:
            where = translate("Approval", "in the sandbox, only with hosts that you allow")
        else:
            where = translate("Approval", "in the sandbox, no network")
    elif request.kind == "network":
        where = translate("Approval", "from the network")
    elif request.kind == "search":
        where = translate("Approval", "goes to {host}").format(host=_host(request.message))
    elif request.kind == "ports":
        where = translate("Approval", "only these addresses, from its own sandbox")
    elif request.kind == "read":
        where = translate("Approval", "outside its working folder, only to be read")
    elif request.kind == "files":
        where = translate("Approval", "only in its working folder")
    elif request.server and address(request):
        where = translate("Approval", "goes to a remote server")
    elif request.server and request.sandboxed:
        where = translate("Approval", "in the sandbox")
    elif request.server:
        where = translate("Approval", "not in a sandbox: the server decides what to do with it")
    else:
        where = ""
    return f"{tool} · {where}" if where else tool


def address(request: ApprovalRequest) -> str:
    """The address that something is fetched from or goes to, "" for none."""
    if request.kind in ("url", "network"):
        return request.subject
    first = request.subject.split("\n", 1)[0]
    return first if request.kind == "mcp" and first.startswith(("https://", "http://")) else ""


def what(request: ApprovalRequest, lines: int) -> str:
    """What is shown, whole: the right end of the head."""
    translate = QCoreApplication.translate
    told = {
        "shell": translate("Approval", "exact command"),
        "python": translate("Approval", "exact program"),
        "network": translate("Approval", "exact address"),
        "url": translate("Approval", "exact address"),
        "search": translate("Approval", "exact words"),
        "read": translate("Approval", "all paths"),
        "ports": translate("Approval", "all addresses"),
        "files": translate("Approval", "all paths"),
        "program": translate("Approval", "the whole task"),
    }.get(request.kind, translate("Approval", "all arguments"))
    if lines < 2:
        return told
    return translate("Approval", "{what}, {count} lines").format(what=told, count=format_count(lines))


def _host(url: str) -> str:
    return visible(urlsplit(url).netloc)


def message(request: ApprovalRequest) -> str:
    """Which helper asks, what the server says, or what the mode means that a program wants; "" where there is nothing
    to say."""
    if request.child:
        told = QCoreApplication.translate("Approval", "For the helper that has this task: {task}")
        return told.format(task=visible(request.child))
    if request.kind == "search":
        return QCoreApplication.translate("Approval", "These words leave this computer. No page is opened.")
    if request.kind == "program":
        told = QCoreApplication.translate("Approval", "{mode} The name is what the program calls itself.")
        return told.format(mode=mode_sentence(mode_of(request.pattern)))
    return visible(request.message) if request.message != request.subject or request.kind == "form" else ""


def why(code: str) -> str:
    """The sentence for one of `ApprovalRequest.reasons`, "" for what the card says elsewhere."""
    translate = QCoreApplication.translate
    told = {
        "deletes": translate("Approval", "It deletes files."),
        "network": translate("Approval", "It uses the network."),
        "ports": translate(
            "Approval",
            "Commands of this run serve it. Your yes ends with the command or the run.",
        ),
        "outside": translate("Approval", "It can have effects outside its working folder."),
        "reads_outside": translate("Approval", "A command failed because it does not see this."),
        "destructive": translate("Approval", "It deletes what is there."),
        "unreadable_command": translate("Approval", "What it would run can’t be told from the text alone."),
        "mcp_first_use": translate("Approval", "The tool comes from a server, not from Coterie."),
        "untrusted": translate(
            "Approval",
            "This run has read text from outside, which may have told the model to do this.",
        ),
        "rail": translate("Approval", "This is so risky that Coterie always asks, whatever was allowed."),
    }
    return told.get(code, "")


# Said in the colour of a warning.
_LOUD = ("rail", "untrusted", "destructive", "unreadable_command", "outside")


def loud(request: ApprovalRequest) -> tuple[str, ...]:
    return tuple(code for code in request.reasons if code in _LOUD)


def quiet(request: ApprovalRequest) -> tuple[str, ...]:
    said = {"network"} if request.kind == "search" else set[str]()  # above
    if request.kind == "files" and "writes" not in request.reasons:
        said = {"deletes"}
    return tuple(code for code in request.reasons if code not in (*_LOUD, *said))


def scope_label(scope: Scope, *, in_chat: bool = False, searches: bool = False) -> str:
    translate = QCoreApplication.translate
    if scope == "server" and searches:
        return translate("Approval", "Always allow")
    if scope == "run" and in_chat:
        return translate("Approval", "Allow for this answer")
    return {
        "once": translate("Approval", "Allow once"),
        "run": translate("Approval", "Allow in this run"),
        "workspace": translate("Approval", "Allow in this folder"),
        "server": translate("Approval", "Allow this server"),
        "registries": translate("Approval", "Allow package registries"),
        "network": translate("Approval", "Allow the whole network once"),
    }[scope]


def wider(request: ApprovalRequest) -> str:
    """What the wider answers would let pass from then on, in the very words that a grant matches; "" for none."""
    translate = QCoreApplication.translate
    if not request.scopes:
        return ""
    tool, pattern = visible(request.tool), visible(request.pattern)
    if request.kind == "program":
        told = translate(
            "Approval",
            "“Allow in this folder” covers further tasks of “{server}” here, in this mode or a stricter one.",
        )
        return told.format(server=visible(request.server))
    if request.only_hosts:
        return _wider_hosts(request)
    if request.kind == "shell" and not pattern:
        return ""
    if request.kind == "shell":
        told = translate("Approval", "“Allow in…” covers every command that begins with: {pattern}")
        if request.hosts:
            told = translate(
                "Approval", "“Allow in…” covers {hosts}, and every command that begins with: {pattern}"
            )
    elif pattern and request.kind == "search":
        told = translate("Approval", "A broader yes covers every search at: {pattern}")
    elif pattern and request.kind in ("files", "read"):
        told = translate("Approval", "“Allow in…” covers this file: {pattern}")
    elif pattern:
        told = translate("Approval", "“Allow in…” covers every address of: {pattern}")
    elif "server" in request.scopes:
        told = translate(
            "Approval",
            "“Allow in…” covers every use of {tool}; “Allow this server” covers all tools of “{server}”.",
        )
    else:
        told = translate("Approval", "“Allow in…” covers every use of {tool}.")
    return told.format(pattern=pattern, tool=tool, server=visible(request.server), hosts=_hosts(request))


def _wider_hosts(request: ApprovalRequest) -> str:
    translate = QCoreApplication.translate
    if "workspace" not in request.scopes:
        return ""
    told = translate("Approval", "“Allow in this folder” covers {hosts} for every command.")
    if "registries" in request.scopes:
        told = translate(
            "Approval",
            "“Allow in this folder” covers {hosts} for every command; “Allow package registries” covers PyPI, "
            "npm, crates.io, and the like.",
        )
    return told.format(hosts=_hosts(request))


def _hosts(request: ApprovalRequest) -> str:
    if len(request.hosts) > NAMED:
        return QCoreApplication.translate("Approval", "these hosts")
    return ", ".join(request.hosts)
