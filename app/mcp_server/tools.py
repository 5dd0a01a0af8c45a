"""The tools: names, arguments, results, and what is told of them. Pure."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from agents.events import Mode
from app.services.runs.place import programs
from engine.errors import UserError

ASK, RUN_TASK, MODELS = "ask_local_model", programs.TOOL, "list_models"
MOST_TEXT = 1_000_000  # characters; the model's context ends sooner

Model = Annotated[
    str, Meta(description="A model of list_models; without it the one that is in use on this computer.")
]


class AskArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: Annotated[str, Meta(min_length=1, max_length=MOST_TEXT, description="What the model is asked.")]
    system: Annotated[str, Meta(max_length=MOST_TEXT, description="The system prompt.")] = ""
    model: Model = ""
    reasoning: Annotated[
        bool | None,
        Meta(description="Whether it reasons first, where the model can be told; without it as usual."),
    ] = None
    max_tokens: Annotated[
        int, Meta(ge=0, le=2**31 - 1, description="End the answer after so many tokens.")
    ] = 0


class RunArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    task: Annotated[
        str,
        Meta(min_length=1, max_length=MOST_TEXT, description="What is to be done, in words for the agent."),
    ]
    folder: Annotated[
        str,
        Meta(
            min_length=1,
            description="The whole path of the folder to work in; nothing outside it is changed.",
        ),
    ]
    model: Model = ""
    mode: Annotated[
        Mode,
        Meta(
            description="What passes without a question to the person: read (nothing is changed), ask (each change is"
            " asked), workspace (changes in the folder), all-in-sandbox (commands in the sandbox too). The person"
            " agrees to the mode first."
        ),
    ] = "ask"


class NoArguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Asked(msgspec.Struct, frozen=True):
    answer: str
    model: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int


class ChangedFile(msgspec.Struct, frozen=True):
    path: str
    change: str


class Ran(msgspec.Struct, frozen=True):
    """`refused` counts calls of the agent that a person did not allow, or that nobody could be asked about. `message`
    says so, and why it ended without an answer: some programs show their model the values alone."""

    run: int
    status: str
    reason: str
    answer: str
    files: tuple[ChangedFile, ...]
    refused: int
    model: str
    message: str = ""


class ListedModel(msgspec.Struct, frozen=True):
    id: str
    loaded: bool
    context: Annotated[int, Meta(description="In tokens; 0 while it is not loaded.")]


class Listed(msgspec.Struct, frozen=True):
    models: tuple[ListedModel, ...]


class ToolText(msgspec.Struct, frozen=True):
    """What is told of a tool. The hints are those of the protocol: `changes` something, may take away what was there
    (`destroys`), reaches what is outside this computer (`open_world`)."""

    name: str
    title: str
    description: str
    arguments: type[msgspec.Struct]
    result: type[msgspec.Struct]
    changes: bool = False
    destroys: bool = False
    open_world: bool = False


TOOLS = {
    tool.name: tool
    for tool in (
        ToolText(
            ASK,
            "Ask the local model",
            "Ask the language model that runs on this computer, and get its answer. It sees nothing but the question"
            " and the system prompt, uses no tools, and remembers nothing. It can be slow.",
            AskArguments,
            Asked,
        ),
        ToolText(
            RUN_TASK,
            "Have a task done in a folder",
            "Have an agent on the local model of this computer do a task in a folder, with tools and in a sandbox."
            " What needs a permission is asked of the person in Coterie's window, so it can take long. Returns the"
            " agent's last word, the files it changed and the run's number; in Coterie the changes can be undone.",
            RunArguments,
            Ran,
            changes=True,
            destroys=True,
            open_world=True,
        ),
        ToolText(
            MODELS,
            "List the local models",
            "List the language models of this computer, the one in use first.",
            NoArguments,
            Listed,
        ),
    )
}


def read_arguments(tool: ToolText, given: dict[str, Any]) -> Any:
    """The arguments as the tool has them. Raises UserError `programs.bad_arguments` (`detail`)."""
    try:
        return msgspec.convert(given, tool.arguments)
    except msgspec.ValidationError as error:
        raise UserError("programs.bad_arguments", tool=tool.name, detail=str(error)) from error


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of a struct, an object with what it refers to beside it."""
    _, parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own: dict[str, Any] = parts.pop(kind.__name__)
    own.pop("description", None)
    own.pop("title", None)
    if not own["properties"]:
        own = {"type": "object", "additionalProperties": False}
    return own | ({"$defs": parts} if parts else {})
