"""The window."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "desktop.incomplete": Sentence(
        "A part of Coterie is missing ({detail}). Run `make setup` to install it again; your chats are safe.",
        "Coterie의 일부가 없습니다({detail}). `make setup`을 실행해 다시 설치해 주세요. 대화는 그대로 있습니다.",
    ),
    "desktop.already_open": Sentence(
        "Coterie is already open for {folder}; its window was brought to the front.",
        "Coterie가 이미 {folder} 폴더로 열려 있어 그 창을 앞으로 가져왔습니다.",
    ),
    "desktop.not_shown": Sentence(
        "{path} could not be shown: the folder is not there, or no file manager was found.",
        "{path}을(를) 열 수 없습니다. 폴더가 없거나 파일 관리자를 찾지 못했습니다.",
    ),
}
