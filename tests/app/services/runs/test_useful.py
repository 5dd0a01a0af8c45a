"""Tasks as people give them, with a model that goes by what it reads: done, undone and redone to the byte."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.sandbox.find import find_sandbox
from tests.support.agents.house import House, allow
from tests.support.folder_states import folder_state
from tests.support.servers.openai_script import Asked, Call, Reply, by_turn, call, say
from tests.support.servers.openai_server import OpenAiServer

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="modes and links are those of Unix"),
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]

Answer = Callable[[Asked], Reply]
Done = Callable[..., tuple[str, Path]]


@pytest.fixture
def done(tmp_path: Path) -> Iterator[Done]:
    """`done(task, answer, prepare)` does a task in a folder: its answer and the folder. That everything can be undone
    and redone to the byte is tried in between."""
    houses: list[tuple[House, OpenAiServer]] = []

    def done(
        task: str,
        answer: Answer,
        prepare: Callable[[Path], object] = lambda folder: None,
        follow_up: str = "",
    ) -> tuple[str, Path]:
        folder = tmp_path / "work"
        folder.mkdir()
        prepare(folder)
        before = folder_state(folder)
        server = OpenAiServer(answer, kind="vllm", context=16_384).__enter__()
        house = House(tmp_path / "data", server.model, allow)
        houses.append((house, server))
        run = house.run(task, folder)
        if follow_up:
            house.resume(run, follow_up)
        after, finished = folder_state(folder), house.finished(run)
        assert finished.reason == "answered"
        if after != before:
            house.runs.undo(run, house.runs.undo_plan(run))
            assert folder_state(folder) == before
            house.runs.undo(run, house.runs.redo_plan(run))
            assert folder_state(folder) == after
        return finished.answer, folder

    yield done
    for house, server in houses:
        house.close()
        server.__exit__(None, None, None)


def last(asked: Asked) -> str:
    """The last result that the model sees."""
    return str(asked.messages[-1]["content"])


def then(*steps: Reply | Answer) -> Answer:
    """One step for each turn; a function decides by what was read."""

    def answer(asked: Asked) -> Reply:
        step = steps[min(asked.turns, len(steps) - 1)]
        return step(asked) if callable(step) else step

    return answer


def test_a_note_is_made(done: Done) -> None:
    steps = by_turn(call("write_file", {"path": "notes.txt", "content": "hello"}), say("Made notes.txt."))
    answer, folder = done("Create notes.txt with the word hello in it", steps)
    assert answer == "Made notes.txt." and (folder / "notes.txt").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("content", "old", "new", "wanted"),
    [
        (b"one\r\ntwo\r\nthree", "two\nthree", "zwei\ndrei", b"one\r\nzwei\r\ndrei"),
        pytest.param(b"\xef\xbb\xbfa\nb\n", "b", "c", b"\xef\xbb\xbfa\nc\n", marks=pytest.mark.agents),
        ("가격: 100원\n끝".encode("cp949"), "100원", "200원", "가격: 200원\n끝".encode("cp949")),
        ("naïve café\n".encode("latin-1"), "café", "thé", "naïve thé\n".encode("latin-1")),
        ("\ufefftext\r\n".encode("utf-16-le"), "text", "Text", "\ufeffText\r\n".encode("utf-16-le")),
        (b"no end", "end", "end at all", b"no end at all"),
    ],
)
def test_an_edit_keeps_the_rest_of_a_file_as_it_is_written(
    done: Done, content: bytes, old: str, new: str, wanted: bytes
) -> None:
    steps = by_turn(
        call("read_file", {"path": "a.txt"}),
        call("edit_file", {"path": "a.txt", "old_text": old, "new_text": new}),
    )
    _, folder = done("Change the file.", steps, lambda folder: (folder / "a.txt").write_bytes(content))
    assert (folder / "a.txt").read_bytes() == wanted


def test_a_word_is_replaced_in_all_files_that_have_it(done: Done) -> None:
    def prepare(folder: Path) -> None:
        for number in range(12):
            place = folder / f"part{number % 3}"
            place.mkdir(exist_ok=True)
            has = "colour" if number % 2 else "shape"
            (place / f"{number}.md").write_text(f"# {number}\n\nThe {has} of it.\n")

    def edits(asked: Asked) -> Reply:
        paths = re.findall(r"^(part\d/\d+\.md):\d+:", last(asked), re.MULTILINE)
        edit = {"old_text": "colour", "new_text": "color"}
        return Reply(tool_calls=tuple(Call("edit_file", {"path": path} | edit) for path in paths))

    steps = then(call("search_text", {"pattern": "colour"}), edits, say("Replaced."))
    _, folder = done("Write color instead of colour everywhere.", steps, prepare)
    texts = [path.read_text() for path in sorted(folder.rglob("*.md"))]
    assert sum("color" in text for text in texts) == 6 and not any("colour" in text for text in texts)


def test_many_files_are_renamed_by_their_dates(done: Done) -> None:
    def prepare(folder: Path) -> None:
        for number in range(1, 31):
            (folder / f"IMG_{number:04}.jpg").write_bytes(bytes([number]))

    def moves(asked: Asked) -> Reply:
        names = re.findall(r"IMG_(\d+)\.jpg", last(asked))
        made = [{"path": f"IMG_{n}.jpg", "to": f"2026/photo-{n[-2:]}.jpg"} for n in names]
        return Reply(tool_calls=tuple(Call("move_file", one) for one in made))

    _, folder = done("Rename the photos.", then(call("list_files"), moves, say("Renamed.")), prepare)
    assert [path.name for path in folder.iterdir()] == ["2026"]
    assert (folder / "2026/photo-07.jpg").read_bytes() == b"\x07"
    assert len(list((folder / "2026").iterdir())) == 30


def test_lines_are_counted_by_a_shell(done: Done) -> None:
    def prepare(folder: Path) -> None:
        (folder / "a.py").write_text("import os\n" * 7)
        (folder / "b.py").write_text("import sys\nx = 1\n")

    steps = then(
        call("shell", {"command": "cat *.py | grep -c '^import'"}),
        lambda asked: say(f"There are {re.search('[0-9]+', last(asked).partition(']')[2])[0]} imports."),  # type: ignore[index]
    )
    assert done("How many imports are there?", steps, prepare)[0] == "There are 8 imports."


def test_a_table_is_summed_up_with_python(done: Done) -> None:
    code = (
        "import csv, json\n"
        "rows = list(csv.DictReader(open('sales.csv', encoding='utf-8')))\n"
        "total = {}\n"
        "for row in rows: total[row['도시']] = total.get(row['도시'], 0) + int(row['amount'])\n"
        "json.dump(total, open('summary.json', 'w', encoding='utf-8'), ensure_ascii=False)\n"
        "print(total)\n"
    )

    def prepare(folder: Path) -> None:
        lines = ["도시,amount", "서울,10", "부산,5", "서울,7"]
        (folder / "sales.csv").write_text("\n".join(lines), encoding="utf-8")

    steps = then(call("python", {"code": code}), lambda asked: say(f"Sums: {last(asked)}"))
    answer, folder = done("Sum up sales.csv by city into summary.json", steps, prepare)
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == {"서울": 17, "부산": 5}
    assert "'서울': 17" in answer


def test_a_fact_is_taken_out_of_documents(done: Done) -> None:
    def prepare(folder: Path) -> None:
        from docx import Document
        from openpyxl import Workbook

        letter = Document()
        letter.add_paragraph("The contract number is K-2291 and ends in May.")
        letter.save(str(folder / "letter.docx"))
        book = Workbook()
        book.active.append(["Rent", 950])
        book.save(folder / "costs.xlsx")

    def note(asked: Asked) -> Reply:
        read = "\n".join(str(message["content"]) for message in asked.messages)
        number, rent = re.search(r"K-\d+", read), re.search(r"Rent\D+(\d+)", read)
        assert number and rent
        return call("write_file", {"path": "facts.md", "content": f"{number[0]}: {rent[1]}\n"})

    steps = then(
        call("search_documents", {"query": "contract number"}),
        call("read_document", {"path": "costs.xlsx"}),
        note,
        say("Noted."),
    )
    _, folder = done("Note contract number and rent in facts.md", steps, prepare)
    assert (folder / "facts.md").read_text() == "K-2291: 950\n"


def test_a_question_afterwards_is_answered_from_what_was_done(done: Done) -> None:
    def answer(asked: Asked) -> Reply:
        said = [str(message["content"]) for message in asked.messages if message["role"] == "user"]
        if not asked.turns:
            return call("write_file", {"path": "plan.txt", "content": "water the plants\n"})
        if "capitals" not in said[-1]:
            return say("Written.")
        if asked.messages[-1]["role"] == "user":
            made = [call for message in asked.messages for call in message.get("tool_calls", ())]
            written = json.loads(made[0]["function"]["arguments"])["content"]
            edit = {"path": "plan.txt", "old_text": written, "new_text": written.upper()}
            return call("edit_file", edit)
        return say("In capitals now.")

    text, folder = done("Write a plan.", answer, follow_up="Now in capitals.")
    assert text == "In capitals now." and (folder / "plan.txt").read_text() == "WATER THE PLANTS\n"


def test_a_task_in_korean_with_korean_names(done: Done) -> None:
    def prepare(folder: Path) -> None:
        (folder / "회의록").mkdir()
        (folder / "회의록/3월 회의.txt").write_text("참석: 김민지, 이서준\n", encoding="utf-8")

    steps = then(
        call("find_files", {"pattern": "**/*회의*.txt"}),
        call("read_file", {"path": "회의록/3월 회의.txt"}),
        lambda asked: call(
            "write_file",
            {
                "path": "참석자.txt",
                "content": "\n".join(re.findall("[가-힣]{3}(?=,|\n)", last(asked))) + "\n",
            },
        ),
        say("참석자 두 명을 적었습니다."),
    )
    answer, folder = done("회의록에서 참석자를 뽑아 참석자.txt에 적어 줘.", steps, prepare)
    assert answer == "참석자 두 명을 적었습니다."
    assert (folder / "참석자.txt").read_text(encoding="utf-8") == "김민지\n이서준\n"


def test_a_long_file_is_read_to_its_end_in_pieces(done: Done) -> None:
    def prepare(folder: Path) -> None:
        lines = [f"{number}: nothing of note happened on this day" for number in range(4000)]
        (folder / "log.txt").write_text("\n".join(lines) + "\nThe secret word is heron.\n")

    def go_on(asked: Asked) -> Reply:
        found = re.search(r"secret word is (\w+)", last(asked))
        if found:
            return say(f"It is {found[1]}.")
        onward = re.search(r'read_result\(handle="(r\d+)", offset=(\d+)\)', last(asked))
        assert onward, last(asked)[-300:]
        return call("read_result", {"handle": onward[1], "search": "secret word"})

    steps = then(
        call("read_file", {"path": "log.txt", "last_line": 3999}),
        call("read_file", {"path": "log.txt"}),
        go_on,
    )
    assert done("What is the secret word?", steps, prepare)[0] == "It is heron."


def test_a_folder_is_tidied_with_modes_links_and_empty_folders(done: Done) -> None:
    def prepare(folder: Path) -> None:
        (folder / "src/empty").mkdir(parents=True)
        (folder / "src/run.sh").write_text("#!/bin/sh\necho hi\n")
        (folder / "src/run.sh").chmod(0o750)
        (folder / "src/secret.txt").write_text("x")
        (folder / "src/secret.txt").chmod(0o600)
        (folder / "src/link").symlink_to("run.sh")
        (folder / "src/dangling").symlink_to("nowhere")
        (folder / "src").chmod(0o711)
        (folder / "a b'c.txt").write_bytes(bytes(range(256)))

    commands: Sequence[dict[str, Any]] = (
        {"command": "chmod 644 src/run.sh && rm src/link && ln -s secret.txt src/link && rmdir src/empty"},
        {"command": 'mkdir -p new/deep/empty && mv src/dangling new/ && rm "a b\'c.txt" && chmod 700 src'},
        {"command": "printf 'more' >> src/secret.txt; cp -a src copy"},
    )
    steps = by_turn(
        *[call("shell", command) for command in commands],
        call("move_file", {"path": "src", "to": "source"}),
        call("delete_file", {"path": "source/run.sh"}),
        call("delete_file", {"path": "copy"}),
    )
    _, folder = done("Tidy up.", steps, prepare)
    assert {path.name for path in folder.iterdir()} == {"new", "source"}
    assert (folder / "source/link").readlink() == Path("secret.txt")


def test_a_plan_is_kept_and_numbers_are_worked_out(done: Done) -> None:
    plan = [{"text": "Work it out", "state": "done"}, {"text": "Write it down", "state": "doing"}]
    steps = then(
        call("update_plan", {"items": plan}),
        call("calculator", {"expression": "(1234 * 5678) % 97"}),
        lambda asked: call(
            "write_file", {"path": "result.txt", "content": re.findall(r"\d+", last(asked))[-1]}
        ),
        say("Done."),
    )
    _, folder = done("Work out 1234 times 5678 modulo 97", steps)
    assert (folder / "result.txt").read_text() == str(1234 * 5678 % 97)
