"""The command line."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "cli.interrupted": Sentence(
        "It was interrupted before it was done. What was written or fetched until then is kept.",
        "끝나기 전에 중단되었습니다. 그때까지 작성하거나 받은 내용은 그대로 있습니다.",
    ),
    "cli.output_closed": Sentence(
        "The output could not be written ({detail}), so it was stopped. What was said or fetched until then is kept.",
        "출력을 쓸 수 없어({detail}) 중단했습니다. 그때까지 나눈 대화나 받은 내용은 그대로 있습니다.",
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
    # models pull
    "cli.no_models": Sentence(
        "{repo} has no model that Coterie can run. Look for a repository with GGUF files.",
        "{repo}에는 Coterie에서 실행할 수 있는 모델이 없습니다. GGUF 파일이 있는 저장소를 찾아 주세요.",
    ),
    "cli.nothing_fits": Sentence(
        "Nothing in {repo} fits this machine. To download one all the same, name it, such as {name}.",
        "{repo}에는 이 컴퓨터에 맞는 모델이 없습니다. 그래도 받으려면 {name}처럼 이름을 지정해 주세요.",
    ),
    "cli.pull_cancelled": Sentence(
        "The download of {name} was cancelled elsewhere, and what had come is deleted.",
        "{name} 다운로드가 다른 곳에서 취소되어 받은 내용이 삭제되었습니다.",
    ),
}
