"""The check of how well a model uses tools: agents/check, app/services/runs/tool_checks.py."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "check.answering": Sentence(
        "{name} is writing an answer. Check its tools once the answer is finished.",
        "{name} 모델이 답변을 쓰는 중입니다. 답변이 끝난 뒤에 도구를 점검해 주세요.",
    ),
    "check.twice": Sentence(
        "Another model's tools are being checked. Wait until that is finished, or cancel it.",
        "다른 모델의 도구를 점검하는 중입니다. 끝날 때까지 기다리거나 취소해 주세요.",
    ),
    "check.too_slow": Sentence(
        "The model did not get through enough of the check in {seconds} seconds to be rated. "
        "Tune its placement, or take a smaller model for tasks.",
        "{seconds}초 동안 마친 과제가 적어 모델을 평가하지 못했습니다. "
        "배치를 조정하거나 작업에는 더 작은 모델을 써 보세요.",
    ),
}

# What a rating is called.
RATINGS: dict[str, Sentence] = {
    "good": Sentence("good", "좋음"),
    "fair": Sentence("fair", "보통"),
    "poor": Sentence("poor", "나쁨"),
}

# What each task of the check asks for, to be listed when it went wrong.
TASKS: dict[str, Sentence] = {
    "call": Sentence("calling a tool when one is needed", "필요할 때 도구 부르기"),
    "restrain": Sentence("calling none when none is needed", "필요 없을 때 도구를 부르지 않기"),
    "arguments": Sentence("giving a tool two arguments", "도구에 인자 두 개 넘기기"),
    "answer": Sentence("answering with what a tool said", "도구의 결과로 답하기"),
    "korean": Sentence("calling a tool when asked in Korean", "한국어 요청에 도구 부르기"),
    "two_calls": Sentence("two calls in a row", "도구를 잇달아 두 번 부르기"),
    "many_arguments": Sentence("giving a tool four arguments", "도구에 인자 네 개 넘기기"),
    "restrain_korean": Sentence("calling none when asked in Korean", "한국어 질문에 도구 없이 답하기"),
    "error": Sentence("going on after a tool's error", "도구 오류 뒤에 이어 가기"),
    "number": Sentence("giving a tool a number", "도구에 숫자 넘기기"),
}
