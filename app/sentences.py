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
    # --- app/store ---
    "store.locked": Sentence(
        "Another program is writing to the conversations file {path}, so nothing could be saved just now."
        " Close the other program, or wait a moment and try again.",
        "다른 프로그램이 대화 파일({path})에 쓰고 있어 지금은 저장하지 못했습니다."
        " 그 프로그램을 닫거나 잠시 기다린 뒤 다시 시도해 주세요.",
    ),
    "store.read_only": Sentence(
        "Coterie may not write to the folder {folder}, so your conversations cannot be saved."
        " Allow writing to the folder and the files in it, then try again.",
        "{folder} 폴더에 쓸 수 없어 대화를 저장할 수 없습니다."
        " 이 폴더와 그 안의 파일에 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.disk_full": Sentence(
        "There is no room left to write to {folder}. What was saved before is unharmed."
        " Free some disk space and try again.",
        "{folder}에 쓸 공간이 남아 있지 않습니다. 이미 저장한 내용은 그대로 있습니다."
        " 디스크 공간을 비운 뒤 다시 시도해 주세요.",
    ),
    "store.disk_error": Sentence(
        "The disk that holds {folder} reported an error ({detail})."
        " Check that the disk is connected and sound, then try again.",
        "{folder} 폴더가 있는 디스크에서 오류가 났습니다({detail})."
        " 디스크가 제대로 연결되어 있고 이상이 없는지 확인한 뒤 다시 시도해 주세요.",
    ),
    "store.newer_version": Sentence(
        "The conversations file {path} was written by a newer version of Coterie. It was left untouched."
        " Update Coterie to open it.",
        "대화 파일({path})은 더 새로운 버전의 Coterie에서 저장한 것입니다. 파일은 건드리지 않았습니다."
        " 열려면 Coterie를 업데이트해 주세요.",
    ),
    "store.damaged": Sentence(
        "The conversations file {path} is damaged and cannot be read. It was left untouched."
        " The newest good copy is {backup}: put it in the place of the damaged file to go on from there.",
        "대화 파일({path})이 손상되어 읽을 수 없습니다. 파일은 건드리지 않았습니다."
        " 가장 최근의 온전한 백업은 {backup}입니다. 손상된 파일 자리에 이 백업을 옮기면 그 시점부터 이어서 쓸 수 있습니다.",
    ),
    "store.damaged_without_backup": Sentence(
        "The conversations file {path} is damaged and cannot be read, and there is no backup yet."
        " It was left untouched. Move it elsewhere to start with an empty one.",
        "대화 파일({path})이 손상되어 읽을 수 없고, 아직 만들어 둔 백업이 없습니다."
        " 파일은 건드리지 않았습니다. 이 파일을 다른 곳으로 옮기면 빈 상태로 새로 시작할 수 있습니다.",
    ),
    "store.backup_failed": Sentence(
        "A backup of your conversations could not be written to {folder} ({detail})."
        " The conversations themselves were not changed. Free some space there, or allow writing, and try again.",
        "{folder} 폴더에 대화 백업을 만들지 못했습니다({detail}). 대화는 바뀌지 않고 그대로 있습니다."
        " 공간을 비우거나 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.no_conversation": Sentence(
        "This conversation no longer exists. Choose another one from the list.",
        "이 대화는 더 이상 없습니다. 목록에서 다른 대화를 골라 주세요.",
    ),
    "store.no_message": Sentence(
        "This message no longer exists. Open the conversation again to see what is there.",
        "이 메시지는 더 이상 없습니다. 대화를 다시 열어 현재 내용을 확인해 주세요.",
    ),
    # --- app/services ---
    "settings.bad_value": Sentence(
        "The setting {key} has a value that Coterie does not understand, so its default is used."
        " Choose it again in the settings.",
        "{key} 설정의 값을 이해할 수 없어 기본값을 사용합니다. 설정에서 다시 골라 주세요.",
    ),
    "settings.unreadable": Sentence(
        "The settings file {path} could not be read, so the defaults are used. The old file is kept as {kept}.",
        "설정 파일({path})을 읽을 수 없어 기본 설정을 사용합니다. 이전 파일은 {kept}에 그대로 두었습니다.",
    ),
    "settings.not_saved": Sentence(
        "The settings could not be saved to {path} ({detail})."
        " Check that there is room and that the folder may be written to, then try again.",
        "설정을 {path}에 저장하지 못했습니다({detail})."
        " 남은 공간과 폴더의 쓰기 권한을 확인한 뒤 다시 시도해 주세요.",
    ),
    # --- app/cli ---
    # --- app/desktop ---
    "desktop.already_open": Sentence(
        "Coterie is already open for {folder}; its window was brought to the front.",
        "Coterie가 이미 {folder} 폴더로 열려 있어 그 창을 앞으로 가져왔습니다.",
    ),
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
