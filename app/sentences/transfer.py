"""Fetching, verifying and repairing files of the hub: engine/hub/transfer."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "download.changed": Sentence(
        "{name} on the hub is not the file that this download began with. Cancel the download and start it again.",
        "허브에 있는 {name} 파일이 내려받기를 시작할 때와 다른 파일로 바뀌었습니다. 이 내려받기를 취소하고 다시 시작해 주세요.",
    ),
    "download.no_hash": Sentence(
        "The hub has no checksum for {name}, so its bytes could not be compared with the original.",
        "허브에 {name}의 체크섬이 없어 원본과 같은지 비교하지 못했습니다.",
    ),
    "download.wrong_bytes": Sentence(
        "{name} arrived twice with other bytes than the hub says it has, and was thrown away. Try again later, or from another network.",
        "{name}의 내용이 두 번 모두 허브가 알려 준 것과 달라 받은 것을 버렸습니다. 나중에 또는 다른 네트워크에서 다시 시도해 주세요.",
    ),
    "download.wrong_length": Sentence(
        "{name} should have {need_bytes}, but the server offers {have_bytes}. What was fetched is kept; try again later.",
        "{name}의 크기는 {need_bytes}여야 하지만 서버가 제공하는 크기는 {have_bytes}입니다. 받은 부분은 그대로 있으니 나중에 다시 시도해 주세요.",
    ),
    "download.web_page": Sentence(
        "A web page came instead of {name}. The network may want you to sign in first: open a web page in your browser, then go on with the download.",
        "{name} 대신 웹 페이지가 왔습니다. 네트워크에 먼저 로그인해야 할 수 있습니다. 브라우저에서 웹 페이지를 열어 본 뒤 내려받기를 계속해 주세요.",
    ),
    "download.no_room": Sentence(
        "{need_bytes} are needed in {folder}, and {have_bytes} are free. Make some room, then go on: what was fetched is kept.",
        "{folder}에 {need_bytes}가 필요하지만 남은 공간은 {have_bytes}입니다. 공간을 확보한 뒤 계속해 주세요. 받은 부분은 그대로 있습니다.",
    ),
    "download.too_large": Sentence(
        "The disk of {folder} cannot hold a file this large, whatever room it has. Choose a library folder on another disk.",
        "{folder}이 있는 디스크는 남은 공간과 관계없이 이렇게 큰 파일을 저장할 수 없습니다. 다른 디스크에 있는 라이브러리 폴더를 선택해 주세요.",
    ),
    "download.cannot_write": Sentence(
        "Nothing can be written in {folder} ({detail}). Allow writing there, or choose another library folder.",
        "{folder}에 쓸 수 없습니다({detail}). 쓰기 권한을 허용하거나 다른 라이브러리 폴더를 선택해 주세요.",
    ),
    "download.gone": Sentence(
        "The unfinished download in {folder} was removed while it was in use. Start it again.",
        "내려받는 중에 {folder}에 있던 미완성 파일이 삭제되었습니다. 내려받기를 다시 시작해 주세요.",
    ),
    "download.bad_disk": Sentence(
        "What was written in {folder} reads back differently. The disk may be failing: choose a library folder on another one.",
        "{folder}에 쓴 내용이 읽을 때마다 다릅니다. 디스크에 문제가 있을 수 있으니 다른 디스크에 있는 라이브러리 폴더를 선택해 주세요.",
    ),
    "download.elsewhere": Sentence(
        "Another Coterie is working on these files. Wait until it has finished.",
        "다른 Coterie에서 이 파일들을 처리하고 있습니다. 끝날 때까지 기다려 주세요.",
    ),
    "download.in_the_way": Sentence(
        "There is another file at {path} already. Move it away or rename it, then go on.",
        "{path}에 다른 파일이 이미 있습니다. 그 파일을 옮기거나 이름을 바꾼 뒤 계속해 주세요.",
    ),
    "download.not_usable": Sentence(
        "{name} is exactly as it is on the hub, but it is not a model that this version of Coterie can use. Choose another variant.",
        "{name} 파일은 허브에 있는 것과 똑같지만 현재 Coterie 버전에서 사용할 수 있는 모델이 아닙니다. 다른 파일을 선택해 주세요.",
    ),
    "download.unreachable": Sentence(
        "{host} cannot be reached. Check the network, then go on: what was fetched is kept.",
        "{host}에 연결할 수 없습니다. 네트워크를 확인한 뒤 계속해 주세요. 받은 부분은 그대로 있습니다.",
    ),
    "download.stalled": Sentence(
        "Nothing comes from {host} any more. What was fetched is kept; go on later.",
        "{host}에서 더 이상 데이터가 오지 않습니다. 받은 부분은 그대로 있으니 나중에 계속해 주세요.",
    ),
    "download.interrupted": Sentence(
        "The connection to {host} breaks off again and again. What was fetched is kept; go on later.",
        "{host}와의 연결이 계속 끊어집니다. 받은 부분은 그대로 있으니 나중에 계속해 주세요.",
    ),
    "download.busy": Sentence(
        "{host} is busy and asks to be left alone for a while. What was fetched is kept; go on in some minutes.",
        "{host}가 바빠서 잠시 후 다시 요청해 달라고 합니다. 받은 부분은 그대로 있으니 몇 분 뒤에 계속해 주세요.",
    ),
    "download.server_failed": Sentence(
        "{host} has a problem of its own (status {status}). What was fetched is kept; go on later.",
        "{host} 서버에 문제가 있습니다(상태 {status}). 받은 부분은 그대로 있으니 나중에 계속해 주세요.",
    ),
    "download.refused": Sentence(
        "{host} does not give out the file (status {status}). Check on the model's page that you may download it, then go on.",
        "{host}가 파일을 내주지 않습니다(상태 {status}). 모델 페이지에서 내려받을 권한이 있는지 확인한 뒤 계속해 주세요.",
    ),
    "download.garbled": Sentence(
        "{host} answers in a way that does not fit what was asked. What was fetched is kept; try again later or from another network.",
        "{host}의 응답이 요청과 맞지 않습니다. 받은 부분은 그대로 있으니 나중에 또는 다른 네트워크에서 다시 시도해 주세요.",
    ),
    "download.redirects": Sentence(
        "The hub sends from one address to the next and never to {name}. Try again later.",
        "허브가 여러 주소로 계속 넘기기만 하고 {name} 파일을 주지 않습니다. 나중에 다시 시도해 주세요.",
    ),
    "download.certificate": Sentence(
        "The identity of {host} cannot be confirmed. If your network inspects traffic, name its certificate file in the settings.",
        "{host}의 신원을 확인할 수 없습니다. 네트워크에서 통신을 검사한다면 설정에서 인증서 파일을 지정해 주세요.",
    ),
    "download.proxy": Sentence(
        "The proxy does not lead to {host}. Check the proxy in the settings.",
        "프록시를 통해 {host}에 연결할 수 없습니다. 설정에서 프록시를 확인해 주세요.",
    ),
    "download.missing": Sentence(
        "The file {path} is not there any more.",
        "{path} 파일이 더 이상 없습니다.",
    ),
    "download.unreadable": Sentence(
        "The file {path} cannot be read ({detail}). The disk may be failing.",
        "{path} 파일을 읽을 수 없습니다({detail}). 디스크에 문제가 있을 수 있습니다.",
    ),
}
