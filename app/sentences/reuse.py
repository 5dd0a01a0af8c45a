"""Why an engine reads again what it had read before: said while it reads, and of an answer that has ended."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "reuse.edited": Sentence(
        "Read again: {tokens} tokens, because turn {turn} was changed.",
        "다시 읽는 분량: {tokens}토큰. {turn}번째 차례의 내용이 바뀌었기 때문입니다.",
    ),
    "reuse.cut": Sentence(
        "Read again: {tokens} tokens, because you chose what the model sees of this chat.",
        "다시 읽는 분량: {tokens}토큰. 이 대화에서 모델이 보는 범위를 바꾸셨기 때문입니다.",
    ),
    "reuse.instructions": Sentence(
        "Read again: {tokens} tokens, because the system prompt was changed.",
        "다시 읽는 분량: {tokens}토큰. 시스템 프롬프트가 바뀌었기 때문입니다.",
    ),
    "reuse.tools": Sentence(
        "Read again: {tokens} tokens, because other tools were offered.",
        "다시 읽는 분량: {tokens}토큰. 사용할 수 있는 도구가 바뀌었기 때문입니다.",
    ),
    "reuse.reasoning": Sentence(
        "Read again: {tokens} tokens, because another choice of reasoning was made.",
        "다시 읽는 분량: {tokens}토큰. 추론 설정이 바뀌었기 때문입니다.",
    ),
    "reuse.template": Sentence(
        "Read again: {tokens} tokens, because this model's template leaves out or rewrites what was said earlier.",
        "다시 읽는 분량: {tokens}토큰. 이 모델의 템플릿이 앞선 내용을 빼거나 고쳐 쓰기 때문입니다.",
    ),
    "reuse.cannot_step_back": Sentence(
        "Read again: {tokens} tokens, because this model's memory cannot go back to an earlier place.",
        "다시 읽는 분량: {tokens}토큰. 이 모델의 기억은 앞선 자리로 되돌릴 수 없기 때문입니다.",
    ),
    "reuse.not_kept": Sentence(
        "Read again: {tokens} tokens, because they were no longer in memory.",
        "다시 읽는 분량: {tokens}토큰. 더 이상 메모리에 남아 있지 않았기 때문입니다.",
    ),
}
