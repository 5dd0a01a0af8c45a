"""Runs of agents: agents/run, agents/context, app/services/runs."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "run.missing": Sentence(
        "There is no run {id}. It may have been removed; look at the list of runs.",
        "{id}번 실행이 없습니다. 이미 지워졌을 수 있으니 실행 목록을 확인해 주세요.",
    ),
    "run.no_text": Sentence(
        "Nothing is kept under “{handle}” in this run.",
        "이 실행에는 “{handle}”(으)로 보관된 내용이 없습니다.",
    ),
    "run.busy": Sentence(
        "This run is under way. Pause or stop it first.",
        "실행이 진행 중입니다. 먼저 일시 정지하거나 멈춰 주세요.",
    ),
    "run.elsewhere": Sentence(
        "This run is under way in another window or command. Stop it there first.",
        "다른 창이나 명령에서 진행 중인 실행입니다. 그곳에서 먼저 멈춰 주세요.",
    ),
    "run.not_resumable": Sentence(
        "This run has ended and cannot go on. Start a new one with the same task.",
        "이미 끝난 실행이라 이어 갈 수 없습니다. 같은 작업으로 새로 시작해 주세요.",
    ),
    "run.no_task": Sentence(
        "There is no task. Say in a sentence what should be done.",
        "작업 내용이 없습니다. 무엇을 해야 하는지 한 문장으로 적어 주세요.",
    ),
    "run.task_too_large": Sentence(
        "The task has {length} characters; {most} is the most. Put long texts into a file in the folder and name it.",
        "작업 내용이 {length}자로 너무 깁니다(최대 {most}자). 긴 글은 폴더 안의 파일에 넣고 그 이름을 적어 주세요.",
    ),
    "run.workspace_not_named": Sentence(
        "Choose the folder to work in, or write its whole path.",
        "작업할 폴더를 고르거나 전체 경로를 적어 주세요.",
    ),
    "run.no_workspace": Sentence(
        "The folder {path} does not exist. Choose a folder that does.",
        "{path} 폴더가 없습니다. 있는 폴더를 골라 주세요.",
    ),
    "run.workspace_not_a_folder": Sentence(
        "{path} is not a folder. Choose a folder to work in.",
        "{path}은(는) 폴더가 아닙니다. 작업할 폴더를 골라 주세요.",
    ),
    "run.workspace_unreadable": Sentence(
        "The folder {path} cannot be read ({detail}). Check its permissions or choose another.",
        "{path} 폴더를 읽을 수 없습니다({detail}). 권한을 확인하거나 다른 폴더를 골라 주세요.",
    ),
    "run.workspace_too_wide": Sentence(
        "{path} is too much to hand over: a whole disk, your home folder or Coterie's own data."
        " Choose a folder inside it.",
        "{path}은(는) 맡기기에 너무 넓습니다. 디스크 전체, 홈 폴더, Coterie의 데이터 폴더는 쓸 수 없습니다."
        " 그 안의 폴더를 골라 주세요.",
    ),
    "run.unknown_tool": Sentence(
        "There is no tool called “{name}”. The tools are: {known}.",
        "“{name}”(이)라는 도구가 없습니다. 쓸 수 있는 도구: {known}.",
    ),
    "run.nothing_to_undo": Sentence(
        "No file is changed by this run now, so there is nothing to undo.",
        "지금 이 실행이 바꿔 놓은 파일이 없어 되돌릴 것이 없습니다.",
    ),
    "run.nothing_to_redo": Sentence(
        "Nothing of this run was undone, so there is nothing to do again.",
        "이 실행에서 되돌린 것이 없어 다시 적용할 것도 없습니다.",
    ),
    "run.broke": Sentence(
        "The run ended because something unexpected went wrong ({detail}). What it did is kept and can be undone.",
        "예상하지 못한 문제로 실행이 끝났습니다({detail}). 지금까지 한 일은 그대로 있으며 되돌릴 수 있습니다.",
    ),
    "recipe.missing": Sentence(
        "There is no recipe “{name}”. `coterie run --recipes` lists them.",
        "“{name}” 레시피가 없습니다. `coterie run --recipes`로 목록을 볼 수 있습니다.",
    ),
    "recipe.bad": Sentence(
        "The recipe {name} cannot be used ({detail}). Open the file and put that right.",
        "{name} 레시피를 쓸 수 없습니다({detail}). 파일을 열어 그 부분을 고쳐 주세요.",
    ),
    "recipe.not_saved": Sentence(
        "The recipe could not be saved in {folder} ({detail}). Check that there is room and that the folder may be"
        " written to, then try again.",
        "레시피를 {folder}에 저장하지 못했습니다({detail}). 남은 공간과 쓰기 권한을 확인한 뒤 다시 시도해 주세요.",
    ),
    "recipe.unknown_parameter": Sentence(
        "The recipe has no parameter “{name}”; it has: {known}.",
        "레시피에 “{name}” 항목이 없습니다. 있는 항목: {known}.",
    ),
    "recipe.empty_parameter": Sentence(
        "“{name}” is still empty. Fill it in before starting.",
        "“{name}” 항목이 비어 있습니다. 시작하기 전에 채워 주세요.",
    ),
    "run.ended_answered": Sentence(
        "The task is done.",
        "작업을 마쳤습니다.",
    ),
    "run.ended_steps": Sentence(
        "The run stopped because it has used all of its steps. Resume it to give it as many again.",
        "정해진 단계를 모두 써서 멈췄습니다. 이어서 실행하면 같은 수만큼 더 쓸 수 있습니다.",
    ),
    "run.ended_time": Sentence(
        "The run stopped because its time is over. Resume it to give it as much again.",
        "정해진 시간이 지나 멈췄습니다. 이어서 실행하면 같은 시간만큼 더 쓸 수 있습니다.",
    ),
    "run.ended_tokens": Sentence(
        "The run stopped because it has written as many tokens as it may. Resume it to let it go on.",
        "쓸 수 있는 토큰을 모두 써서 멈췄습니다. 이어서 실행하면 계속합니다.",
    ),
    "run.ended_calls": Sentence(
        "The run stopped because it has made as many calls as it may. Resume it to let it go on.",
        "허용된 횟수만큼 도구를 모두 써서 멈췄습니다. 이어서 실행하면 계속합니다.",
    ),
    "run.ended_errors": Sentence(
        "The run stopped because one call after the other failed. Look at the last results, then resume it with a hint.",
        "도구 호출이 잇따라 실패해 멈췄습니다. 마지막 결과를 확인하고 도움말을 덧붙여 이어서 실행해 주세요.",
    ),
    "run.ended_malformed": Sentence(
        "The run stopped because the model's calls could not be read. A larger model, or fewer tools, may do better.",
        "모델이 만든 호출을 읽을 수 없어 멈췄습니다. 더 큰 모델을 쓰거나 도구를 줄여 보세요.",
    ),
    "run.ended_loop": Sentence(
        "The run stopped because the model kept repeating itself. Resume it with a hint, or start it again with another model.",
        "모델이 같은 일을 되풀이해 멈췄습니다. 도움말을 덧붙여 이어서 실행하거나 다른 모델로 새로 시작해 주세요.",
    ),
    "run.ended_empty": Sentence(
        "The run stopped because the model answered with nothing, twice. Resume it, or start it again with another model.",
        "모델이 두 번이나 빈 답변을 해서 멈췄습니다. 이어서 실행하거나 다른 모델로 새로 시작해 주세요.",
    ),
    "run.ended_user": Sentence(
        "You stopped this run. It can be resumed.",
        "실행을 멈췄습니다. 이어서 실행할 수 있습니다.",
    ),
    "run.ended_paused": Sentence(
        "The run is paused. Resume it when you like.",
        "실행을 일시 정지했습니다. 원할 때 이어서 실행할 수 있습니다.",
    ),
    "run.ended_context": Sentence(
        "The run stopped because it does not fit into the model's context. Choose a model with a longer one, or a smaller task.",
        "모델의 컨텍스트에 다 들어가지 않아 멈췄습니다. 컨텍스트가 더 긴 모델이나 더 작은 작업을 골라 주세요.",
    ),
    "run.ended_workspace": Sentence(
        "The run stopped because its folder is not there any more.",
        "작업 폴더가 더 이상 없어 멈췄습니다.",
    ),
    "run.workspace_gone": Sentence(
        "The folder {folder} was taken away or replaced while the run was under way. Put it back and resume.",
        "실행하는 동안 {folder} 폴더가 없어졌거나 다른 것으로 바뀌었습니다. 폴더를 되돌려 놓고 다시 이어 주세요.",
    ),
    "run.ended_model": Sentence(
        "The run stopped because the model could not answer. Resume it once the model is there again.",
        "모델이 답하지 못해 멈췄습니다. 모델을 다시 쓸 수 있게 되면 이어서 실행해 주세요.",
    ),
    "run.ended_interrupted": Sentence(
        "The run was interrupted because Coterie ended. Nothing is lost; resume it to go on.",
        "Coterie가 종료되어 실행이 중단되었습니다. 잃은 것은 없으니 이어서 실행해 주세요.",
    ),
    "run.ended_ended": Sentence(
        "The run has ended. It can be resumed.",
        "실행이 끝났습니다. 이어서 실행할 수 있습니다.",
    ),
    "run.not_exported": Sentence(
        "The run could not be written to {path}: {detail}. Choose another place.",
        "실행을 {path}에 쓰지 못했습니다: {detail}. 다른 곳을 골라 주세요.",
    ),
    "run.unsaved": Sentence(
        "The run ended, but its end could not be saved. Check that there is room on the disk; it can be resumed.",
        "실행이 끝났지만 마지막 기록을 저장하지 못했습니다. 디스크 공간을 확인해 주세요. 이어서 실행할 수 있습니다.",
    ),
    "run.bad_number": Sentence(
        "“{value}” is not the number of a run. `coterie run --list` shows them.",
        "“{value}”은(는) 실행 번호가 아닙니다. `coterie run --list`로 확인해 주세요.",
    ),
    "run.no_model_file": Sentence(
        "The file of the model {name} is not there any more. Choose another model.",
        "{name} 모델의 파일이 더는 없습니다. 다른 모델을 골라 주세요.",
    ),
    "run.none": Sentence(
        "There are no runs yet. Start one with a task and a folder.",
        "아직 실행이 없습니다. 작업과 폴더를 정해 시작해 주세요.",
    ),
    "run.task_too_long": Sentence(
        "The task has {tokens} tokens, and the model's context has room for {room}. Shorten it, or choose a larger context.",
        "작업 내용이 {tokens}토큰인데 모델의 컨텍스트에는 {room}토큰만 들어갑니다. 내용을 줄이거나 컨텍스트를 늘려 주세요.",
    ),
    "run.context_too_small": Sentence(
        "What the model has to see takes {needed} tokens, and {room} of its context of {context} are free for it. Choose a larger context.",
        "모델이 보아야 할 내용은 {needed}토큰인데 컨텍스트 {context}토큰 중 {room}토큰만 쓸 수 있습니다. 컨텍스트를 늘려 주세요.",
    ),
    "run.too_many_calls": Sentence(
        "The model made {count} calls at once; the first {taken} were taken.",
        "모델이 한 번에 도구를 {count}번 호출하여 처음 {taken}개만 처리했습니다.",
    ),
    "run.turn_broke_off": Sentence(
        "The model's answer broke off. Resume the run to try again.",
        "모델의 답변이 중간에 끊겼습니다. 다시 시도하려면 실행을 재개해 주세요.",
    ),
}
