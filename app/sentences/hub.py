"""The hub: searching, reading remote files, downloading, verifying: engine/hub."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # Names and settings
    "hub.bad_name": Sentence(
        "“{name}” is not the name of a model on the hub. Write it like OWNER/REPO, OWNER/REPO:Q4_K_M or OWNER/REPO/FILE.gguf.",
        "‘{name}’은(는) 허브의 모델 이름이 아닙니다. OWNER/REPO, OWNER/REPO:Q4_K_M 또는 OWNER/REPO/FILE.gguf처럼 써 주세요.",
    ),
    "hub.bad_endpoint": Sentence(
        "The address of the hub cannot be used. Write it like https://huggingface.co, without a user name or password.",
        "허브 주소를 사용할 수 없습니다. 사용자 이름이나 비밀번호 없이 https://huggingface.co처럼 써 주세요.",
    ),
    "hub.bad_proxy": Sentence(
        "The address of the proxy cannot be used. Write it like http://proxy.example:3128.",
        "프록시 주소를 사용할 수 없습니다. http://proxy.example:3128처럼 써 주세요.",
    ),
    "hub.bad_certificates": Sentence(
        "The file of certificates {path} cannot be used ({detail}). Choose a PEM file in the settings, or none.",
        "인증서 파일 {path}을(를) 사용할 수 없습니다({detail}). 설정에서 PEM 파일을 고르거나 비워 두세요.",
    ),
    # On the way to the hub
    "hub.offline": Sentence(
        "Coterie is set to stay offline, so the hub is not asked. Turn that off in the settings to go on.",
        "오프라인으로 설정되어 있어 허브에 접속하지 않습니다. 계속하려면 설정에서 오프라인을 꺼 주세요.",
    ),
    "hub.unreachable": Sentence(
        "{host} cannot be reached. Check the internet connection, then try again.",
        "{host}에 연결할 수 없습니다. 인터넷 연결을 확인한 뒤 다시 시도해 주세요.",
    ),
    "hub.no_answer": Sentence(
        "{host} did not answer in time. Try again in a while.",
        "{host}이(가) 제때 응답하지 않았습니다. 잠시 뒤 다시 시도해 주세요.",
    ),
    "hub.cut": Sentence(
        "The connection to {host} broke off. Try again.",
        "{host}와의 연결이 끊어졌습니다. 다시 시도해 주세요.",
    ),
    "hub.proxy": Sentence(
        "The proxy did not let the request to {host} through. Check the proxy in the settings.",
        "프록시가 {host}에 대한 요청을 통과시키지 않았습니다. 설정에서 프록시를 확인해 주세요.",
    ),
    "hub.certificate": Sentence(
        "{host} shows a certificate that this computer does not trust. In a company network, choose its file of certificates in the settings.",
        "{host}의 인증서를 이 컴퓨터에서 신뢰할 수 없습니다. 회사 네트워크라면 설정에서 회사의 인증서 파일을 골라 주세요.",
    ),
    # What the hub answers
    "hub.garbage": Sentence(
        "{host} answered with something that a hub does not say. A login page of the network may be in between; try again later.",
        "{host}에서 허브의 응답이 아닌 내용이 왔습니다. 네트워크 로그인 페이지가 가로막고 있을 수 있습니다. 나중에 다시 시도해 주세요.",
    ),
    "hub.failed": Sentence(
        "{host} could not answer (status {status}). Try again in a while.",
        "{host}이(가) 응답하지 못했습니다(상태 {status}). 잠시 뒤 다시 시도해 주세요.",
    ),
    "hub.busy": Sentence(
        "The hub has too many requests at the moment. Try again in {seconds} seconds.",
        "지금 허브에 요청이 너무 많습니다. {seconds}초 뒤에 다시 시도해 주세요.",
    ),
    "hub.not_found": Sentence(
        "The hub has no repository {repo}, or it is private. Check the name; for a private one, add a token in the settings.",
        "허브에 {repo} 저장소가 없거나 비공개입니다. 이름을 확인해 주세요. 비공개 저장소라면 설정에서 토큰을 추가해 주세요.",
    ),
    "hub.no_file": Sentence(
        "The repository {repo} has no file {path}. Look at what it has, and choose again.",
        "{repo} 저장소에 {path} 파일이 없습니다. 저장소의 파일을 확인하고 다시 골라 주세요.",
    ),
    "hub.gated": Sentence(
        "The makers of {repo} want to be asked first. Ask for access at {url}, and add your token in the settings.",
        "{repo}은(는) 제작자의 허락이 필요한 모델입니다. {url}에서 접근을 요청하고 설정에서 토큰을 추가해 주세요.",
    ),
    "hub.needs_token": Sentence(
        "The hub wants to know who asks. Add your token in the settings.",
        "허브에서 로그인을 요구합니다. 설정에서 토큰을 추가해 주세요.",
    ),
    "hub.bad_token": Sentence(
        "The hub does not accept the token. Make a new one at the hub, and put it into the settings.",
        "허브에서 토큰을 받아들이지 않습니다. 허브에서 새 토큰을 만들어 설정에 넣어 주세요.",
    ),
    "hub.forbidden": Sentence(
        "The token does not allow this. Make one at the hub that may read the repository.",
        "이 토큰으로는 할 수 없습니다. 허브에서 이 저장소를 읽을 수 있는 토큰을 만들어 주세요.",
    ),
    # Reading a part of a file
    "hub.no_ranges": Sentence(
        "{host} sends files only as a whole, so the model cannot be looked into before it is downloaded.",
        "{host}은(는) 파일의 일부만 보내지 않아 다운로드하기 전에 모델을 살펴볼 수 없습니다.",
    ),
    "hub.encoded": Sentence(
        "{host} sent a part of the file compressed, although that was not asked for, so it cannot be read. A proxy may do that; try without one.",
        "{host}에서 요청하지 않은 압축 형식으로 보내 파일을 읽을 수 없습니다. 프록시 때문일 수 있으니 프록시 없이 시도해 주세요.",
    ),
    "hub.wrong_range": Sentence(
        "{host} sent another part of the file than was asked for. Try again later, or use another mirror.",
        "{host}에서 요청한 것과 다른 부분을 보냈습니다. 나중에 다시 시도하거나 다른 미러를 사용해 주세요.",
    ),
    "hub.short_answer": Sentence(
        "{host} sent less than it had promised. Try again in a while.",
        "{host}에서 보내기로 한 것보다 적은 데이터가 왔습니다. 잠시 뒤 다시 시도해 주세요.",
    ),
    "hub.changed": Sentence(
        "The file {path} of {repo} has changed on the hub meanwhile. Open the repository again.",
        "그사이 허브에서 {repo}의 {path} 파일이 바뀌었습니다. 저장소를 다시 열어 주세요.",
    ),
    # What is in a repository
    "hub.bad_path": Sentence(
        "The file “{path}” has a name that no computer should be given, so it is left out.",
        "‘{path}’은(는) 안전하지 않은 파일 이름이라 제외합니다.",
    ),
    "hub.part_missing": Sentence(
        "Part {part} of {parts} of {name} is missing from the repository, so this model cannot be used.",
        "저장소에 {name}의 {parts}개 파일 중 {part}번째가 없어 이 모델은 쓸 수 없습니다.",
    ),
    "hub.token_stays": Sentence(
        "The token is not used any more, but the keyring still has it. Open the keyring, and delete “coterie” there.",
        "토큰을 더 이상 사용하지 않지만 키링에는 남아 있습니다. 키링을 열어 ‘coterie’ 항목을 삭제해 주세요.",
    ),
    # Verdicts
    "verdict.pick": Sentence(
        "Should answer with about {tps} tokens per second on this computer.",
        "이 컴퓨터에서 초당 약 {tps}토큰으로 답할 것으로 예상됩니다.",
    ),
    "verdict.device": Sentence(
        "Fits, about {tps} tokens per second, {device_bytes} on {device}.",
        "실행할 수 있습니다. 초당 약 {tps}토큰, {device}에 {device_bytes}.",
    ),
    "verdict.devices": Sentence(
        "Fits, about {tps} tokens per second, {device_bytes} on {count} devices.",
        "실행할 수 있습니다. 초당 약 {tps}토큰, 장치 {count}개에 {device_bytes}.",
    ),
    "verdict.divided": Sentence(
        "Fits, about {tps} tokens per second, {device_bytes} on {device} and {ram_bytes} in RAM.",
        "실행할 수 있습니다. 초당 약 {tps}토큰, {device}에 {device_bytes}, RAM에 {ram_bytes}.",
    ),
    "verdict.divided_devices": Sentence(
        "Fits, about {tps} tokens per second, {device_bytes} on {count} devices and {ram_bytes} in RAM.",
        "실행할 수 있습니다. 초당 약 {tps}토큰, 장치 {count}개에 {device_bytes}, RAM에 {ram_bytes}.",
    ),
    "verdict.ram": Sentence(
        "Fits in RAM only, about {tps} tokens per second.",
        "RAM에서만 실행할 수 있습니다. 초당 약 {tps}토큰.",
    ),
    "verdict.disk": Sentence(
        "Fits, but reads from the disk: about {tps} tokens per second.",
        "실행할 수 있지만 디스크에서 계속 읽습니다. 초당 약 {tps}토큰.",
    ),
    "verdict.no": Sentence(
        "Does not fit: needs {missing_bytes} more.",
        "실행할 수 없습니다. 메모리가 {missing_bytes} 더 필요합니다.",
    ),
    "verdict.no_but": Sentence(
        "Does not fit: needs {missing_bytes} more; {variant} would.",
        "실행할 수 없습니다. 메모리가 {missing_bytes} 더 필요합니다. {variant}(이)라면 됩니다.",
    ),
    "verdict.shorter_context": Sentence(
        "Does not fit with a context of {asked} tokens, but with {context}.",
        "{asked}토큰 컨텍스트로는 실행할 수 없지만 {context}토큰이면 됩니다.",
    ),
    "verdict.smaller_cache": Sentence(
        "Fits only when the conversation's memory (KV cache) is kept in half the space (q8_0).",
        "대화 기억(KV 캐시)을 절반 크기(q8_0)로 저장해야만 실행할 수 있습니다.",
    ),
    "verdict.probably_device": Sentence(
        "Probably fits on the graphics memory, with about {need_bytes}; its header could not be read, so the speed is not known.",
        "그래픽 메모리에 들어갈 것 같습니다(약 {need_bytes}). 파일 헤더를 읽지 못해 속도는 알 수 없습니다.",
    ),
    "verdict.probably_divided": Sentence(
        "Probably fits, with about {need_bytes} in graphics memory and RAM together; its header could not be read, so the speed is not known.",
        "그래픽 메모리와 RAM을 합치면 들어갈 것 같습니다(약 {need_bytes}). 파일 헤더를 읽지 못해 속도는 알 수 없습니다.",
    ),
    "verdict.probably_ram": Sentence(
        "Probably fits in RAM, with about {need_bytes}; its header could not be read, so the speed is not known.",
        "RAM에 들어갈 것 같습니다(약 {need_bytes}). 파일 헤더를 읽지 못해 속도는 알 수 없습니다.",
    ),
    "verdict.probably_no": Sentence(
        "Probably does not fit: by its size it needs {missing_bytes} more.",
        "실행하기 어려울 것 같습니다. 크기로 보아 메모리가 {missing_bytes} 더 필요합니다.",
    ),
    "verdict.probably_no_but": Sentence(
        "Probably does not fit: by its size it needs {missing_bytes} more; {variant} would.",
        "실행하기 어려울 것 같습니다. 크기로 보아 메모리가 {missing_bytes} 더 필요합니다. {variant}(이)라면 됩니다.",
    ),
}
