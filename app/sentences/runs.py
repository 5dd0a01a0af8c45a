"""Runs of agents: agents/run, agents/context, app/services/runs."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "run.missing": Sentence(
        "There is no run {id}. It may have been removed; look at the list of runs.",
        "{id}번 실행이 없습니다. 이미 지워졌을 수 있으니 실행 목록을 확인해 주세요.",
    ),
    "run.no_text": Sentence(
        "Nothing is kept under “{handle}” in this run.",
        "이 실행에는 “{handle}”(으)로 보관된 내용이 없습니다.",
    ),
}
