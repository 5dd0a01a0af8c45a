"""Model files, their chat templates, and what they write: engine/placement and engine/formats."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "model.missing": Sentence(
        "There is no file at {path}. It may have been moved or deleted; choose the model again.",
        "{path}에 파일이 없습니다. 옮겨졌거나 삭제되었을 수 있습니다. 모델을 다시 선택해 주세요.",
    ),
    "model.not_ready": Sentence(
        "The model is being prepared and cannot be asked at the moment. Try again shortly.",
        "모델을 준비하는 중이라 지금은 물어볼 수 없습니다. 잠시 후 다시 시도해 주세요.",
    ),
    "model.other_in_use": Sentence(
        "Another model ({used}) is in use now instead of {wanted}. Resume to go on with {wanted}.",
        "지금은 {wanted} 대신 다른 모델({used})을 사용하고 있습니다. {wanted} 모델로 계속하려면 다시 시작해 주세요.",
    ),
    "model.answering": Sentence(
        "{used} is still writing an answer. Wait until it is finished, or stop it, before {wanted} is loaded.",
        "{used} 모델이 아직 답변을 쓰고 있습니다. 답변이 끝나기를 기다리거나 멈춘 뒤에 {wanted} 모델을 불러와 주세요.",
    ),
    "model.in_use": Sentence(
        "{name} is being used right now, so it stays loaded. Wait until the answer or the run is over, or stop it.",
        "{name} 모델을 지금 사용하고 있어서 메모리에서 내리지 않았습니다. 답변이나 실행이 끝나기를 기다리거나 멈춰 주세요.",
    ),
    "model.bad_name": Sentence(
        "The name {path} holds bytes that are not text, so the file cannot be opened. Rename it and choose it again.",
        "{path} 이름에 글자가 아닌 바이트가 있어 파일을 열 수 없습니다. 이름을 바꾼 뒤 다시 선택해 주세요.",
    ),
    "model.directory": Sentence(
        "{path} is a folder. Choose the GGUF file inside it.",
        "{path}은(는) 폴더입니다. 그 안에 있는 GGUF 파일을 선택해 주세요.",
    ),
    "model.unreadable": Sentence(
        "The file {path} cannot be read ({detail}). Check that you may open it and the disk is connected.",
        "{path} 파일을 읽을 수 없습니다({detail}). 열기 권한과 디스크 연결을 확인해 주세요.",
    ),
    "model.not_gguf": Sentence(
        "{path} is not a GGUF model. Choose a file that ends in .gguf.",
        "{path}은(는) GGUF 모델이 아닙니다. 확장자가 .gguf인 파일을 선택해 주세요.",
    ),
    "model.truncated": Sentence(
        "The file {path} is incomplete: {have_bytes} of at least {need_bytes}. Download it again.",
        "{path} 파일이 완전하지 않습니다(현재 {have_bytes}, 필요 {need_bytes}). 다시 내려받아 주세요.",
    ),
    "model.damaged": Sentence(
        "The file {path} is damaged ({detail}), so it was not opened. Download it again.",
        "{path} 파일이 손상되어 열지 않았습니다({detail}). 다시 내려받아 주세요.",
    ),
    "model.split_missing": Sentence(
        "This model comes in several files and {path} is not there. Put all parts in one folder under the "
        "names they were published with.",
        "여러 파일로 나뉜 모델인데 {path} 파일이 없습니다. 모두 원래 이름 그대로 한 폴더에 넣어 주세요.",
    ),
    # What a model file says about itself.
    "model.experts": Sentence(
        "The file {path} says that each token uses {used} experts of {experts}. It is damaged and was not "
        "opened. Download it again.",
        "{path} 파일에는 토큰마다 전문가 {experts}개 중 {used}개를 쓴다고 되어 있습니다. 손상된 파일이라 열지 "
        "않았습니다. 다시 내려받아 주세요.",
    ),
    "model.outdated": Sentence(
        "The file {path} was made in 2023, in a form that can no longer be loaded. Download a newer file of "
        "this model.",
        "{path} 파일은 2023년 형식이라 더는 불러올 수 없습니다. 이 모델의 새 파일을 내려받아 주세요.",
    ),
    "model.changed": Sentence(
        "The file {path} has changed since it was checked. Try again once nothing is writing to it.",
        "확인한 뒤에 {path} 파일이 바뀌었습니다. 파일 쓰기가 끝난 다음 다시 시도해 주세요.",
    ),
    "template.missing": Sentence(
        "This model file has no chat template. It may be a base model that was not made for conversations.",
        "이 모델 파일에는 대화 템플릿이 없습니다. 대화용으로 만들어지지 않은 기본 모델일 수 있습니다.",
    ),
    "template.syntax": Sentence(
        "The model's chat template has a mistake in line {line} ({detail}). Try another copy of the model.",
        "모델의 대화 템플릿 {line}번째 줄에 오류가 있습니다({detail}). 다른 배포본을 사용해 보세요.",
    ),
    "template.raised": Sentence(
        "The model's chat template does not accept this conversation ({detail}). Change your message or start a new chat.",
        "모델의 대화 템플릿이 이 대화를 받아들이지 않습니다({detail}). 메시지를 고치거나 새 대화를 시작해 주세요.",
    ),
    "template.too_expensive": Sentence(
        "The model's chat template takes far more time or memory than it should, so it was stopped. "
        "Try another copy of the model.",
        "모델의 대화 템플릿이 시간이나 메모리를 너무 많이 써서 중단했습니다. 다른 배포본을 사용해 보세요.",
    ),
    "template.failed": Sentence(
        "The model's chat template failed on this conversation ({detail}). Try another copy of the model.",
        "모델의 대화 템플릿이 이 대화를 처리하지 못했습니다({detail}). 다른 배포본을 사용해 보세요.",
    ),
    "reasoning.unknown": Sentence(
        "“{choice}” is no choice for reasoning. Use auto, off, on, low, medium, high or a number of tokens.",
        "“{choice}”은(는) 추론 설정이 아닙니다. auto, off, on, low, medium, high 또는 토큰 수를 쓰세요.",
    ),
}
