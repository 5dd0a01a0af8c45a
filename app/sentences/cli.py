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
    "cli.not_written": Sentence(
        "{path} could not be written ({detail}). Choose another place and try again.",
        "{path}에 쓸 수 없습니다({detail}). 다른 위치를 지정해 다시 시도해 주세요.",
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
    # run
    "cli.bad_set": Sentence(
        "“{value}” is not NAME=VALUE. Write --set, the parameter's name, = and its value.",
        "“{value}”은(는) 이름=값 형식이 아닙니다. --set 뒤에 항목 이름, =, 값을 적어 주세요.",
    ),
    "cli.no_task": Sentence(
        'There is no task. Say what should be done: coterie run "..." --workspace DIR.',
        '작업이 없습니다. coterie run "..." --workspace 폴더 형식으로 할 일을 적어 주세요.',
    ),
    "cli.no_workspace": Sentence(
        "There is no folder to work in. Name one with --workspace.",
        "작업할 폴더가 없습니다. --workspace로 지정해 주세요.",
    ),
    "cli.resume_alone": Sentence(
        "A run is resumed with the folder, model, reasoning and tools that it has. Leave those options out.",
        "이어서 실행할 때는 원래의 폴더, 모델, 추론 설정, 도구를 씁니다. 그 옵션은 빼 주세요.",
    ),
    "cli.again_needs_resume": Sentence(
        "--again belongs to --resume. Name the run to go on with.",
        "--again은 --resume과 함께 씁니다. 이어서 실행할 번호를 적어 주세요.",
    ),
    "cli.set_needs_recipe": Sentence(
        "--set belongs to --recipe. Name the recipe whose parameter it is.",
        "--set은 --recipe와 함께 씁니다. 어느 레시피의 항목인지 적어 주세요.",
    ),
    "cli.undo_conflicts": Sentence(
        "These files were left alone because they were changed after the run: {paths}. --force puts them back too, and keeps what is there now.",
        "실행 뒤에 바뀐 파일은 그대로 두었습니다: {paths}. --force를 쓰면 이 파일도 되돌리며 지금 내용은 따로 보관합니다.",
    ),
}
