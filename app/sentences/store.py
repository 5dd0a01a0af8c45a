"""The database of conversations."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
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
        " Restore the newest good copy, {backup}, to go on from there; the damaged file is kept beside it.",
        "대화 파일({path})이 손상되어 읽을 수 없습니다. 파일은 건드리지 않았습니다."
        " 가장 최근의 온전한 백업({backup})을 복원하면 그 시점부터 이어서 쓸 수 있습니다."
        " 손상된 파일은 지우지 않고 곁에 둡니다.",
    ),
    "store.damaged_without_backup": Sentence(
        "The conversations file {path} is damaged and cannot be read, and there is no backup yet."
        " It was left untouched. Move it elsewhere to start with an empty one.",
        "대화 파일({path})이 손상되어 읽을 수 없고, 아직 만들어 둔 백업이 없습니다."
        " 파일은 건드리지 않았습니다. 이 파일을 다른 곳으로 옮기면 빈 상태로 새로 시작할 수 있습니다.",
    ),
    "store.backup_failed": Sentence(
        "A backup of your conversations could not be written to {folder} ({detail})."
        " The conversations themselves were not changed."
        " Free some space there, or allow writing, and try again.",
        "{folder} 폴더에 대화 백업을 만들지 못했습니다({detail}). 대화는 바뀌지 않고 그대로 있습니다."
        " 공간을 비우거나 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.no_backups": Sentence(
        "There are no backups yet. Coterie makes one each day that it is used.",
        "아직 백업이 없습니다. Coterie는 사용하는 날마다 백업을 하나씩 만듭니다.",
    ),
    "store.no_backup": Sentence(
        "There is no backup called {name}. `coterie backup list` shows those there are.",
        "{name}(이)라는 백업이 없습니다. `coterie backup list`로 목록을 확인해 주세요.",
    ),
    "store.bad_backup": Sentence(
        "The backup {path} is damaged, so it was not restored and nothing was changed. Choose another one.",
        "백업({path})이 손상되어 복원하지 않았습니다. 바뀐 것은 없습니다. 다른 백업을 골라 주세요.",
    ),
    "store.in_use": Sentence(
        "Coterie is open and uses the data, so nothing was restored. Close its window and every other command of it, then try again.",
        "Coterie가 열려 있어 데이터를 사용 중이므로 복원하지 않았습니다. 창과 실행 중인 다른 명령을 모두 닫은 뒤 다시 시도해 주세요.",
    ),
    "store.not_restored": Sentence(
        "The backup could not be restored to {folder} ({detail}). Free some disk space there, or allow writing, and try again.",
        "{folder} 폴더에 백업을 복원하지 못했습니다({detail}). 디스크 공간을 비우거나 쓰기 권한을 준 뒤 다시 시도해 주세요.",
    ),
    "store.no_conversation": Sentence(
        "This conversation no longer exists. Choose another one from the list.",
        "이 대화는 더 이상 없습니다. 목록에서 다른 대화를 골라 주세요.",
    ),
    "store.no_message": Sentence(
        "This message no longer exists. Open the conversation again to see what is there.",
        "이 메시지는 더 이상 없습니다. 대화를 다시 열어 현재 내용을 확인해 주세요.",
    ),
}
