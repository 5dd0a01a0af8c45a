"""Models on other machines: engine/remote."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "remote.bad_name": Sentence(
        "“{name}” does not name a model on another machine. Write it as openai:URL#NAME, such as openai:http://127.0.0.1:8080/v1#qwen3.",
        "“{name}”은(는) 다른 컴퓨터에 있는 모델의 이름이 아닙니다. openai:http://127.0.0.1:8080/v1#qwen3처럼 openai:URL#이름 형식으로 적어 주세요.",
    ),
    "remote.elsewhere": Sentence(
        "{name} runs on {host} and has no file here, so this cannot be told of it. Choose a model of this computer.",
        "{name}은(는) {host}에서 실행되고 이 컴퓨터에 파일이 없어 알 수 없습니다. 이 컴퓨터에 있는 모델을 선택해 주세요.",
    ),
    "remote.bad_url": Sentence(
        "The address “{url}” cannot be used. Write the base of an OpenAI-compatible API, such as https://host:8000/v1, without a user name or password.",
        "“{url}” 주소를 사용할 수 없습니다. https://host:8000/v1처럼 OpenAI 호환 API의 기본 주소를 사용자 이름이나 암호 없이 적어 주세요.",
    ),
    "remote.bad_key": Sentence(
        "This is not a key that can be sent. Copy it again, without spaces or line breaks.",
        "보낼 수 있는 키가 아닙니다. 공백이나 줄바꿈 없이 다시 복사해 주세요.",
    ),
    "remote.key_gone": Sentence(
        "The key for {host} was kept only until Coterie closed, because this system has no keyring that could keep it. Enter it again in the settings under Models elsewhere.",
        "이 시스템에는 키를 보관할 키 보관소가 없어 {host}의 키는 Coterie를 닫을 때까지만 보관되었습니다. 설정의 ‘외부 모델’에서 다시 입력해 주세요.",
    ),
    "remote.known": Sentence(
        "There is a server at this address already: {host}. Change that one instead.",
        "이 주소의 서버({host})가 이미 있습니다. 그 서버의 설정을 바꿔 주세요.",
    ),
    "remote.key_stays": Sentence(
        "The system's keyring did not give up the key. Remove it there.",
        "시스템 키 보관소에서 키를 지우지 못했습니다. 키 보관소에서 직접 삭제해 주세요.",
    ),
    "remote.insecure": Sentence(
        "{host} is not on this machine or a near network, and http would send your text unencrypted. Use https, or allow http for this server in the settings under Models elsewhere.",
        "{host}은(는) 이 컴퓨터나 가까운 네트워크에 있지 않으며 http로는 글이 암호화되지 않은 채 전송됩니다. https를 사용하거나 설정의 ‘외부 모델’에서 이 서버에 http를 허용해 주세요.",
    ),
    "remote.unreachable": Sentence(
        "The server {host} could not be reached. Check the address and that the server is running.",
        "{host} 서버에 연결하지 못했습니다. 주소가 맞는지, 서버가 실행 중인지 확인해 주세요.",
    ),
    "remote.proxy": Sentence(
        "The proxy that leads to {host} does not let the request through. Check the proxy in the system's settings.",
        "{host}(으)로 연결하는 프록시가 요청을 통과시키지 않습니다. 시스템의 프록시 설정을 확인해 주세요.",
    ),
    "remote.certificate": Sentence(
        "The certificate of {host} cannot be trusted, so nothing was sent. Check the address, or add your network's certificates in the settings.",
        "{host}의 인증서를 신뢰할 수 없어 아무것도 보내지 않았습니다. 주소를 확인하거나 설정에서 네트워크의 인증서를 추가해 주세요.",
    ),
    "remote.no_tls": Sentence(
        "{host} does not answer with https. Check whether its address begins with http instead.",
        "{host}이(가) https로 응답하지 않습니다. 주소가 http로 시작하는지 확인해 주세요.",
    ),
    "remote.silent": Sentence(
        "The server {host} said nothing for too long. The text so far is kept; try again.",
        "{host} 서버가 너무 오래 응답하지 않았습니다. 지금까지의 글은 그대로 있으니 다시 시도해 주세요.",
    ),
    "remote.interrupted": Sentence(
        "The connection to {host} broke off. The text so far is kept; try again.",
        "{host}와(과)의 연결이 끊어졌습니다. 지금까지의 글은 그대로 있으니 다시 시도해 주세요.",
    ),
    "remote.cut": Sentence(
        "The server ended the answer in the middle. The text so far is kept; try again.",
        "서버가 답변을 도중에 끝냈습니다. 지금까지의 글은 그대로 있으니 다시 시도해 주세요.",
    ),
    "remote.garbled": Sentence(
        "The server sent something that is not an answer ({detail}). Try again, or check what runs there.",
        "서버가 답변이 아닌 내용을 보냈습니다({detail}). 다시 시도하거나 서버에서 무엇이 실행 중인지 확인해 주세요.",
    ),
    "remote.failed": Sentence(
        "The server could not finish the answer: {detail}. Try again.",
        "서버가 답변을 끝내지 못했습니다: {detail}. 다시 시도해 주세요.",
    ),
    "remote.not_openai": Sentence(
        "What answers at {host} does not speak OpenAI's API. Check the address; it usually ends in /v1.",
        "{host}에서 응답하는 서버는 OpenAI API를 지원하지 않습니다. 주소를 확인해 주세요. 보통 /v1로 끝납니다.",
    ),
    "remote.redirected": Sentence(
        "{host} sends on to another address, which is not followed. Use the address that it leads to.",
        "{host}이(가) 다른 주소로 연결하지만 따라가지 않습니다. 최종 주소를 직접 사용해 주세요.",
    ),
    "remote.key_refused": Sentence(
        "{host} does not accept the key ({detail}). Check the key in the settings under Models elsewhere.",
        "{host}에서 키를 받아들이지 않습니다({detail}). 설정의 ‘외부 모델’에서 키를 확인해 주세요.",
    ),
    "remote.not_found": Sentence(
        "{host} does not know the model or the address ({detail}). Check both; the address usually ends in /v1.",
        "{host}에 그런 모델이나 주소가 없습니다({detail}). 둘 다 확인해 주세요. 주소는 보통 /v1로 끝납니다.",
    ),
    "remote.too_many": Sentence(
        "{host} takes no more requests at the moment ({detail}). Wait a little and try again.",
        "{host}이(가) 지금은 요청을 더 받지 않습니다({detail}). 잠시 후 다시 시도해 주세요.",
    ),
    "remote.refused": Sentence(
        "{host} refused the request: {detail}. Shorten the conversation or choose another model there.",
        "{host}이(가) 요청을 거절했습니다: {detail}. 대화를 줄이거나 그 서버의 다른 모델을 선택해 주세요.",
    ),
    "remote.server_failed": Sentence(
        "The server {host} failed ({detail}). Try again, or look at the server.",
        "{host} 서버에서 오류가 났습니다({detail}). 다시 시도하거나 서버를 확인해 주세요.",
    ),
    "remote.filtered": Sentence(
        "The server left out a part of the answer that its rules do not allow.",
        "서버가 규칙에 따라 답변의 일부를 제외했습니다.",
    ),
}
