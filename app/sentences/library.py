"""The model library and its downloads: app/services."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "library.not_found": Sentence(
        "There is no model called {name} in the library. Look at the list of models for its name.",
        "라이브러리에 {name}(이)라는 모델이 없습니다. 모델 목록에서 이름을 확인해 주세요.",
    ),
    "library.ambiguous": Sentence(
        "{name} can mean several models of the library: {choices}. Use one of these names.",
        "{name}에 맞는 모델이 라이브러리에 여러 개 있습니다({choices}). 이 가운데 하나를 그대로 써 주세요.",
    ),
    "library.not_pulled": Sentence(
        "There is no file {name}, and no model of that name in the library. If it is on the hub, download it first:"
        " coterie models pull {name}.",
        "{name} 파일이 없고 라이브러리에도 그런 모델이 없습니다. 허브에 있는 모델이라면 먼저 내려받아 주세요:"
        " coterie models pull {name}.",
    ),
    "library.missing": Sentence(
        "The file of {name} is no longer at {path}. If it is on another disk, connect it; the model comes back by"
        " itself.",
        "{name}의 파일이 {path}에 없습니다. 다른 디스크에 있다면 연결해 주세요. 파일이 보이면 모델도 저절로"
        " 돌아옵니다.",
    ),
    "library.in_trash": Sentence(
        "{name} is in the trash of the library. Restore it to use it again.",
        "{name}은(는) 라이브러리의 휴지통에 있습니다. 다시 쓰려면 복원해 주세요.",
    ),
    "library.no_name": Sentence(
        "A model needs a name. Type one, or leave the old one.",
        "모델에는 이름이 있어야 합니다. 이름을 입력하거나 원래 이름을 그대로 두세요.",
    ),
    "library.nothing_found": Sentence(
        "No models were found in {folder}. Choose a folder with GGUF files in it.",
        "{folder}에서 모델을 찾지 못했습니다. GGUF 파일이 들어 있는 폴더를 선택해 주세요.",
    ),
    "library.companion": Sentence(
        "{path} belongs to a model, such as an image projector or an adapter, and is none itself. Choose the file of"
        " the model.",
        "{path}은(는) 이미지 프로젝터나 어댑터처럼 모델에 딸린 파일이며 모델이 아닙니다. 모델 파일을 선택해 주세요.",
    ),
    "library.no_repair": Sentence(
        "{name} is damaged and was not downloaded by Coterie, so it cannot be repaired here. Get a fresh copy of its"
        " file.",
        "{name}이(가) 손상되었지만 Coterie로 내려받은 모델이 아니어서 여기서 고칠 수 없습니다. 파일을 새로 구해"
        " 주세요.",
    ),
    "library.stopped": Sentence(
        "Stopped before the end. Nothing was lost; it can be done again at any time.",
        "끝나기 전에 멈췄습니다. 잃은 것은 없으며 언제든 다시 할 수 있습니다.",
    ),
    "library.busy": Sentence(
        "The files of the library are being moved or checked just now. Try again in a moment.",
        "지금 라이브러리의 파일을 옮기거나 확인하고 있습니다. 잠시 뒤에 다시 시도해 주세요.",
    ),
    "library.busy_elsewhere": Sentence(
        "Another window or command of Coterie is downloading into the library. Wait for it or stop it, then try again.",
        "다른 Coterie 창이나 명령이 라이브러리로 내려받고 있습니다. 끝나기를 기다리거나 멈춘 뒤 다시 시도해 주세요.",
    ),
    "library.not_moved": Sentence(
        "The file {path} could not be moved ({detail}), so everything is where it was. Close programs that use it and"
        " check that you may write there, then try again.",
        "{path} 파일을 옮기지 못해({detail}) 모두 원래 자리에 두었습니다. 이 파일을 쓰는 프로그램을 닫고 쓰기 권한을"
        " 확인한 뒤 다시 시도해 주세요.",
    ),
    "library.place_taken": Sentence(
        "Another file lies at {path} by now, where this model was. Move that file away, then restore the model again.",
        "이 모델이 있던 {path} 자리에 지금은 다른 파일이 있습니다. 그 파일을 옮긴 뒤 모델을 다시 복원해 주세요.",
    ),
    "library.move_inside": Sentence(
        "The library cannot move from {library} to {folder}, because one of the folders lies in the other. Choose a"
        " folder elsewhere.",
        "두 폴더 가운데 하나가 다른 하나 안에 있어 라이브러리를 {library}에서 {folder}(으)로 옮길 수 없습니다. 다른"
        " 곳의 폴더를 선택해 주세요.",
    ),
    "library.move_not_empty": Sentence(
        "The folder {folder} is not empty. Choose an empty folder, or a new one.",
        "{folder} 폴더가 비어 있지 않습니다. 빈 폴더나 새 폴더를 선택해 주세요.",
    ),
    "library.no_room": Sentence(
        "There is not enough room at {folder}: the library needs {need_bytes} and {have_bytes} are free. Free some space"
        " or choose another disk.",
        "{folder}에 공간이 부족합니다. 라이브러리에는 {need_bytes}가 필요하고 {have_bytes}가 비어 있습니다. 공간을"
        " 비우거나 다른 디스크를 선택해 주세요.",
    ),
    "library.not_writable": Sentence(
        "Coterie may not write to the folder {folder} ({detail}). Allow writing there or choose another folder.",
        "{folder} 폴더에 쓸 수 없습니다({detail}). 쓰기 권한을 주거나 다른 폴더를 선택해 주세요.",
    ),
    "library.folder_gone": Sentence(
        "The folder of the library, {folder}, is not there. Connect its disk, or choose another folder in the settings.",
        "라이브러리 폴더 {folder}이(가) 없습니다. 디스크를 연결하거나 설정에서 다른 폴더를 선택해 주세요.",
    ),
    "download.already": Sentence(
        "{name} is in the library already, or on its way there.",
        "{name}은(는) 이미 라이브러리에 있거나 내려받는 중입니다.",
    ),
    "download.in_trash": Sentence(
        "{name} is in the trash of the library. Restore it instead, or empty the trash to download it again.",
        "{name}은(는) 라이브러리의 휴지통에 있습니다. 복원하거나, 다시 내려받으려면 휴지통을 비워 주세요.",
    ),
    "hub.no_variant": Sentence(
        "Nothing in {repo} is called {name}. It has these: {choices}.",
        "{repo}에는 {name}이(가) 없습니다. 들어 있는 것은 다음과 같습니다: {choices}.",
    ),
    "hub.which_variant": Sentence(
        "{repo} holds several models. Say which one after a colon: {choices}.",
        "{repo}에는 모델이 여러 개 있습니다. 콜론 뒤에 어느 것인지 적어 주세요: {choices}.",
    ),
    "download.not_found": Sentence(
        "This download is no longer on the list.",
        "이 다운로드는 더 이상 목록에 없습니다.",
    ),
    "download.ended": Sentence(
        "The download of {name} has ended already.",
        "{name} 다운로드는 이미 끝났습니다.",
    ),
    "download.not_ended": Sentence(
        "The download of {name} has not ended. Cancel it first.",
        "{name} 다운로드가 아직 끝나지 않았습니다. 먼저 취소해 주세요.",
    ),
}
