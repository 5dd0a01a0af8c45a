"""Approvals and undoing: agents/permissions, agents/snapshots."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "undo.no_room": Sentence(
        "The disk is nearly full ({free_bytes} free), so copies for undoing cannot be kept in {folder}."
        " Free some disk space and try again.",
        "디스크 공간이 거의 남지 않아({free_bytes} 남음) 되돌리기용 사본을 {folder}에 보관할 수 없습니다."
        " 디스크 공간을 비운 뒤 다시 시도해 주세요.",
    ),
    "undo.not_kept": Sentence(
        "Copies for undoing could not be written to {folder} ({detail}), so nothing was changed."
        " Check that the folder can be written to, then try again.",
        "되돌리기용 사본을 {folder}에 쓰지 못해({detail}) 아무것도 바꾸지 않았습니다."
        " 이 폴더에 쓸 수 있는지 확인한 뒤 다시 시도해 주세요.",
    ),
    "undo.no_folder": Sentence(
        "The folder {folder} of this run cannot be opened ({detail})."
        " Check that it is still there, then try again.",
        "이 실행의 폴더({folder})를 열 수 없습니다({detail}). 폴더가 그대로 있는지 확인한 뒤 다시 시도해 주세요.",
    ),
    "undo.not_written": Sentence(
        "“{path}” could not be put back ({detail}). What was put back before it stays so."
        " Remove the obstacle and undo again; it goes on from there.",
        "“{path}”을(를) 되돌리지 못했습니다({detail}). 그 전에 되돌린 파일은 되돌린 상태로 있습니다."
        " 원인을 해결한 뒤 다시 되돌리면 거기서부터 이어집니다.",
    ),
    "undo.lost": Sentence(
        "A copy that is needed for undoing ({hash}) is missing or damaged. The file was left as it is."
        " Undo the other files one by one.",
        "되돌리는 데 필요한 사본({hash})이 없거나 손상되었습니다. 해당 파일은 그대로 두었습니다."
        " 다른 파일은 하나씩 되돌려 주세요.",
    ),
}
