"""Attached tables whole in the sandbox: computed with, where the context has only their first rows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.api import ModelRequest, ModelResponse
from agents.events import ToolResult
from agents.sandbox.find import find_sandbox
from app.store.records import Attachment, Message
from engine.api import Listener
from tests.support.agents.chatting import Chatting
from tests.support.agents.scripted_brain import calls, says
from tests.support.documents import made
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

pytestmark = [
    pytest.mark.long,
    pytest.mark.process,
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]
ROWS = 200_000


class Computing(Chatting):
    """Chats with programs, over an engine that counts a token for each four characters."""

    def __init__(self, home: Path, folder: Path) -> None:
        super().__init__(home, folder, says("Hello."))
        self.services.settings.change(context=4000)
        self.told = Listening(self.services)
        self.services.models.use("starter", remember=False)
        self.told.model("ready")
        self.id = self.chat("all-in-sandbox")

    def _engine(self, listener: Listener) -> ScriptedEngine:
        self.engines.append(ScriptedEngine(listener, counts=True))
        return self.engines[-1]

    def attach(self, name: str, content: bytes, chat: int = 0) -> Attachment:
        attachments = self.services.attachments
        (weighed,) = attachments.weigh(
            chat or self.id, [attachments.attach(chat or self.id, (name, content))]
        ).attachments
        return weighed

    def ask(self, text: str, attachment: Attachment, *replies: ModelResponse) -> Message:
        self.say(*replies)
        return self.told.finished(self.services.asking.send(self.id, text, attachments=[attachment]).id)

    def printed(self, answer: Message) -> str:
        entries = self.services.runs.entries(answer.run)
        return next(entry.event.text for entry in entries if isinstance(entry.event, ToolResult))

    def question(self) -> str:
        return self.chat_model.asks[0].messages[-1].content


@pytest.fixture
def computing(coterie_home: Path, tmp_path: Path) -> Iterator[Computing]:
    computing = Computing(coterie_home, tmp_path / "work")
    yield computing
    computing.services.close()


def python(code: str) -> ModelResponse:
    return calls(("python", {"code": f"import csv, os\nfolder = os.environ['ATTACHMENTS']\n{code}"}))


def file_told(question: str) -> str:
    return question.partition('os.environ["ATTACHMENTS"] + "/')[2].partition('"')[0]


def test_a_column_of_200_000_rows_is_summed_in_the_sandbox(computing: Computing) -> None:
    rows = "".join(f"customer {n},{n % 7},{n * 3 % 1000}\n" for n in range(ROWS))
    table = computing.attach("sales report.csv", f"name,b,c\n{rows}".encode())
    assert table.state == "whole" and table.tokens < 300
    assert table.reason is not None
    assert (table.reason.code, table.reason.params["rows"]) == ("attachment.rows_in_python", 20)

    def add_up(asked: ModelRequest) -> ModelResponse:
        path = file_told(asked.messages[-1].content)
        return python(
            f"rows = csv.DictReader(open(folder + '/{path}'))\nprint('sum', sum(int(row['c']) for row in rows))"
        )

    answer = computing.ask("Sum column c", table, add_up, says("Done."))  # type: ignore[arg-type]
    expected = sum(n * 3 % 1000 for n in range(ROWS))
    assert f"sum {expected}\n" in computing.printed(answer)
    question = computing.question()
    assert "customer 19," in question and "customer 20," not in question
    assert file_told(question).endswith("/sales_report.csv") and f"({ROWS + 1} rows)" in question


def test_a_table_that_fits_is_given_whole_and_lies_in_the_sandbox_too_and_cannot_be_changed(
    computing: Computing,
) -> None:
    table = computing.attach("Budget.xlsx", made.workbook())
    assert (table.state, table.reason) == ("whole", None)
    answer = computing.ask(
        "What is in it?",
        table,
        python(
            "for at, _, names in os.walk(folder):\n"
            "    for name in sorted(names):\n"
            "        path = os.path.join(at, name)\n"
            "        print(name, list(csv.reader(open(path))))\n"
            "        try:\n            open(path, 'a')\n"
            "        except OSError as error:\n            print(type(error).__name__)\n"
        ),
        says("Done."),
    )
    printed = computing.printed(answer)
    assert "Budget-1-예산.csv [['항목', '금액'], ['월세', '500']]" in printed and "Budget-2-둘.csv" in printed
    assert "OSError" in printed or "PermissionError" in printed


def test_without_programs_a_table_that_does_not_fit_is_refused_as_before(computing: Computing) -> None:
    rows = "".join(f"customer {n},{n}\n" for n in range(3000)).encode()
    chat = computing.services.conversations.create().id
    refused = computing.attach("a.csv", rows, chat)
    assert refused.state == "refused" and refused.reason is not None
    assert refused.reason.code == "attachment.choose_parts"
    assert computing.attach("a.csv", rows).state == "whole"
    tools = computing.services.conversations.get(computing.id).options.tools
    assert tools is not None
    computing.services.conversations.change_options(chat, tools=tools)
    (again,) = computing.services.attachments.weigh(chat, [refused]).attachments
    assert again.state == "whole", "once it has programs, the same table is given by its first rows"


def test_files_go_with_what_they_were_made_of(computing: Computing) -> None:
    services = computing.services
    table = computing.attach("a.csv", b"a,b\n1,2\n")
    answer = computing.ask("What?", table, says("That."))
    (folder,) = services.tables.readable(services.runs.get(answer.run))
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
    services.tables.sweep()
    assert folder.is_dir()
    services.conversations.delete(computing.id)
    services.store.conversations.empty_trash(time.time() + 1)
    for path in services.store.contents._files():
        os.utime(path, (0, 0))
    services.store.contents.sweep()
    services.tables.sweep()
    assert not folder.exists()
