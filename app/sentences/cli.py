"""The command line."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "cli.interrupted": Sentence(
        "It was interrupted before there was an answer. What you wrote is kept.",
        "답변이 나오기 전에 중단되었습니다. 작성한 내용은 그대로 있습니다.",
    ),
    "cli.output_closed": Sentence(
        "The output could not be written ({detail}), so it was stopped. What was said is kept in the conversation.",
        "출력을 쓸 수 없어({detail}) 중단했습니다. 나눈 대화는 그대로 저장되어 있습니다.",
    ),
    # plan, bench and the budgets they take
    "cli.bad_size": Sentence(
        "“{value}” is not a size. Write bytes, or a number with KiB, MiB or GiB, such as 1.5GiB.",
        "“{value}”은(는) 크기가 아닙니다. 바이트 수를 적거나 1.5GiB처럼 KiB, MiB, GiB를 붙여 주세요.",
    ),
    "cli.bad_memory": Sentence(
        "“{value}” does not say how much memory of which device. Write it as NAME=SIZE, such as CUDA0=6GiB.",
        "“{value}”에서 어느 장치의 메모리인지 알 수 없습니다. CUDA0=6GiB처럼 이름=크기 형식으로 적어 주세요.",
    ),
    "cli.memory_twice": Sentence(
        "The memory of {name} is given twice. Give it once.",
        "{name}의 메모리를 두 번 지정했습니다. 한 번만 지정해 주세요.",
    ),
}
