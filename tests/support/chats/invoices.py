"""A folder of invoices and the script of a model that renames them: for pictures."""

from __future__ import annotations

from pathlib import Path

from docx import Document

from agents.api import ModelResponse
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

INVOICES = {"en": "Invoices", "ko": "청구서"}
TASK = {"en": "Rename the invoices by date and sender", "ko": "청구서 이름을 날짜와 보낸 곳으로 바꿔 줘"}
_SCANS = {
    "scan 0412.docx": ("2026-04-12", "Hanbit Studio", "1,250,000 KRW"),
    "scan 0419.docx": ("2026-04-19", "Daum Printing", "340,000 KRW"),
    "scan 0503.docx": ("2026-05-03", "Hanbit Studio", "980,000 KRW"),
}
_PLAN = {
    "en": (
        "List the folder",
        "Read each invoice's date and sender",
        "Write down the new names",
        "Rename the files",
    ),
    "ko": ("폴더 살펴보기", "청구서마다 날짜와 보낸 곳 읽기", "새 이름 적어 두기", "파일 이름 바꾸기"),
}
_THOUGHT = {
    "en": "The date is on the first line, the sender on the second. I will put the date first, so that they sort.",
    "ko": "날짜는 첫 줄에, 보낸 곳은 둘째 줄에 있다. 정렬이 되도록 날짜를 앞에 두자.",
}

_ANSWER = {
    "en": "All three invoices have their **date and sender** as name.\n\n| Before | Now |\n|---|---|\n{rows}\n",
    "ko": "청구서 세 장의 이름을 **날짜와 보낸 곳**으로 바꿨습니다.\n\n| 전 | 후 |\n|---|---|\n{rows}\n",
}


def write_invoices(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, lines in _SCANS.items():
        document = Document()
        for line in ("Invoice", *lines):
            document.add_paragraph(line)
        document.save(str(folder / name))


def invoices_model(language: str) -> ScriptedBrain:
    """The model's turns: it looks, reads, writes a list down, and then wants to rename in a shell. Where that is
    denied it moves the files one by one and says so."""
    names = {scan: f"{date} {sender}.docx" for scan, (date, sender, _) in _SCANS.items()}
    table = "\n".join(f"{old};{new}" for old, new in names.items())
    return ScriptedBrain(
        calls(("list_files", {})),
        _plan(language, 1),
        *(calls(("read_document", {"path": name})) for name in _SCANS),
        calls(("write_file", {"path": "names.csv", "content": f"{table}\n"}), reasoning=_THOUGHT[language]),
        _plan(language, 3),
        calls(("shell", {"command": "\n".join(f'mv "{old}" "{new}"' for old, new in names.items())})),
        *(calls(("move_file", {"path": old, "to": new})) for old, new in names.items()),
        _plan(language, 4),
        says(_ANSWER[language].format(rows="\n".join(f"| {old} | {new} |" for old, new in names.items()))),
    )


def _plan(language: str, done: int) -> ModelResponse:
    texts = _PLAN[language]
    states = (["done"] * done + ["doing"] + ["todo"] * len(texts))[: len(texts)]
    items = [{"text": text, "state": state} for text, state in zip(texts, states, strict=True)]
    return calls(("update_plan", {"items": items}))
