"""The one table of sentences for errors: what happened and what to do, in English and Korean.

Every code that a `UserError` is raised with has a row; a test compares this table with the sources. Parameters
stand in braces. `bytes`-like parameters arrive as numbers and are written with their unit by `sentence`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.errors import ErrorInfo, Param, UserError

Language = Literal["en", "ko"]


class Sentence(NamedTuple):
    en: str
    ko: str


SENTENCES: dict[str, Sentence] = {
    "unknown": Sentence(
        "Something unexpected went wrong ({detail}). Nothing you wrote is lost; please try again.",
        "예상하지 못한 문제가 생겼습니다({detail}). 작성한 내용은 그대로 있습니다. 다시 시도해 주세요.",
    ),
    # --- engine/local ---
    # --- engine/placement and engine/formats ---
    "model.missing": Sentence(
        "There is no file at {path}. It may have been moved or deleted; choose the model again.",
        "{path}에 파일이 없습니다. 옮겨졌거나 삭제되었을 수 있습니다. 모델을 다시 선택해 주세요.",
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
    "template.missing": Sentence(
        "This model file has no chat template. It may be a base model that was not made for conversations.",
        "이 모델 파일에는 대화 템플릿이 없습니다. 대화용으로 만들어지지 않은 기본 모델일 수 있습니다.",
    ),
    "template.syntax": Sentence(
        "The model's chat template has a mistake in line {line} ({detail}). Try another copy of the model.",
        "모델의 대화 템플릿 {line}번째 줄에 오류가 있습니다({detail}). 다른 배포본을 사용해 보세요.",
    ),
    "template.raised": Sentence(
        "The model's chat template does not accept this conversation: {detail}",
        "모델의 대화 템플릿이 이 대화를 받아들이지 않습니다: {detail}",
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
    # --- app/store ---
    # --- app/services ---
    # --- app/cli ---
    # --- app/desktop ---
}


def format_bytes(count: float) -> str:
    """A size in the units people read: 98 MB, 9.1 GB (decimal, one digit below ten)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            digits = 1 if unit != "bytes" and count < 10 else 0
            return f"{count:.{digits}f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def _shown(name: str, value: Param) -> str:
    if name.endswith("bytes") and isinstance(value, int | float):
        return format_bytes(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def sentence(error: UserError | ErrorInfo, language: Language = "en") -> str:
    """The plain sentence for an error. A code without a row is told as `unknown` with the code in it."""
    row = SENTENCES.get(error.code)
    if row is None:
        row, params = SENTENCES["unknown"], {"detail": error.code}
    else:
        params = {name: _shown(name, value) for name, value in error.params.items()}
    return getattr(row, language).format_map(params)
