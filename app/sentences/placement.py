"""Plans in words: where a model lies, what was given up, what would make it fit."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "placement.two_devices": Sentence(
        "Two devices are called {name}, so it is unclear which one is meant. Disconnect one of them and try again.",
        "{name}(이)라는 장치가 두 개라 어느 쪽인지 알 수 없습니다. 하나의 연결을 끊고 다시 시도해 주세요.",
    ),
    "placement.unknown_device": Sentence(
        "There is no device called {name}. This computer has {known}; choose one of these.",
        "{name}(이)라는 장치가 없습니다. 이 컴퓨터의 장치는 {known}입니다. 이 가운데서 골라 주세요.",
    ),
    "placement.negative_budget": Sentence(
        "The memory for {name} cannot be less than nothing. Give a size such as 8 GiB, or 0 to leave it unused.",
        "{name}의 메모리는 0보다 작을 수 없습니다. 8 GiB처럼 크기를 쓰거나, 사용하지 않으려면 0을 쓰세요.",
    ),
    "placement.bad_number": Sentence(
        "{value} is not possible for {name}. Give a positive number, or 0 to leave the choice to Coterie.",
        "{name} 값으로 {value}은(는) 쓸 수 없습니다. 양수를 쓰거나, Coterie에 맡기려면 0을 쓰세요.",
    ),
    "placement.mode_impossible": Sentence(
        "The mode “{mode}” does not work with this model on this computer. Choose another one, or leave the choice to Coterie.",
        "이 컴퓨터에서 이 모델에는 “{mode}” 방식을 쓸 수 없습니다. 다른 방식을 고르거나 Coterie에 맡겨 주세요.",
    ),
    "plan.cpu": Sentence(
        "Everything in RAM, computed by the CPU ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "전부 RAM에 두고 CPU로 계산합니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.whole": Sentence(
        "The whole model on {device} ({used_bytes} of {budget_bytes}): fits, about {tps} tokens per second.",
        "모델 전체를 {device}에 둡니다({budget_bytes} 중 {used_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.layers": Sentence(
        "The last {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), the others in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "레이어 {layers}개 중 뒤쪽 {count}개는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.some_attention": Sentence(
        "Attention of the last {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), everything else in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "레이어 {layers}개 중 뒤쪽 {count}개의 어텐션은 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지는 모두 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.attention": Sentence(
        "Attention on {device} ({used_bytes} of {budget_bytes}), all experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션은 {device}에 두고({budget_bytes} 중 {used_bytes}), 전문가는 모두 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.resident": Sentence(
        "Attention and experts of layers {first} to {last} on {device} ({used_bytes} of {budget_bytes}), the other experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션과 레이어 {first}~{last}의 전문가는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지 전문가는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.several": Sentence(
        "Attention and experts of {count} of {layers} layers on {device} ({used_bytes} of {budget_bytes}), the other experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션과 레이어 {layers}개 중 {count}개의 전문가는 {device}에 두고({budget_bytes} 중 {used_bytes}), 나머지 전문가는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.cached": Sentence(
        "Attention and the {slots} of {experts} experts of each of {layers} layers that were used last on {device} ({used_bytes} of {budget_bytes}), all experts in RAM ({ram_bytes} of {ram_budget_bytes}): fits, about {tps} tokens per second.",
        "어텐션과, 레이어 {layers}개에서 각각 전문가 {experts}개 중 최근에 쓴 {slots}개를 {device}에 두고({budget_bytes} 중 {used_bytes}), 모든 전문가는 RAM에 둡니다({ram_budget_bytes} 중 {ram_bytes}). 실행할 수 있으며 초당 약 {tps}토큰입니다.",
    ),
    "plan.paged": Sentence(
        "RAM can keep {held_bytes} of {wanted_bytes} of experts, the rest is read from the disk again and again: it runs, but slowly, about {tps} tokens per second. {paged_bytes} more of RAM would end that.",
        "전문가 {wanted_bytes} 중 {held_bytes}만 RAM에 들어가고 나머지는 디스크에서 계속 다시 읽습니다. 실행은 되지만 느려서 초당 약 {tps}토큰입니다. RAM이 {paged_bytes} 더 있으면 느려지지 않습니다.",
    ),
    "plan.does_not_fit": Sentence(
        "This model does not fit: {missing_bytes} of memory are missing.",
        "이 모델은 메모리에 들어가지 않습니다. {missing_bytes}가 부족합니다.",
    ),
    "plan.try_smaller_cache": Sentence(
        "{missing_bytes} of memory are missing. It fits when the conversation's memory (KV cache) is kept in half the space: choose q8_0 in the settings.",
        "메모리 {missing_bytes}가 부족합니다. 대화 기억(KV 캐시)을 절반 크기로 저장하면 들어갑니다. 설정에서 q8_0을 선택해 주세요.",
    ),
    "plan.try_shorter_context": Sentence(
        "There is not enough memory for a context of {asked} tokens. It fits with {context} tokens; choose that in the settings.",
        "{asked}토큰 컨텍스트를 위한 메모리가 부족합니다. {context}토큰이면 들어갑니다. 설정에서 바꿔 주세요.",
    ),
    "plan.try_budget": Sentence(
        "The memory you allowed is too little. It fits when {device} may use {wanted_bytes}.",
        "허용한 메모리가 너무 적습니다. {device}에 {wanted_bytes}를 허용하면 들어갑니다.",
    ),
    "plan.needs_memory": Sentence(
        "This model needs {missing_bytes} more memory than this computer can give it. Close other programs or choose a smaller model.",
        "이 모델을 실행하려면 메모리가 {missing_bytes} 더 필요합니다. 다른 프로그램을 닫거나 더 작은 모델을 선택해 주세요.",
    ),
    "plan.budget_cut": Sentence(
        "You allowed {asked_bytes} on {device}, but only {free_bytes} are free there, so that is used.",
        "{device}에 {asked_bytes}를 허용했지만 {free_bytes}만 비어 있어 그만큼만 사용합니다.",
    ),
    "plan.device_unused": Sentence(
        "Nothing fits into the {budget_bytes} that may be used on {device}, so it is left alone.",
        "{device}에서 쓸 수 있는 {budget_bytes}에는 아무것도 들어가지 않아 사용하지 않습니다.",
    ),
    "plan.smaller_cache": Sentence(
        "To make room for {context} tokens, the conversation's memory (KV cache) is kept in half the space (q8_0).",
        "{context}토큰을 담기 위해 대화 기억(KV 캐시)을 절반 크기(q8_0)로 저장합니다.",
    ),
    "plan.streamed_unconfirmed": Sentence(
        "Each token copies its experts to the GPU, which should be faster here. That is a prediction; tune this model to have it measured.",
        "토큰마다 필요한 전문가를 GPU로 복사합니다. 이 컴퓨터에서는 더 빠를 것으로 예상됩니다. 실제 속도는 이 모델을 튜닝하면 측정해 확인합니다.",
    ),
    "plan.cached_unconfirmed": Sentence(
        "The experts that were used last are kept on the GPU one by one, which should be faster here. That is a prediction; tune this model to have it measured.",
        "최근에 쓴 전문가를 하나씩 GPU에 둡니다. 이 컴퓨터에서는 더 빠를 것으로 예상됩니다. 실제 속도는 이 모델을 튜닝하면 측정해 확인합니다.",
    ),
    "plan.conceded_pinned": Sentence(
        "Weights in RAM are kept in ordinary memory, because the faster kind could not be had; long prompts are read more slowly.",
        "더 빠른 방식의 메모리를 얻지 못해 RAM의 가중치를 일반 메모리에 둡니다. 긴 글을 읽는 속도가 느려집니다.",
    ),
    "plan.conceded_layers": Sentence(
        "Each device holds {count} fewer layers of experts than planned, because loading failed with more.",
        "더 많이 두면 불러오지 못해 장치마다 전문가 레이어를 계획보다 {count}개 적게 둡니다.",
    ),
    "plan.conceded_ubatch": Sentence(
        "Prompts are read in smaller pieces ({ubatch} tokens), because loading failed with larger ones.",
        "더 크게 나누면 불러오지 못해 글을 더 작은 단위({ubatch}토큰)로 읽습니다.",
    ),
    "plan.conceded_context": Sentence(
        "The context is {context} tokens, because loading failed with a longer one.",
        "더 길면 불러오지 못해 컨텍스트를 {context}토큰으로 줄였습니다.",
    ),
    # Tools and grammars
    "tools.unknown_choice": Sentence(
        "The model was told to use the tool “{name}”, but there is no such tool in this request. Choose one of the tools that are listed.",
        "모델에게 ‘{name}’ 도구를 쓰라고 했지만 이 요청에는 그런 도구가 없습니다. 목록에 있는 도구 가운데 하나를 골라 주세요.",
    ),
    # Files of tools
    "tools.file_missing": Sentence(
        "There is no file {path}. Check the path given with --tools.",
        "{path} 파일이 없습니다. --tools에 적은 경로를 확인해 주세요.",
    ),
    "tools.file_unreadable": Sentence(
        "The file of tools {path} cannot be read ({detail}). Choose another file, or allow reading it.",
        "도구 파일 {path}을(를) 읽을 수 없습니다({detail}). 다른 파일을 고르거나 읽기 권한을 확인해 주세요.",
    ),
    "tools.file_too_large": Sentence(
        "The file of tools {path} is larger than {most_bytes}. A model cannot read so many tools; leave some out.",
        "도구 파일 {path}이(가) {most_bytes}보다 큽니다. 모델이 읽기에는 너무 많으니 일부를 빼 주세요.",
    ),
    "tools.not_json": Sentence(
        "The file of tools {path} is not valid JSON ({detail}). Correct it there.",
        "도구 파일 {path}이(가) 올바른 JSON이 아닙니다({detail}). 그 부분을 고쳐 주세요.",
    ),
    "tools.not_a_list": Sentence(
        "The file {path} holds no list of tools. Write a list of definitions, or an object with such a list as “tools”.",
        "{path} 파일에 도구 목록이 없습니다. 도구 정의의 목록을 쓰거나, “tools”에 그런 목록을 담은 객체를 써 주세요.",
    ),
    "tools.no_name": Sentence(
        "Tool number {number} in the file has no name. Give each tool a “name”.",
        "파일의 {number}번째 도구에 이름이 없습니다. 도구마다 “name”을 적어 주세요.",
    ),
    "tools.name_twice": Sentence(
        "Two tools in the file are called “{name}”. Give each its own name.",
        "파일에 “{name}”(이)라는 도구가 두 개 있습니다. 서로 다른 이름을 붙여 주세요.",
    ),
    "tools.bad_parameters": Sentence(
        "The parameters of the tool “{name}” are no JSON object. Describe them as a JSON schema.",
        "“{name}” 도구의 매개변수(parameters)가 JSON 객체가 아닙니다. JSON 스키마로 적어 주세요.",
    ),
    # What is told with an answer
    "reasoning.ignored_off": Sentence(
        "The model was told not to think first, and did so all the same. Not every model can stop; a smaller "
        "limit of thinking or “Answer now” shortens it.",
        "생각하지 말라고 했지만 모델이 그래도 생각했습니다. 생각을 끌 수 없는 모델도 있습니다. "
        "생각 한도를 줄이거나 ‘바로 답하기’를 누르면 짧아집니다.",
    ),
    "reasoning.cut_in_thought": Sentence(
        "The answer ended while the model was still thinking. Allow longer answers, or less thinking.",
        "모델이 아직 생각하는 중에 답변이 끝났습니다. 답변 길이를 늘리거나 생각을 줄여 주세요.",
    ),
    "tools.cut_in_call": Sentence(
        "The answer ended in the middle of a tool call, so that call is incomplete. Allow longer answers and ask again.",
        "도구를 호출하는 도중에 답변이 끝나 호출이 완전하지 않습니다. 답변 길이를 늘리고 다시 물어봐 주세요.",
    ),
}
