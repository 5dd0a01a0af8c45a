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
    "run.task_too_long": Sentence(
        "The task has {tokens} tokens, and the model's context has room for {room}. Shorten it, or choose a larger context.",
        "작업 내용이 {tokens}토큰인데 모델의 컨텍스트에는 {room}토큰만 들어갑니다. 내용을 줄이거나 컨텍스트를 늘려 주세요.",
    ),
    "run.context_too_small": Sentence(
        "What the model has to see takes {needed} tokens, and {room} of its context of {context} are free for it. Choose a larger context.",
        "모델이 보아야 할 내용은 {needed}토큰인데 컨텍스트 {context}토큰 중 {room}토큰만 쓸 수 있습니다. 컨텍스트를 늘려 주세요.",
    ),
    "run.too_many_calls": Sentence(
        "The model made {count} calls at once; the first {taken} were taken.",
        "모델이 한 번에 도구를 {count}번 호출하여 처음 {taken}개만 처리했습니다.",
    ),
    "run.turn_broke_off": Sentence(
        "The model's answer broke off. Resume the run to try again.",
        "모델의 답변이 중간에 끊겼습니다. 다시 시도하려면 실행을 재개해 주세요.",
    ),
}
