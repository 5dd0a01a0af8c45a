"""Settings, wishes, conversations: app/services."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "chat.busy": Sentence(
        "An answer is being written in this chat. Stop it first, or wait until it is done.",
        "이 대화에서 답변을 작성하고 있습니다. 먼저 멈추거나 끝날 때까지 기다려 주세요.",
    ),
    "chat.empty": Sentence(
        "There is nothing to send. Write something first.",
        "보낼 내용이 없습니다. 먼저 글을 입력해 주세요.",
    ),
    "chat.nothing_to_answer": Sentence(
        "There is no question to answer here. Write a message first.",
        "여기에는 답할 질문이 없습니다. 먼저 메시지를 입력해 주세요.",
    ),
    "chat.not_last": Sentence(
        "Only the last answer can be continued. Go to the end of the chat and try there.",
        "마지막 답변만 이어 쓸 수 있습니다. 대화의 끝에서 다시 시도해 주세요.",
    ),
    "chat.context_full": Sentence(
        "The answer stops here because all {context} tokens that the model can read at once are in use.",
        "모델이 한 번에 읽을 수 있는 {context}토큰을 모두 사용해 답변이 여기서 멈췄습니다.",
    ),
    "chat.question_too_long": Sentence(
        "Your last message alone takes {tokens} of the {context} tokens that the model can read, so leaving out what came before does not help. Shorten the message, or load the model with a larger context.",
        "마지막 메시지만으로 모델이 읽을 수 있는 {context}토큰 중 {tokens}토큰을 차지하므로 앞부분을 빼도 답할 수 없습니다. 메시지를 줄이거나 컨텍스트를 더 크게 하여 모델을 다시 불러와 주세요.",
    ),
    "chat.answer_too_long": Sentence(
        "The last question and its answer alone take {tokens} of the {context} tokens that the model can read, so the answer cannot go on. You can still ask about it: then you choose what the model leaves out.",
        "마지막 질문과 답변만으로 모델이 읽을 수 있는 {context}토큰 중 {tokens}토큰을 차지하므로 답변을 이어 쓸 수 없습니다. 질문은 계속할 수 있으며, 그때 모델이 무엇을 빼고 읽을지 고르실 수 있습니다.",
    ),
    "chat.moved_on": Sentence(
        "The chat has gone on meanwhile, so nothing was changed. Look at its end and choose again there.",
        "그사이 대화가 이어져서 아무것도 바꾸지 않았습니다. 대화의 끝에서 다시 선택해 주세요.",
    ),
    "chat.summary_empty": Sentence(
        "There is no summary: nothing was written. Write one yourself, try again, or leave the beginning out.",
        "요약이 비어 있습니다. 직접 작성하거나 다시 시도하거나 앞부분을 빼 주세요.",
    ),
    "chat.summary_too_long": Sentence(
        "The summary takes {tokens} tokens and there is room for {room}. Shorten it.",
        "요약이 {tokens}토큰인데 남은 공간은 {room}토큰입니다. 요약을 줄여 주세요.",
    ),
    "chat.bad_reasoning": Sentence(
        "“{value}” is not a reasoning choice. Use auto, off, on, low, medium, high or a number of tokens.",
        "“{value}”는 추론 설정으로 쓸 수 없습니다. auto, off, on, low, medium, high 또는 토큰 수를 사용해 주세요.",
    ),
    "model.no_starter": Sentence(
        "The starter model is not installed. Run `make setup`, or choose a model file of your own.",
        "기본 모델이 설치되어 있지 않습니다. `make setup`을 실행하거나 가지고 있는 모델 파일을 선택해 주세요.",
    ),
    "settings.bad_value": Sentence(
        "The setting {key} has a value that Coterie does not understand, so its default is used."
        " Choose it again in the settings.",
        "{key} 설정의 값을 이해할 수 없어 기본값을 사용합니다. 설정에서 다시 골라 주세요.",
    ),
    "settings.unreadable": Sentence(
        "The settings file {path} could not be read, so the defaults are used."
        " The old file is kept as {kept}.",
        "설정 파일({path})을 읽을 수 없어 기본 설정을 사용합니다. 이전 파일은 {kept}에 그대로 두었습니다.",
    ),
    "settings.not_saved": Sentence(
        "The settings could not be saved to {path} ({detail})."
        " Check that there is room and that the folder may be written to, then try again.",
        "설정을 {path}에 저장하지 못했습니다({detail})."
        " 남은 공간과 폴더의 쓰기 권한을 확인한 뒤 다시 시도해 주세요.",
    ),
}
