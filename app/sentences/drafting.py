"""What is said of a model that guesses ahead for another one."""

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "drafting.without": Sentence(
        "The draft model {name} is not used. The answers are the same without it.",
        "초안 모델 {name}을(를) 사용하지 않습니다. 답변 내용은 달라지지 않습니다.",
    ),
    "drafting.other_tokens": Sentence(
        "A draft model must split text into the same tokens as the model, and this one does not. Choose a smaller model of the same family.",
        "초안 모델은 본 모델과 똑같은 토큰을 사용해야 하는데 이 모델은 토큰이 다릅니다. 같은 계열의 더 작은 모델을 선택해 주세요.",
    ),
    "drafting.no_room": Sentence(
        "Beside the model there is no room for it: it needs {needed_bytes}, and {free_bytes} are left.",
        "본 모델을 불러오고 나면 초안 모델이 들어갈 자리가 없습니다. {needed_bytes}가 필요한데 {free_bytes}만 남습니다.",
    ),
    "drafting.cannot_step_back": Sentence(
        "A draft model must be able to take back what it guessed wrong, and the memory of this one cannot.",
        "초안 모델은 틀린 추측을 되돌릴 수 있어야 하는데 이 모델의 메모리로는 할 수 없습니다.",
    ),
}
