"""Servers of tools: agents/mcp, app/services/servers."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    # Setting up
    "mcp.unknown": Sentence(
        "There is no tool server called “{server}”. `coterie servers list` shows those there are.",
        "‘{server}’라는 도구 서버가 없습니다. `coterie servers list`로 목록을 볼 수 있습니다.",
    ),
    "mcp.twice": Sentence(
        "There is a tool server called “{server}” already. Choose another name.",
        "‘{server}’라는 도구 서버가 이미 있습니다. 다른 이름을 골라 주세요.",
    ),
    "mcp.bad_name": Sentence(
        "“{name}” cannot be the name of a tool server. Use a letter first, then letters, digits, - and _, 32 at most.",
        "‘{name}’은(는) 도구 서버의 이름으로 쓸 수 없습니다. 영문자로 시작해 영문자, 숫자, -, _로 32자까지 써 주세요.",
    ),
    "mcp.no_command": Sentence(
        "The tool server “{server}” needs a command or an address.",
        "도구 서버 ‘{server}’에는 명령이나 주소가 필요합니다.",
    ),
    "mcp.bad_command": Sentence(
        "The command cannot be read: a quotation mark in it is not closed.",
        "명령을 읽을 수 없습니다. 닫히지 않은 따옴표가 있습니다.",
    ),
    "mcp.bad_url": Sentence(
        "The address “{url}” cannot be used. Write it like https://tools.example/mcp, without a user name or password.",
        "주소 ‘{url}’을(를) 사용할 수 없습니다. 사용자 이름이나 비밀번호 없이 https://tools.example/mcp처럼 써 주세요.",
    ),
    "mcp.plain_http": Sentence(
        "{host} would be reached without encryption. Use an address that begins with https://.",
        "{host}에 암호화 없이 연결하게 됩니다. https://로 시작하는 주소를 써 주세요.",
    ),
    "mcp.no_variable": Sentence(
        "The tool server “{server}” has no variable or header called {name}.",
        "도구 서버 ‘{server}’에는 {name}이라는 변수나 헤더가 없습니다.",
    ),
    "mcp.no_consent": Sentence(
        "“{server}” is not started before you have agreed to what it runs: see `coterie servers consent {server}`.",
        "‘{server}’은(는) 실행할 내용에 동의하기 전에는 시작하지 않습니다. `coterie servers consent {server}`로 확인해 주세요.",
    ),
    "mcp.consent_changed": Sentence(
        "“{server}” has changed since it was shown. Look at it once more before you agree.",
        "‘{server}’이(가) 표시된 뒤에 바뀌었습니다. 동의하기 전에 다시 확인해 주세요.",
    ),
    "mcp.tools_unreadable": Sentence(
        "The list of tools you know, {path}, cannot be read. Delete it to look at all tools anew.",
        "확인한 도구의 목록 {path}을(를) 읽을 수 없습니다. 모든 도구를 새로 확인하려면 이 파일을 지워 주세요.",
    ),
    # Importing
    "mcp.import_unreadable": Sentence(
        "{path} cannot be read ({detail}).",
        "{path}을(를) 읽을 수 없습니다({detail}).",
    ),
    "mcp.import_no_servers": Sentence(
        "{path} holds no tool servers: it has neither “mcpServers” nor “servers”.",
        "{path}에는 도구 서버가 없습니다. “mcpServers”도 “servers”도 없습니다.",
    ),
    # Starting
    "mcp.no_sandbox": Sentence(
        "“{server}” cannot be started: this machine has no sandbox to run it in. `coterie doctor` says why.",
        "‘{server}’을(를) 시작할 수 없습니다. 이 컴퓨터에 실행할 샌드박스가 없습니다. `coterie doctor`로 이유를 볼 수 있습니다.",
    ),
    "mcp.no_program": Sentence(
        "The program of “{server}” was not found: {detail}. Install it, or give its whole path.",
        "‘{server}’의 프로그램을 찾을 수 없습니다: {detail}. 설치하거나 전체 경로를 적어 주세요.",
    ),
    "mcp.no_folder": Sentence(
        "The folder that “{server}” works in is not there: {path}.",
        "‘{server}’이(가) 작업할 폴더가 없습니다: {path}.",
    ),
    "mcp.slow_start": Sentence(
        "“{server}” did not answer within {seconds} seconds of its start.",
        "‘{server}’이(가) 시작한 뒤 {seconds}초 안에 응답하지 않았습니다.",
    ),
    "mcp.ended": Sentence(
        "“{server}” has ended by itself, without a word.",
        "‘{server}’이(가) 아무 말 없이 스스로 종료되었습니다.",
    ),
    "mcp.ended_saying": Sentence(
        "“{server}” has ended by itself. Its last words: “{detail}”.",
        "‘{server}’이(가) 스스로 종료되었습니다. 마지막 출력: ‘{detail}’.",
    ),
    "mcp.nonsense": Sentence(
        "“{server}” answered with something that is not valid ({detail}).",
        "‘{server}’에서 올바르지 않은 응답이 왔습니다({detail}).",
    ),
    "mcp.flood": Sentence(
        "“{server}” sent far more than can be read and was stopped.",
        "‘{server}’이(가) 읽을 수 없을 만큼 많은 내용을 보내 중지했습니다.",
    ),
    "mcp.refused": Sentence(
        "“{server}” refused ({detail}).",
        "‘{server}’이(가) 거절했습니다({detail}).",
    ),
    "mcp.login_needed": Sentence(
        "“{server}” asks you to log in. Do so in the settings or with `coterie servers login {server}`.",
        "‘{server}’에 로그인해야 합니다. 설정이나 `coterie servers login {server}`로 로그인해 주세요.",
    ),
    "mcp.login_failed": Sentence(
        "Logging in to “{server}” did not work ({detail}).",
        "‘{server}’에 로그인하지 못했습니다({detail}).",
    ),
    "mcp.unreachable": Sentence(
        "“{server}” cannot be reached ({detail}).",
        "‘{server}’에 연결할 수 없습니다({detail}).",
    ),
}
