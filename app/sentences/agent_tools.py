"""The tools of agents: agents/tools."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "workspace.not_a_folder": Sentence(
        "{path} is not a folder that can be opened. Choose another folder to work in.",
        "{path}은(는) 열 수 있는 폴더가 아닙니다. 작업할 폴더를 다시 선택해 주세요.",
    ),
    "workspace.own": Sentence(
        "{path} is where Coterie keeps its own data, so nothing may work in it. Choose another folder.",
        "{path}은(는) Coterie의 자체 데이터가 있는 폴더라서 작업 폴더로 쓸 수 없습니다. 다른 폴더를 선택해 주세요.",
    ),
}
