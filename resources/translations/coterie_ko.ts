<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko">
<context>
    <name>AboutSection</name>
    <message>
        <source>About</source>
        <translation>정보</translation>
    </message>
    <message>
        <source>Coterie</source>
        <translation>Coterie</translation>
    </message>
    <message>
        <source>MIT License. With Qt (LGPL), llama.cpp (MIT) and other free software.</source>
        <translation>MIT 라이선스. Qt(LGPL), llama.cpp(MIT) 등 자유 소프트웨어를 사용합니다.</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>진단 정보</translation>
    </message>
    <message>
        <source>For a bug report: versions, devices, settings and the last log lines. Nothing you wrote, no tokens.</source>
        <translation>문제를 신고할 때 쓰는 버전, 장치, 설정, 최근 로그입니다. 직접 쓴 글과 토큰은 들어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>What Coterie did, in files of at most 4 MB.</source>
        <translation>Coterie의 동작 기록입니다. 최대 4 MB까지 보관합니다.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Show the keyboard shortcuts</source>
        <translation>키보드 단축키 보기</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Open the folder with the logs</source>
        <translation>로그 폴더 열기</translation>
    </message>
</context>
<context>
    <name>ActivityCard</name>
    <message>
        <source>Activity</source>
        <translation>작업 현황</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>쓰기</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>읽기</translation>
    </message>
    <message>
        <source>Each step</source>
        <translation>한 단계</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>재사용</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>미리 예측</translation>
    </message>
    <message>
        <source>Context in use</source>
        <translation>사용 중인 컨텍스트</translation>
    </message>
    <message>
        <source>Cached</source>
        <translation>캐시에 보관</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>{count} active</source>
        <translation>{count}개 진행 중</translation>
    </message>
    <message>
        <source>{count} waiting</source>
        <translation>{count}개 대기 중</translation>
    </message>
    <message>
        <source>{speed} tokens per second</source>
        <translation>초당 {speed}토큰</translation>
    </message>
    <message>
        <source>{rows} tokens, {share} outside llama.cpp</source>
        <translation>{rows}토큰, llama.cpp 밖 {share}</translation>
    </message>
    <message>
        <source>{percent} of {count} tokens of prompts</source>
        <translation>프롬프트 {count}토큰 중 {percent}</translation>
    </message>
    <message>
        <source>{percent} of {count} tokens correct</source>
        <translation>{count}토큰 중 {percent} 맞음</translation>
    </message>
    <message>
        <source>{used} of {size} tokens</source>
        <translation>{size}토큰 중 {used}토큰</translation>
    </message>
    <message>
        <source>{ram} in memory, {disk} on disk</source>
        <translation>메모리에 {ram}, 디스크에 {disk}</translation>
    </message>
</context>
<context>
    <name>AddServer</name>
    <message>
        <source>Name of the server</source>
        <translation>서버 이름</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>Kind of server</source>
        <translation>서버 종류</translation>
    </message>
    <message>
        <source>Command, such as uvx mcp-server-time</source>
        <translation>명령(예: uvx mcp-server-time)</translation>
    </message>
    <message>
        <source>The whole command of the server</source>
        <translation>서버의 전체 명령</translation>
    </message>
    <message>
        <source>It runs in the sandbox. Before it starts you see the whole command and what it may do, and agree to it.</source>
        <translation>샌드박스 안에서 실행됩니다. 시작하기 전에 전체 명령과 허용되는 일을 보여 드리고 동의를 받습니다.</translation>
    </message>
    <message>
        <source>Add a variable</source>
        <translation>변수 추가</translation>
    </message>
    <message>
        <source>The address of the server</source>
        <translation>서버 주소</translation>
    </message>
    <message>
        <source>A key goes into a header, such as Authorization: Bearer …; its value is kept secret.</source>
        <translation>키는 Authorization: Bearer …와 같은 헤더에 넣어 주세요. 값은 비밀로 보관됩니다.</translation>
    </message>
    <message>
        <source>Add a header</source>
        <translation>헤더 추가</translation>
    </message>
    <message>
        <source>Name of the server, the first part of its tools’ names</source>
        <translation>서버 이름(도구 이름의 앞부분이 됩니다)</translation>
    </message>
    <message>
        <source>Add tool server</source>
        <translation>도구 서버 추가</translation>
    </message>
    <message>
        <source>Add this server</source>
        <translation>이 서버 추가</translation>
    </message>
</context>
<context>
    <name>AddSkills</name>
    <message>
        <source>Folder with skills</source>
        <translation>스킬이 있는 폴더</translation>
    </message>
    <message>
        <source>ZIP file with skills</source>
        <translation>스킬이 있는 ZIP 파일</translation>
    </message>
    <message>
        <source>ZIP files (*.zip)</source>
        <translation>ZIP 파일 (*.zip)</translation>
    </message>
    <message>
        <source>Add skills</source>
        <translation>스킬 추가</translation>
    </message>
    <message>
        <source>These belong to other programs on this computer.</source>
        <translation>아래는 이 컴퓨터의 다른 프로그램에 있는 스킬입니다.</translation>
    </message>
    <message>
        <source>No other program on this computer has any. Choose a folder or a ZIP file.</source>
        <translation>이 컴퓨터의 다른 프로그램에는 스킬이 없습니다. 폴더나 ZIP 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>A skill is a folder with instructions for a kind of task. The model follows them when a task needs them, so read what you add.</source>
        <translation>스킬은 특정한 작업을 하는 방법을 적은 폴더입니다. 작업에 필요하면 모델이 그대로 따르므로, 추가하기 전에 읽어 보세요.</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>폴더…</translation>
    </message>
    <message>
        <source>ZIP file…</source>
        <translation>ZIP 파일…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
</context>
<context>
    <name>AgreedInstructions</name>
    <message>
        <source>None. You’re asked before a project’s instructions count.</source>
        <translation>없습니다. 프로젝트 지침을 따르기 전에 먼저 물어봅니다.</translation>
    </message>
    <message>
        <source>Take back: {path}</source>
        <translation>동의 철회: {path}</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>동의 철회</translation>
    </message>
</context>
<context>
    <name>AllowedCard</name>
    <message>
        <source>Read and change files in {folder}</source>
        <translation>{folder} 폴더의 파일 읽기와 변경</translation>
    </message>
    <message>
        <source>Whatever stays in the sandbox, in {folder}</source>
        <translation>샌드박스 안에서 하는 모든 일, {folder} 폴더</translation>
    </message>
    <message>
        <source>Read in {folder}</source>
        <translation>{folder} 폴더 읽기</translation>
    </message>
    <message>
        <source>Allowed so far</source>
        <translation>지금까지 허용한 일</translation>
    </message>
    <message>
        <source>Revoke: {what}</source>
        <translation>{what} 허용 취소</translation>
    </message>
    <message>
        <source>Nothing else</source>
        <translation>그 밖에는 없음</translation>
    </message>
</context>
<context>
    <name>AnswerBar</name>
    <message>
        <source>Message to the model (optional)</source>
        <translation>모델에게 전할 말(선택)</translation>
    </message>
    <message>
        <source>Reason, shown to the model</source>
        <translation>거부하는 이유(모델에게 전달됩니다)</translation>
    </message>
    <message>
        <source>Deny</source>
        <translation>거부</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>AnswerBody</name>
    <message>
        <source>Show all ({count} more characters)</source>
        <translation>모두 보기({count}자 더 있음)</translation>
    </message>
</context>
<context>
    <name>AnswerCard</name>
    <message>
        <source>Continue</source>
        <translation>이어서 쓰기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Go on without pictures</source>
        <translation>이미지 없이 계속</translation>
    </message>
    <message>
        <source>Ask {model}</source>
        <translation>{model} 모델에 묻기</translation>
    </message>
    <message>
        <source>Assistant, {time}: {words}</source>
        <translation>어시스턴트, {time}: {words}</translation>
    </message>
</context>
<context>
    <name>AnswerControls</name>
    <message>
        <source>No limit</source>
        <translation>제한 없음</translation>
    </message>
    <message>
        <source>For example: Answer briefly, and say when you are not sure.</source>
        <translation>예: 짧게 답하고, 확실하지 않으면 그렇다고 말해 주세요.</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>시스템 프롬프트</translation>
    </message>
    <message>
        <source>Instructions the model gets before every chat.</source>
        <translation>모든 대화에서 모델에게 먼저 전달되는 지시문입니다.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도(Temperature)</translation>
    </message>
    <message>
        <source>Lower is more predictable, higher more varied. 0 always picks the most likely word.</source>
        <translation>낮을수록 일정하고 높을수록 다양해집니다. 0이면 항상 확률이 가장 높은 단어를 고릅니다.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Considers only this many of the most likely tokens. 0 turns it off.</source>
        <translation>확률이 높은 토큰을 이 개수만큼만 남기고 고릅니다. 0이면 제한하지 않습니다.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Considers the most likely tokens that together make up this share.</source>
        <translation>확률의 합이 이 비율에 이를 때까지 확률이 높은 토큰만 남기고 고릅니다.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Leaves out tokens less likely than this fraction of the most likely one.</source>
        <translation>가장 높은 확률에 이 비율을 곱한 값보다 확률이 낮은 토큰은 제외합니다.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>반복 페널티(Repetition penalty)</translation>
    </message>
    <message>
        <source>Above 1, recently used words become less likely.</source>
        <translation>1보다 크면 방금 쓴 단어가 다시 나올 가능성이 줄어듭니다.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드(Seed)</translation>
    </message>
    <message>
        <source>The same seed and question give the same answer. Without one, each answer differs.</source>
        <translation>시드와 질문이 같으면 답변도 같습니다. 정하지 않으면 매번 다릅니다.</translation>
    </message>
    <message>
        <source>Maximum answer length</source>
        <translation>최대 답변 길이</translation>
    </message>
    <message>
        <source>In tokens, including reasoning.</source>
        <translation>추론을 포함한 토큰 수입니다.</translation>
    </message>
</context>
<context>
    <name>AnswerEnd</name>
    <message>
        <source>The answer reached the maximum length and stopped.</source>
        <translation>최대 길이에 도달해 멈췄습니다.</translation>
    </message>
    <message>
        <source>Stopped before anything was written.</source>
        <translation>답변을 쓰기 전에 중지했습니다.</translation>
    </message>
    <message>
        <source>Stopped. The text so far is kept.</source>
        <translation>중지했습니다. 지금까지 쓴 내용은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>No answer was received.</source>
        <translation>답변이 오지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>AnswerRow</name>
    <message>
        <source>Answer</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Copy this answer</source>
        <translation>이 답변 복사</translation>
    </message>
</context>
<context>
    <name>AnswerSteps</name>
    <message>
        <source>1 step</source>
        <translation>1단계</translation>
    </message>
    <message>
        <source>{count} steps</source>
        <translation>{count}단계</translation>
    </message>
    <message>
        <source>1 file changed</source>
        <translation>파일 1개 변경</translation>
    </message>
    <message>
        <source>{count} files changed</source>
        <translation>파일 {count}개 변경</translation>
    </message>
    <message>
        <source>opened</source>
        <translation>열림</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>닫힘</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>검토</translation>
    </message>
    <message>
        <source>Review what this answer changed</source>
        <translation>이 답변이 바꾼 내용 검토</translation>
    </message>
    <message>
        <source>Undo all</source>
        <translation>모두 되돌리기</translation>
    </message>
    <message>
        <source>Undo what this answer changed</source>
        <translation>이 답변이 바꾼 것을 되돌리기</translation>
    </message>
</context>
<context>
    <name>AppearanceSection</name>
    <message>
        <source>Appearance</source>
        <translation>화면</translation>
    </message>
    <message>
        <source>Dark mode, font size, zoom</source>
        <translation>다크 모드, 글꼴 크기, 확대</translation>
    </message>
    <message>
        <source>System</source>
        <translation>시스템</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>표준</translation>
    </message>
    <message>
        <source>High</source>
        <translation>높음</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>대비</translation>
    </message>
    <message>
        <source>High makes text and outlines stand out more, in light and in dark.</source>
        <translation>높음을 고르면 밝은 화면과 어두운 화면 모두에서 글자와 테두리가 더 뚜렷하게 보입니다.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>글자 크기</translation>
    </message>
</context>
<context>
    <name>Approval</name>
    <message>
        <source>Run this?</source>
        <translation>이 명령을 실행할까요?</translation>
    </message>
    <message>
        <source>Open this page?</source>
        <translation>이 페이지를 가져올까요?</translation>
    </message>
    <message>
        <source>{server} asks you</source>
        <translation>{server}에서 묻습니다</translation>
    </message>
    <message>
        <source>{server} asks you to open a page</source>
        <translation>{server}에서 페이지를 열어 달라고 합니다</translation>
    </message>
    <message>
        <source>Use this tool from “{server}”?</source>
        <translation>‘{server}’의 이 도구를 사용할까요?</translation>
    </message>
    <message>
        <source>Use this tool?</source>
        <translation>이 도구를 사용할까요?</translation>
    </message>
    <message>
        <source>Delete this file?</source>
        <translation>이 파일을 삭제할까요?</translation>
    </message>
    <message>
        <source>Change this file?</source>
        <translation>이 파일을 변경할까요?</translation>
    </message>
    <message>
        <source>Delete these files?</source>
        <translation>이 파일들을 삭제할까요?</translation>
    </message>
    <message>
        <source>Change these files?</source>
        <translation>이 파일들을 변경할까요?</translation>
    </message>
    <message>
        <source>may change files</source>
        <translation>파일을 변경할 수 있음</translation>
    </message>
    <message>
        <source>deletes 1 file</source>
        <translation>파일 1개 삭제</translation>
    </message>
    <message>
        <source>changes 1 file</source>
        <translation>파일 1개 변경</translation>
    </message>
    <message>
        <source>deletes {count} files</source>
        <translation>파일 {count}개 삭제</translation>
    </message>
    <message>
        <source>changes {count} files</source>
        <translation>파일 {count}개 변경</translation>
    </message>
    <message>
        <source>cannot be undone</source>
        <translation>되돌릴 수 없음</translation>
    </message>
    <message>
        <source>a snapshot is taken first</source>
        <translation>먼저 스냅샷을 저장합니다</translation>
    </message>
    <message>
        <source>for the tool {tool}</source>
        <translation>{tool} 도구의 질문</translation>
    </message>
    <message>
        <source>not in a sandbox: it can reach your files and the network</source>
        <translation>샌드박스 밖: 내 파일과 네트워크에 접근할 수 있음</translation>
    </message>
    <message>
        <source>in the sandbox, with network</source>
        <translation>샌드박스 안, 네트워크 사용</translation>
    </message>
    <message>
        <source>in the sandbox, no network</source>
        <translation>샌드박스 안, 네트워크 없음</translation>
    </message>
    <message>
        <source>from the network</source>
        <translation>네트워크에서</translation>
    </message>
    <message>
        <source>only in its working folder</source>
        <translation>작업 폴더 안에서만</translation>
    </message>
    <message>
        <source>It can have effects outside its working folder.</source>
        <translation>작업 폴더 밖에도 영향을 줄 수 있습니다.</translation>
    </message>
    <message>
        <source>goes to a remote server</source>
        <translation>외부 서버로 전송</translation>
    </message>
    <message>
        <source>Let commands read this?</source>
        <translation>명령이 이것을 읽게 할까요?</translation>
    </message>
    <message>
        <source>Search the web for this?</source>
        <translation>웹에서 다음을 검색할까요?</translation>
    </message>
    <message>
        <source>Let “{server}” open this?</source>
        <translation>“{server}”에서 이 주소를 열도록 허용할까요?</translation>
    </message>
    <message>
        <source>Let “{server}” start this task?</source>
        <translation>‘{server}’ 프로그램이 이 작업을 시작해도 될까요?</translation>
    </message>
    <message>
        <source>Create this file?</source>
        <translation>이 파일을 만들까요?</translation>
    </message>
    <message>
        <source>creates 1 file</source>
        <translation>파일 1개 생성</translation>
    </message>
    <message>
        <source>in the sandbox, only with hosts that you allow</source>
        <translation>샌드박스 안, 허용한 호스트에만 연결</translation>
    </message>
    <message>
        <source>goes to {host}</source>
        <translation>{host} 서버로 전송</translation>
    </message>
    <message>
        <source>only these addresses, from its own sandbox</source>
        <translation>자체 샌드박스에서 이 주소만</translation>
    </message>
    <message>
        <source>outside its working folder, only to be read</source>
        <translation>작업 폴더 밖, 읽기만 가능</translation>
    </message>
    <message>
        <source>in the sandbox</source>
        <translation>샌드박스 안</translation>
    </message>
    <message>
        <source>not in a sandbox: the server decides what to do with it</source>
        <translation>샌드박스 밖: 서버가 마음대로 처리할 수 있음</translation>
    </message>
    <message>
        <source>exact command</source>
        <translation>정확한 명령</translation>
    </message>
    <message>
        <source>exact program</source>
        <translation>정확한 프로그램</translation>
    </message>
    <message>
        <source>exact address</source>
        <translation>정확한 주소</translation>
    </message>
    <message>
        <source>exact words</source>
        <translation>정확한 검색어</translation>
    </message>
    <message>
        <source>all paths</source>
        <translation>모든 경로</translation>
    </message>
    <message>
        <source>all addresses</source>
        <translation>모든 주소</translation>
    </message>
    <message>
        <source>the whole task</source>
        <translation>작업 전체</translation>
    </message>
    <message>
        <source>all arguments</source>
        <translation>모든 인수</translation>
    </message>
    <message>
        <source>{what}, {count} lines</source>
        <translation>{what}, {count}줄</translation>
    </message>
    <message>
        <source>For the helper that has this task: {task}</source>
        <translation>이 일을 맡은 도우미의 요청: {task}</translation>
    </message>
    <message>
        <source>These words leave this computer. No page is opened.</source>
        <translation>이 검색어는 컴퓨터 밖으로 나갑니다. 페이지는 열지 않습니다.</translation>
    </message>
    <message>
        <source>{mode} The name is what the program calls itself.</source>
        <translation>{mode} 이름은 프로그램이 스스로 밝힌 것입니다.</translation>
    </message>
    <message>
        <source>It deletes files.</source>
        <translation>파일을 삭제합니다.</translation>
    </message>
    <message>
        <source>It uses the network.</source>
        <translation>네트워크를 사용합니다.</translation>
    </message>
    <message>
        <source>Commands of this run serve it. Your yes ends with the command or the run.</source>
        <translation>이 작업의 명령이 제공하는 주소입니다. 허용은 명령이나 작업이 끝나면 함께 끝납니다.</translation>
    </message>
    <message>
        <source>A command failed because it does not see this.</source>
        <translation>명령에 보이지 않아 실행에 실패했습니다.</translation>
    </message>
    <message>
        <source>It deletes what is there.</source>
        <translation>이미 있는 것을 삭제합니다.</translation>
    </message>
    <message>
        <source>What it would run can’t be told from the text alone.</source>
        <translation>내용만 봐서는 무엇이 실행될지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>The tool comes from a server, not from Coterie.</source>
        <translation>Coterie의 도구가 아니라 서버가 제공하는 도구입니다.</translation>
    </message>
    <message>
        <source>This run has read text from outside, which may have told the model to do this.</source>
        <translation>이 작업은 외부의 글을 읽었습니다. 그 글이 모델에게 이렇게 하라고 시켰을 수 있습니다.</translation>
    </message>
    <message>
        <source>This is so risky that Coterie always asks, whatever was allowed.</source>
        <translation>매우 위험한 일이라, 무엇을 허용했든 항상 확인합니다.</translation>
    </message>
    <message>
        <source>Always allow</source>
        <translation>항상 허용</translation>
    </message>
    <message>
        <source>Allow for this answer</source>
        <translation>이 답변에서 허용</translation>
    </message>
    <message>
        <source>Allow once</source>
        <translation>한 번 허용</translation>
    </message>
    <message>
        <source>Allow in this run</source>
        <translation>이 작업에서 허용</translation>
    </message>
    <message>
        <source>Allow in this folder</source>
        <translation>이 폴더에서 허용</translation>
    </message>
    <message>
        <source>Allow this server</source>
        <translation>이 서버 허용</translation>
    </message>
    <message>
        <source>Allow package registries</source>
        <translation>패키지 저장소 허용</translation>
    </message>
    <message>
        <source>Allow the whole network once</source>
        <translation>이번만 네트워크 전체 허용</translation>
    </message>
    <message>
        <source>“Allow in this folder” covers further tasks of “{server}” here, in this mode or a stricter one.</source>
        <translation>‘이 폴더에서 허용’을 고르면 앞으로 ‘{server}’ 프로그램이 이 폴더에 맡기는 작업은 같은 방식이나 더 엄격한 방식일 때 묻지 않고 시작합니다.</translation>
    </message>
    <message>
        <source>“Allow in this folder” covers {hosts} for every command.</source>
        <translation>‘이 폴더에서 허용’을 고르면 모든 명령이 {hosts}에 연결할 수 있습니다.</translation>
    </message>
    <message>
        <source>“Allow in this folder” covers {hosts} for every command; “Allow package registries” covers PyPI, npm, crates.io, and the like.</source>
        <translation>‘이 폴더에서 허용’을 고르면 모든 명령이 {hosts}에 연결할 수 있고, ‘패키지 저장소 허용’을 고르면 PyPI, npm, crates.io 등에 연결할 수 있습니다.</translation>
    </message>
    <message>
        <source>these hosts</source>
        <translation>이 호스트들</translation>
    </message>
    <message>
        <source>“Allow in…” covers every command that begins with: {pattern}</source>
        <translation>‘…에서 허용’을 고르면 다음으로 시작하는 모든 명령이 허용됩니다: {pattern}</translation>
    </message>
    <message>
        <source>“Allow in…” covers {hosts}, and every command that begins with: {pattern}</source>
        <translation>‘…에서 허용’을 고르면 {hosts}에 연결할 수 있고, 다음으로 시작하는 모든 명령이 허용됩니다: {pattern}</translation>
    </message>
    <message>
        <source>A broader yes covers every search at: {pattern}</source>
        <translation>넓게 허용하면 다음에서 하는 모든 검색이 포함됩니다: {pattern}</translation>
    </message>
    <message>
        <source>“Allow in…” covers this file: {pattern}</source>
        <translation>‘…에서 허용’을 고르면 다음 파일이 허용됩니다: {pattern}</translation>
    </message>
    <message>
        <source>“Allow in…” covers every address of: {pattern}</source>
        <translation>‘…에서 허용’을 고르면 다음의 모든 주소가 허용됩니다: {pattern}</translation>
    </message>
    <message>
        <source>“Allow in…” covers every use of {tool}; “Allow this server” covers all tools of “{server}”.</source>
        <translation>‘…에서 허용’을 고르면 {tool}의 모든 사용이 허용됩니다. ‘이 서버 허용’은 ‘{server}’의 모든 도구를 허용합니다.</translation>
    </message>
    <message>
        <source>“Allow in…” covers every use of {tool}.</source>
        <translation>‘…에서 허용’을 고르면 {tool}의 모든 사용이 허용됩니다.</translation>
    </message>
</context>
<context>
    <name>ApprovalCard</name>
    <message>
        <source>New file</source>
        <translation>새 파일</translation>
    </message>
    <message>
        <source>Would be deleted</source>
        <translation>삭제될 내용</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>변경될 내용</translation>
    </message>
    <message>
        <source>Decline</source>
        <translation>거절</translation>
    </message>
    <message>
        <source>Deny…</source>
        <translation>거부…</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>브라우저에서 열기</translation>
    </message>
    <message>
        <source>Allow</source>
        <translation>허용</translation>
    </message>
    <message>
        <source>{host} contains letters of another alphabet. It may only look like an address you know.</source>
        <translation>{host}에는 다른 문자 체계의 글자가 들어 있습니다. 아는 주소와 비슷해 보이기만 할 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>Attaching</name>
    <message>
        <source>Only the first {count} files were attached.</source>
        <translation>처음 {count}개 파일만 첨부했습니다.</translation>
    </message>
    <message>
        <source>“{name}” is still being read. Send again when it is done, or remove it.</source>
        <translation>“{name}” 파일을 아직 읽고 있습니다. 다 읽은 뒤 다시 보내거나 첨부를 제거하세요.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Choose parts…</source>
        <translation>범위 선택…</translation>
    </message>
    <message>
        <source>Read them</source>
        <translation>읽기</translation>
    </message>
    <message>
        <source>What is read part by part can’t wait in line. Send this question when the answer is done.</source>
        <translation>나누어 모두 읽는 파일은 질문 대기열에 둘 수 없습니다. 답변이 끝나면 이 질문을 보내 주세요.</translation>
    </message>
    <message>
        <source>Search in it</source>
        <translation>관련 부분만 찾기</translation>
    </message>
    <message>
        <source>Read part by part</source>
        <translation>나누어 모두 읽기</translation>
    </message>
    <message>
        <source>A folder doesn’t fit into a message, but the model can work in it with tools.</source>
        <translation>폴더는 메시지에 넣을 수 없지만, 도구를 켜면 모델이 그 안에서 작업할 수 있습니다.</translation>
    </message>
    <message>
        <source>Your desktop doesn’t let apps see the screen. Take a picture with its own tool and paste it.</source>
        <translation>이 데스크톱에서는 앱이 화면을 캡처할 수 없습니다. 시스템 도구로 캡처한 다음 여기에 붙여 넣어 주세요.</translation>
    </message>
    <message>
        <source>There is no more room in this message.</source>
        <translation>이 메시지에는 더 넣을 공간이 없습니다.</translation>
    </message>
</context>
<context>
    <name>AttachmentChip</name>
    <message>
        <source>Waiting to be read</source>
        <translation>읽기 대기 중</translation>
    </message>
    <message>
        <source>Reading page {page} of {count}</source>
        <translation>{count}쪽 가운데 {page}번째 읽는 중</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>Reading: {count} parts so far</source>
        <translation>읽는 중: {count}개 부분 완료</translation>
    </message>
    <message>
        <source>part by part</source>
        <translation>나누어 모두 읽음</translation>
    </message>
    <message>
        <source>Read part by part for what you ask</source>
        <translation>질문에 맞추어 나누어 모두 읽음</translation>
    </message>
    <message>
        <source>searched</source>
        <translation>관련 부분만 읽음</translation>
    </message>
    <message>
        <source>Searched for what you ask</source>
        <translation>질문과 관련 있는 부분만 읽음</translation>
    </message>
    <message>
        <source>read by {model}</source>
        <translation>{model} 모델이 읽음</translation>
    </message>
    <message>
        <source>part {part}</source>
        <translation>{part}번째 부분</translation>
    </message>
    <message>
        <source>parts {first} to {last}</source>
        <translation>{first}~{last}번째 부분</translation>
    </message>
    <message>
        <source>about {tokens} tokens</source>
        <translation>약 {tokens}토큰</translation>
    </message>
    <message>
        <source>{tokens} tokens</source>
        <translation>{tokens}토큰</translation>
    </message>
    <message>
        <source>{tokens} tokens, about {time} to read</source>
        <translation>{tokens}토큰, 읽는 데 약 {time}</translation>
    </message>
    <message>
        <source>Remove “{name}”</source>
        <translation>“{name}” 제거</translation>
    </message>
    <message>
        <source>Attached: {name}</source>
        <translation>첨부: {name}</translation>
    </message>
</context>
<context>
    <name>AwayNotes</name>
    <message>
        <source>The answer is ready</source>
        <translation>답변이 준비되었습니다</translation>
    </message>
</context>
<context>
    <name>BackgroundCard</name>
    <message>
        <source>port {port}</source>
        <translation>포트 {port}</translation>
    </message>
    <message>
        <source>running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>ended (signal {signal})</source>
        <translation>끝남(신호 {signal}번)</translation>
    </message>
    <message>
        <source>ended ({code})</source>
        <translation>끝남({code})</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>In the background</source>
        <translation>백그라운드</translation>
    </message>
    <message>
        <source>Stop {command}</source>
        <translation>{command} 중지</translation>
    </message>
</context>
<context>
    <name>BackgroundSection</name>
    <message>
        <source>In the background</source>
        <translation>백그라운드</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>물어보기</translation>
    </message>
    <message>
        <source>Keep serving</source>
        <translation>서버 계속 켜 두기</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
    <message>
        <source>When the window is closed</source>
        <translation>창을 닫으면</translation>
    </message>
    <message>
        <source>While the server is on. “Keep serving” lets programs go on using your models. To bring the window back, start Coterie again.</source>
        <translation>서버가 켜져 있을 때입니다. ‘서버 계속 켜 두기’를 고르면 다른 프로그램이 모델을 계속 쓸 수 있습니다. Coterie를 다시 실행하면 창이 열립니다.</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>로그인할 때 시작</translation>
    </message>
    <message>
        <source>Without a window. The server is on if you left it on.</source>
        <translation>창 없이 시작합니다. 서버를 켜 두었다면 서버도 켜집니다.</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>BarRow</name>
    <message>
        <source>{size}, read as needed</source>
        <translation>{size}, 필요할 때 읽음</translation>
    </message>
    <message>
        <source>free {size}</source>
        <translation>남은 공간 {size}</translation>
    </message>
    <message>
        <source>kept free {size}</source>
        <translation>비워 두는 공간 {size}</translation>
    </message>
</context>
<context>
    <name>BarsCard</name>
    <message>
        <source>free</source>
        <translation>남은 공간</translation>
    </message>
    <message>
        <source>kept free</source>
        <translation>비워 두는 공간</translation>
    </message>
</context>
<context>
    <name>Bubble</name>
    <message>
        <source>Show all ({count} characters)</source>
        <translation>모두 보기({count}자)</translation>
    </message>
</context>
<context>
    <name>BudgetFold</name>
    <message>
        <source>{count} steps</source>
        <translation>{count}단계</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count}분</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>한도</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>제한 없음</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계 수</translation>
    </message>
    <message>
        <source>Minutes</source>
        <translation>시간(분)</translation>
    </message>
    <message>
        <source>Output tokens</source>
        <translation>출력 토큰</translation>
    </message>
    <message>
        <source>Tool calls</source>
        <translation>도구 호출 수</translation>
    </message>
    <message>
        <source>When one is used up, the model is asked for its answer and the run stops. Resuming gives it as much again. Time spent waiting for you doesn’t count.</source>
        <translation>하나라도 다 쓰면 모델에게 답을 받고 멈춥니다. 이어서 진행하면 같은 만큼 더 쓸 수 있습니다. 사용자를 기다리는 시간은 세지 않습니다.</translation>
    </message>
</context>
<context>
    <name>BulkBar</name>
    <message>
        <source>{count} selected</source>
        <translation>{count}개 선택됨</translation>
    </message>
    <message>
        <source>Move to a project</source>
        <translation>프로젝트로 이동</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>보관</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Clear selection</source>
        <translation>선택 해제</translation>
    </message>
</context>
<context>
    <name>CacheCard</name>
    <message>
        <source>on {place}</source>
        <translation>{place}에 있음</translation>
    </message>
    <message>
        <source>in RAM</source>
        <translation>RAM에 있음</translation>
    </message>
    <message>
        <source>in RAM only</source>
        <translation>RAM에만 있음</translation>
    </message>
    <message>
        <source>on the disk only</source>
        <translation>디스크에만 있음</translation>
    </message>
    <message>
        <source>Experts kept on {place}</source>
        <translation>{place}에 둔 전문가</translation>
    </message>
    <message>
        <source>Experts kept on {place} and in RAM</source>
        <translation>{place}와 RAM에 둔 전문가</translation>
    </message>
    <message>
        <source>Experts kept in RAM</source>
        <translation>RAM에 둔 전문가</translation>
    </message>
    <message>
        <source>not used yet</source>
        <translation>아직 쓰지 않음</translation>
    </message>
    <message>
        <source>idle since {time}</source>
        <translation>{time}부터 대기 중</translation>
    </message>
    <message>
        <source>of the needed experts were already there</source>
        <translation>필요한 전문가 가운데 이미 있던 비율</translation>
    </message>
    <message>
        <source>{words}, {range} expected</source>
        <translation>{words}, 예상&#xa0;{range}</translation>
    </message>
    <message>
        <source>{words}; {percent} on {place}</source>
        <translation>{words}, {place}에서&#xa0;{percent}</translation>
    </message>
    <message>
        <source>read from the disk for each token</source>
        <translation>토큰마다 디스크에서 읽은 양</translation>
    </message>
    <message>
        <source>of the time, the disk was reading</source>
        <translation>디스크가 읽고 있던 시간의 비율</translation>
    </message>
    <message>
        <source>of experts loaded for each token</source>
        <translation>토큰마다 옮겨 온 전문가</translation>
    </message>
    <message>
        <source>of results transferred for each token</source>
        <translation>토큰마다 오간 계산 결과</translation>
    </message>
    <message>
        <source>Layer {layer}, expert {expert}: {where}</source>
        <translation>레이어 {layer}, 전문가 {expert}: {where}</translation>
    </message>
    <message>
        <source>Layer {layer}, expert {expert}: on {place}</source>
        <translation>레이어 {layer}, 전문가 {expert}: {place}에 있음</translation>
    </message>
    <message>
        <source>Layer {layer}, expert {expert}: in RAM only</source>
        <translation>레이어 {layer}, 전문가 {expert}: RAM에만 있음</translation>
    </message>
    <message>
        <source>Nothing there yet. Send a message in the chat.</source>
        <translation>아직 둔 전문가가 없습니다. 대화에서 메시지를 보내 보세요.</translation>
    </message>
    <message>
        <source>{count} of the {total} experts of layers {layers} are there now</source>
        <translation>지금 레이어 {layers}의 전문가 {total}개 중 {count}개가 있음</translation>
    </message>
    <message>
        <source>on {place} or in RAM</source>
        <translation>{place}나 RAM에 있음</translation>
    </message>
    <message>
        <source>Map of the experts that are there, by layer. Arrow keys move from cell to cell.</source>
        <translation>레이어별로 둔 전문가를 나타낸 그림, 화살표 키로 칸을 옮겨 다닙니다</translation>
    </message>
</context>
<context>
    <name>CallWriting</name>
    <message>
        <source>Preparing {name}</source>
        <translation>{name} 준비 중</translation>
    </message>
    <message>
        <source>What is passed to {name}</source>
        <translation>{name}에 넘기는 값</translation>
    </message>
    <message>
        <source>Copy this call</source>
        <translation>이 호출 복사</translation>
    </message>
</context>
<context>
    <name>CatalogueCard</name>
    <message>
        <source>in your library</source>
        <translation>라이브러리에 있음</translation>
    </message>
</context>
<context>
    <name>ChatCommands</name>
    <message>
        <source>Searching “{name}”…</source>
        <translation>‘{name}’ 검색 중…</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>보내는 중…</translation>
    </message>
</context>
<context>
    <name>ChatExports</name>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Exported to “{name}”</source>
        <translation>‘{name}’에 내보냈습니다</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
</context>
<context>
    <name>ChatImport</name>
    <message>
        <source>{count} chats imported</source>
        <translation>대화 {count}개를 가져왔습니다</translation>
    </message>
    <message>
        <source>1 chat imported</source>
        <translation>대화 1개를 가져왔습니다</translation>
    </message>
</context>
<context>
    <name>ChatList</name>
    <message>
        <source>Chat deleted</source>
        <translation>대화를 삭제했습니다</translation>
    </message>
    <message>
        <source>{count} chats deleted</source>
        <translation>대화 {count}개를 삭제했습니다</translation>
    </message>
    <message>
        <source>Chat archived</source>
        <translation>대화를 보관했습니다</translation>
    </message>
    <message>
        <source>{count} chats archived</source>
        <translation>대화 {count}개를 보관했습니다</translation>
    </message>
    <message>
        <source>Chat is back in the list</source>
        <translation>대화를 목록으로 되돌렸습니다</translation>
    </message>
    <message>
        <source>{count} chats are back in the list</source>
        <translation>대화 {count}개를 목록으로 되돌렸습니다</translation>
    </message>
    <message>
        <source>Chat restored</source>
        <translation>대화를 복원했습니다</translation>
    </message>
    <message>
        <source>{count} chats restored</source>
        <translation>대화 {count}개를 복원했습니다</translation>
    </message>
    <message>
        <source>Chat moved to “{name}”</source>
        <translation>대화를 ‘{name}’ 프로젝트로 옮겼습니다</translation>
    </message>
    <message>
        <source>{count} chats moved to “{name}”</source>
        <translation>대화 {count}개를 ‘{name}’ 프로젝트로 옮겼습니다</translation>
    </message>
    <message>
        <source>Chat moved out of its project</source>
        <translation>대화를 프로젝트에서 뺐습니다</translation>
    </message>
    <message>
        <source>{count} chats moved out of their projects</source>
        <translation>대화 {count}개를 프로젝트에서 뺐습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>ChatMenus</name>
    <message>
        <source>Open in new window</source>
        <translation>새 창에서 열기</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>고정 해제</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>고정</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Project settings</source>
        <translation>프로젝트 설정</translation>
    </message>
    <message>
        <source>Delete project</source>
        <translation>프로젝트 삭제</translation>
    </message>
    <message>
        <source>Move to project</source>
        <translation>프로젝트로 이동</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>보관</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>No project</source>
        <translation>프로젝트 없음</translation>
    </message>
    <message>
        <source>New project…</source>
        <translation>새 프로젝트…</translation>
    </message>
</context>
<context>
    <name>ChatNotes</name>
    <message>
        <source>Needs you</source>
        <translation>확인이 필요합니다</translation>
    </message>
    <message>
        <source>“{title}” needs you</source>
        <translation>‘{title}’에 확인이 필요합니다</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
</context>
<context>
    <name>ChatWindow</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
</context>
<context>
    <name>ChatsSection</name>
    <message>
        <source>Chats and notifications</source>
        <translation>대화 및 알림</translation>
    </message>
    <message>
        <source>Name chats automatically</source>
        <translation>대화 제목 자동으로 짓기</translation>
    </message>
    <message>
        <source>The model names a chat after its first answer. A name you chose stays.</source>
        <translation>첫 답변이 끝나면 모델이 대화 제목을 짓습니다. 직접 정한 제목은 바뀌지 않습니다.</translation>
    </message>
    <message>
        <source>Shows a system notification while the window is in the background.</source>
        <translation>창이 뒤에 있을 때 시스템 알림으로 알려 줍니다.</translation>
    </message>
    <message>
        <source>Notify when an answer is ready or needs you</source>
        <translation>답변이 끝나거나 확인이 필요하면 알림</translation>
    </message>
    <message>
        <source>Notify when a run is done or needs you</source>
        <translation>작업이 끝나거나 확인이 필요하면 알림</translation>
    </message>
</context>
<context>
    <name>ChatsView</name>
    <message>
        <source>{count} chats</source>
        <translation>대화 {count}개</translation>
    </message>
</context>
<context>
    <name>ChipActions</name>
    <message>
        <source>Read all of it</source>
        <translation>전체 읽기</translation>
    </message>
    <message>
        <source>Search in it</source>
        <translation>관련 부분만 찾기</translation>
    </message>
    <message>
        <source>Read part by part</source>
        <translation>나누어 모두 읽기</translation>
    </message>
    <message>
        <source>Read pages that are pictures</source>
        <translation>그림으로 된 쪽 읽기</translation>
    </message>
    <message>
        <source>Show text</source>
        <translation>텍스트 보기</translation>
    </message>
    <message>
        <source>Show picture</source>
        <translation>이미지 보기</translation>
    </message>
    <message>
        <source>Choose parts…</source>
        <translation>범위 선택…</translation>
    </message>
    <message>
        <source>Insert as text</source>
        <translation>텍스트로 넣기</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
</context>
<context>
    <name>ChipStrip</name>
    <message>
        <source>Attachments</source>
        <translation>첨부한 항목</translation>
    </message>
</context>
<context>
    <name>ClearableField</name>
    <message>
        <source>Clear the search</source>
        <translation>검색 지우기</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Code, {language}</source>
        <translation>코드, {language}</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>Copy this code</source>
        <translation>이 코드 복사</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>페이지</translation>
    </message>
    <message>
        <source>Show the words of this page</source>
        <translation>이 페이지의 글 보기</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>Show the picture of this code</source>
        <translation>이 코드의 그림 보기</translation>
    </message>
    <message>
        <source>Wrap</source>
        <translation>줄바꿈</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>긴 줄 줄바꿈</translation>
    </message>
</context>
<context>
    <name>CodePreview</name>
    <message>
        <source>This picture can’t be shown: it isn’t valid SVG, or it is too large.</source>
        <translation>그림을 표시할 수 없습니다. 올바른 SVG가 아니거나 너무 큽니다.</translation>
    </message>
    <message>
        <source>Mermaid diagrams are shown as text.</source>
        <translation>Mermaid 다이어그램은 텍스트로 표시됩니다.</translation>
    </message>
    <message>
        <source>Picture of this code</source>
        <translation>이 코드의 그림</translation>
    </message>
    <message>
        <source>There are no words on this page. Save the code as a file to open it in a browser.</source>
        <translation>이 페이지에는 표시할 글이 없습니다. 파일로 저장하면 브라우저에서 열 수 있습니다.</translation>
    </message>
    <message>
        <source>These are only the words of the page: no scripts, layout, colors, or pictures.</source>
        <translation>페이지의 글만 표시합니다. 스크립트, 레이아웃, 색상, 그림은 빠집니다.</translation>
    </message>
</context>
<context>
    <name>CollectionChip</name>
    <message>
        <source>In: {name}</source>
        <translation>검색: {name}</translation>
    </message>
    <message>
        <source>Each question is answered from “{name}”, with its sources.</source>
        <translation>질문할 때마다 ‘{name}’ 모음에서 찾아 출처와 함께 답합니다.</translation>
    </message>
    <message>
        <source>Don’t search “{name}” in this chat</source>
        <translation>이 대화에서 ‘{name}’ 모음 검색하지 않기</translation>
    </message>
</context>
<context>
    <name>Collections</name>
    <message>
        <source>No documents yet</source>
        <translation>아직 문서가 없습니다</translation>
    </message>
    <message>
        <source>1 document</source>
        <translation>문서 1개</translation>
    </message>
    <message>
        <source>{count} documents</source>
        <translation>문서 {count}개</translation>
    </message>
    <message>
        <source>{count} still to be read</source>
        <translation>{count}개 읽는 중</translation>
    </message>
    <message>
        <source>search by words ready</source>
        <translation>단어 검색 준비됨</translation>
    </message>
    <message>
        <source>search by meaning ready</source>
        <translation>의미 검색 준비됨</translation>
    </message>
    <message>
        <source>search by meaning {share}</source>
        <translation>의미 검색 {share}</translation>
    </message>
    <message>
        <source>{count} too long to be read whole</source>
        <translation>{count}개는 길어서 앞부분만 읽음</translation>
    </message>
    <message>
        <source>Files are read once the answer is written.</source>
        <translation>답변을 다 쓴 뒤에 파일을 읽습니다.</translation>
    </message>
    <message>
        <source>Files are read when the computer isn’t on its battery.</source>
        <translation>배터리를 사용하지 않을 때 파일을 읽습니다.</translation>
    </message>
    <message>
        <source>… and {count} more</source>
        <translation>… 외 {count}개</translation>
    </message>
    <message>
        <source>Not there now. What was read of it is still found.</source>
        <translation>지금은 없지만, 읽어 둔 내용은 계속 검색됩니다.</translation>
    </message>
</context>
<context>
    <name>CollectionsControl</name>
    <message>
        <source>Attach files…</source>
        <translation>파일 첨부…</translation>
    </message>
    <message>
        <source>Screenshot…</source>
        <translation>화면 캡처…</translation>
    </message>
    <message>
        <source>Search in “{name}”</source>
        <translation>‘{name}’ 모음에서 검색</translation>
    </message>
    <message>
        <source>Collections…</source>
        <translation>모음…</translation>
    </message>
    <message>
        <source>Set up web search…</source>
        <translation>웹 검색 설정…</translation>
    </message>
    <message>
        <source>Search the web</source>
        <translation>웹 검색</translation>
    </message>
    <message>
        <source>“{name}” removed. Its files stay where they are.</source>
        <translation>‘{name}’ 모음을 제거했습니다. 파일은 그대로 남아 있습니다.</translation>
    </message>
    <message>
        <source>Removed from “{name}”. The files stay where they are.</source>
        <translation>‘{name}’ 모음에서 뺐습니다. 파일은 그대로 남아 있습니다.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>CollectionsSheet</name>
    <message>
        <source>Add a folder</source>
        <translation>폴더 추가</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>파일 추가</translation>
    </message>
    <message>
        <source>Collection</source>
        <translation>모음</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Name of the collection</source>
        <translation>모음 이름</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>It’s empty. Add folders or files, or drop them here.</source>
        <translation>비어 있습니다. 폴더나 파일을 추가하거나 여기로 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>Don’t use in this chat</source>
        <translation>이 대화에서 빼기</translation>
    </message>
    <message>
        <source>Use in this chat</source>
        <translation>이 대화에서 사용</translation>
    </message>
    <message>
        <source>Collections</source>
        <translation>모음</translation>
    </message>
    <message>
        <source>Folders and files that Coterie searches to answer a question. They stay where they are, and nothing leaves this computer unless you ask a model on a server.</source>
        <translation>질문에 답할 때 Coterie가 검색하는 폴더와 파일입니다. 파일은 그대로 있으며, 서버의 모델에 질문하지 않는 한 이 컴퓨터 밖으로 나가지 않습니다.</translation>
    </message>
    <message>
        <source>New collection…</source>
        <translation>새 모음…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>이름 바꾸기…</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>만들기</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>파일 추가…</translation>
    </message>
    <message>
        <source>Remove collection</source>
        <translation>모음 제거</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Couldn’t be read</source>
        <translation>읽지 못한 파일</translation>
    </message>
</context>
<context>
    <name>CommandsRead</name>
    <message>
        <source>Folder that commands may read</source>
        <translation>명령이 읽어도 되는 폴더</translation>
    </message>
    <message>
        <source>There are no commands here: this computer has no sandbox.</source>
        <translation>이 컴퓨터에는 샌드박스가 없어 명령을 실행하지 않습니다.</translation>
    </message>
    <message>
        <source>Found automatically: {names}</source>
        <translation>자동으로 찾은 도구: {names}</translation>
    </message>
    <message>
        <source>Added by you</source>
        <translation>직접 추가함</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Commands may no longer read {path}</source>
        <translation>명령이 더는 {path} 경로를 읽지 못하게 합니다</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Let commands read another folder</source>
        <translation>명령이 읽을 폴더 추가</translation>
    </message>
</context>
<context>
    <name>CommitSheet</name>
    <message>
        <source>The model is writing a message…</source>
        <translation>모델이 메시지를 쓰는 중…</translation>
    </message>
    <message>
        <source>Commit 1 file</source>
        <translation>파일 1개 커밋</translation>
    </message>
    <message>
        <source>Commit {count} files</source>
        <translation>파일 {count}개 커밋</translation>
    </message>
    <message>
        <source>On the branch {branch}. Only the ticked changes are committed: what you changed or staged yourself stays as it is. The repository’s hooks aren’t run, and nothing is pushed.</source>
        <translation>{branch} 브랜치에 커밋합니다. 선택한 변경만 커밋하고, 직접 바꾸거나 스테이징한 내용은 그대로 둡니다. 저장소의 훅은 실행하지 않으며 푸시하지 않습니다.</translation>
    </message>
    <message>
        <source>What changes, and why</source>
        <translation>무엇을 왜 바꾸는지</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Have the model write it</source>
        <translation>모델에게 맡기기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>커밋</translation>
    </message>
</context>
<context>
    <name>CompareColumn</name>
    <message>
        <source>Waiting for its turn</source>
        <translation>차례를 기다리는 중</translation>
    </message>
    <message>
        <source>Answering…</source>
        <translation>답변하는 중…</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>준비하는 중…</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>{speed} tok/s, {count} tokens</source>
        <translation>초당 {speed}토큰, 총 {count}토큰</translation>
    </message>
    <message>
        <source>Better answer</source>
        <translation>더 나은 답변</translation>
    </message>
    <message>
        <source>This one is better</source>
        <translation>이 답변이 더 나음</translation>
    </message>
</context>
<context>
    <name>CompareSheet</name>
    <message>
        <source>outside this computer</source>
        <translation>이 컴퓨터 밖</translation>
    </message>
    <message>
        <source>better {count}×</source>
        <translation>{count}번 더 나음</translation>
    </message>
    <message>
        <source>Compare models</source>
        <translation>모델 비교</translation>
    </message>
    <message>
        <source>Choose two or three models. They answer the last question one after the other. All answers stay in the chat.</source>
        <translation>모델을 두 개 또는 세 개 선택하세요. 마지막 질문에 차례로 답하며, 모든 답변은 대화에 남습니다.</translation>
    </message>
    <message>
        <source>You need at least two models. Get another one on the Models page.</source>
        <translation>모델이 두 개 이상 필요합니다. ‘모델’ 페이지에서 하나 더 받으세요.</translation>
    </message>
    <message>
        <source>Each model loads when its turn comes. You can close this: the answers stay in the chat.</source>
        <translation>모델은 차례가 되면 불러옵니다. 창을 닫아도 답변은 대화에 남습니다.</translation>
    </message>
    <message>
        <source>Choose the better answer. Coterie keeps count for each model.</source>
        <translation>더 나은 답변을 고르세요. 모델별로 횟수를 기록해 둡니다.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>ComparisonCard</name>
    <message>
        <source>Loading the model with each number of experts, to compare. This takes a minute or two.</source>
        <translation>비교하기 위해 전문가 수를 바꿔 가며 모델을 불러오고 있습니다. 1~2분쯤 걸립니다.</translation>
    </message>
    <message>
        <source>The same question, answered with each number of experts. Choose one under “Options”.</source>
        <translation>같은 질문에 전문가 수를 달리해 답한 결과입니다. ‘옵션’에서 선택할 수 있습니다.</translation>
    </message>
    <message>
        <source>1 expert: {speed} tokens per second</source>
        <translation>전문가 1개: 초당 {speed}토큰</translation>
    </message>
    <message>
        <source>{count} experts: {speed} tokens per second</source>
        <translation>전문가 {count}개: 초당 {speed}토큰</translation>
    </message>
    <message>
        <source>{figures}, the model’s own number</source>
        <translation>{figures}, 모델의 원래 수</translation>
    </message>
    <message>
        <source>{figures}, {times} times as fast</source>
        <translation>{figures}, {times}배 속도</translation>
    </message>
    <message>
        <source>{figures}, {share} of the next tokens are the same</source>
        <translation>{figures}, 다음 토큰의 {share}가 같음</translation>
    </message>
    <message>
        <source>Fewer experts</source>
        <translation>더 적은 전문가</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>중지(Esc)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>보내기(Enter)</translation>
    </message>
    <message>
        <source>Reasoning, if supported</source>
        <translation>추론(지원하는 경우)</translation>
    </message>
    <message>
        <source>The server is told your choice. Whether its model follows it shows in the answer.</source>
        <translation>선택한 내용을 서버에 전달합니다. 모델이 따르는지는 답변에서 확인할 수 있습니다.</translation>
    </message>
    <message>
        <source>Auto instead of {choice}</source>
        <translation>{choice} 대신 자동</translation>
    </message>
    <message>
        <source>Ask anything</source>
        <translation>무엇이든 물어보세요</translation>
    </message>
    <message>
        <source>Press Return to go to the question above</source>
        <translation>Enter를 누르면 위의 질문으로 갑니다</translation>
    </message>
    <message>
        <source>Write the next question</source>
        <translation>다음 질문을 입력하세요</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>Attach files, or choose what is searched</source>
        <translation>파일을 첨부하거나 검색할 곳 선택</translation>
    </message>
    <message>
        <source>This model doesn’t support your choice, so it decides on its own.</source>
        <translation>이 모델은 선택한 추론 방식을 지원하지 않아 자동으로 정합니다.</translation>
    </message>
</context>
<context>
    <name>ComposerHint</name>
    <message>
        <source>Tuning the model; it answers when that is done. You can send now.</source>
        <translation>모델을 이 PC에 최적화하는 중이며 끝나면 답변합니다. 지금 보내도 됩니다.</translation>
    </message>
    <message>
        <source>Loading the model. You can send now.</source>
        <translation>모델을 불러오는 중입니다. 지금 보내도 됩니다.</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>모델을 불러오는 중…</translation>
    </message>
    <message>
        <source>Loads when you start typing.</source>
        <translation>입력을 시작하면 모델을 불러옵니다.</translation>
    </message>
    <message>
        <source>Sent to {host}, outside this computer</source>
        <translation>이 컴퓨터 밖의 {host} 서버로 전송됩니다</translation>
    </message>
    <message>
        <source>Leaves this computer</source>
        <translation>이 컴퓨터를 벗어납니다</translation>
    </message>
    <message>
        <source>Reading this from the disk takes about {time}</source>
        <translation>디스크에서 읽는 데 {time}쯤 걸립니다</translation>
    </message>
    <message>
        <source>About {time}</source>
        <translation>{time}쯤</translation>
    </message>
</context>
<context>
    <name>ConnectSection</name>
    <message>
        <source>Connect</source>
        <translation>연결하기</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>What to give {program}</source>
        <translation>{program}에 넣을 내용</translation>
    </message>
    <message>
        <source>Copy what to give {program}</source>
        <translation>{program}에 넣을 내용 복사</translation>
    </message>
    <message>
        <source>Programs not listed here take the address, a key, and the model “default”.</source>
        <translation>목록에 없는 프로그램에는 주소와 키, 모델 이름 ‘default’를 입력하세요.</translation>
    </message>
    <message>
        <source>In {file}</source>
        <translation>{file} 파일에</translation>
    </message>
    <message>
        <source>In {program}: {place}</source>
        <translation>{program}: {place}</translation>
    </message>
    <message>
        <source>In your program</source>
        <translation>프로그램 코드에</translation>
    </message>
    <message>
        <source>In a terminal</source>
        <translation>터미널에서</translation>
    </message>
    <message>
        <source>“Chat: Open Language Models (JSON)” in the command palette opens this file.</source>
        <translation>이 파일은 명령 팔레트의 ‘Chat: Open Language Models (JSON)’ 명령으로 엽니다.</translation>
    </message>
    <message>
        <source>If it runs in a container, use the address for other devices.</source>
        <translation>컨테이너에서 실행한다면 다른 기기용 주소를 쓰세요.</translation>
    </message>
    <message>
        <source>For the Copilot plug-in.</source>
        <translation>Copilot 플러그인에서 씁니다.</translation>
    </message>
    <message>
        <source>Works with any model.</source>
        <translation>어떤 모델이든 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Needs a model with a context of {count} tokens or more that uses tools well.</source>
        <translation>컨텍스트가 {count}토큰 이상이고 도구를 잘 쓰는 모델이 필요합니다.</translation>
    </message>
    <message>
        <source>The model in use has {count}.</source>
        <translation>지금 쓰는 모델의 컨텍스트는 {count}토큰입니다.</translation>
    </message>
</context>
<context>
    <name>ConnectionLine</name>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Remove {address}</source>
        <translation>{address} 제거</translation>
    </message>
</context>
<context>
    <name>ConnectionList</name>
    <message>
        <source>“{name}” was removed</source>
        <translation>‘{name}’ 서버를 제거했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>ConsentPart</name>
    <message>
        <source>What you agreed to</source>
        <translation>동의한 내용</translation>
    </message>
    <message>
        <source>Before it starts</source>
        <translation>시작하기 전에</translation>
    </message>
    <message>
        <source>The whole command or address</source>
        <translation>전체 명령 또는 주소</translation>
    </message>
    <message>
        <source>Its variables or headers</source>
        <translation>변수 또는 헤더</translation>
    </message>
    <message>
        <source>Agree and start</source>
        <translation>동의하고 시작</translation>
    </message>
    <message>
        <source>Agree to what {name} runs, and start it</source>
        <translation>{name}의 실행 내용에 동의하고 시작</translation>
    </message>
</context>
<context>
    <name>ContextCard</name>
    <message>
        <source>What the model reads</source>
        <translation>모델이 읽는 내용</translation>
    </message>
    <message>
        <source>{used} of {size} tokens. The model sees the whole chat with each message.</source>
        <translation>{size}토큰 중 {used}토큰을 사용했습니다. 메시지를 보낼 때마다 모델이 대화 전체를 봅니다.</translation>
    </message>
    <message>
        <source>about {count}</source>
        <translation>약 {count}</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>남음</translation>
    </message>
    <message>
        <source>Free up space…</source>
        <translation>공간 확보…</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>모델 배치</translation>
    </message>
    <message>
        <source>Where a larger context can be chosen</source>
        <translation>컨텍스트를 더 크게 정할 수 있는 곳</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>지시문</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Your messages</source>
        <translation>내 메시지</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>답변</translation>
    </message>
</context>
<context>
    <name>ConversationDelegate</name>
    <message>
        <source>Menu</source>
        <translation>메뉴</translation>
    </message>
    <message>
        <source>New chat in this project</source>
        <translation>이 프로젝트에서 새 대화</translation>
    </message>
    <message>
        <source>Chat title</source>
        <translation>대화 제목</translation>
    </message>
</context>
<context>
    <name>ConversationPanel</name>
    <message>
        <source>Default</source>
        <translation>기본값</translation>
    </message>
    <message>
        <source>This chat was given from memory:</source>
        <translation>이 대화에 전달된 기억:</translation>
    </message>
    <message>
        <source>Chat settings</source>
        <translation>이 대화의 설정</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Conversations</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>고정됨</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>어제</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>지난 7일</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>지난 30일</translation>
    </message>
    <message>
        <source>{title}, archived</source>
        <translation>{title}, 보관한 대화</translation>
    </message>
    <message>
        <source>Project {name}, collapsed, chats: {count}</source>
        <translation>{name} 프로젝트, 접힘, 대화 {count}개</translation>
    </message>
    <message>
        <source>Project {name}, expanded, chats: {count}</source>
        <translation>{name} 프로젝트, 펼쳐짐, 대화 {count}개</translation>
    </message>
    <message>
        <source>MMMM yyyy</source>
        <comment>a month as a heading, in the letters of QDate</comment>
        <translation>yyyy년 M월</translation>
    </message>
    <message>
        <source>Temporary</source>
        <translation>임시</translation>
    </message>
    <message>
        <source>{title}, needs you</source>
        <translation>{title}, 확인이 필요합니다</translation>
    </message>
    <message>
        <source>{title}, an answer is being written</source>
        <translation>{title}, 답변을 쓰고 있습니다</translation>
    </message>
</context>
<context>
    <name>CopyButton</name>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
</context>
<context>
    <name>CopyDiagnostics</name>
    <message>
        <source>Collecting…</source>
        <translation>수집 중…</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Could not collect them</source>
        <translation>수집하지 못함</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>진단 정보 복사</translation>
    </message>
</context>
<context>
    <name>CudaControl</name>
    <message>
        <source>{action}: CUDA</source>
        <translation>CUDA {action}</translation>
    </message>
    <message>
        <source>Download of CUDA</source>
        <translation>CUDA 다운로드</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>다운로드</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>다운로드…</translation>
    </message>
</context>
<context>
    <name>CutLine</name>
    <message>
        <source>The model sees a summary of the {messages} messages above.</source>
        <translation>모델은 위의 메시지 {messages}개 대신 요약을 봅니다.</translation>
    </message>
    <message>
        <source>The model does not see the {messages} messages above.</source>
        <translation>모델은 위의 메시지 {messages}개를 보지 않습니다.</translation>
    </message>
    <message>
        <source>Hide summary</source>
        <translation>요약 숨기기</translation>
    </message>
    <message>
        <source>Show summary</source>
        <translation>요약 보기</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>수정</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Lets the model see those messages again</source>
        <translation>모델이 그 메시지를 다시 봅니다</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>요약</translation>
    </message>
</context>
<context>
    <name>DataSection</name>
    <message>
        <source>Nothing was deleted in the last 30 days.</source>
        <translation>지난 30일 동안 삭제한 것이 없습니다.</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Chats (*.json *.jsonl *.zip)</source>
        <translation>대화 (*.json *.jsonl *.zip)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>대화 가져오기</translation>
    </message>
    <message>
        <source>Export all chats…</source>
        <translation>모든 대화 내보내기…</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>파일 선택…</translation>
    </message>
    <message>
        <source>Choose files of chats to import</source>
        <translation>가져올 대화 파일 선택</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>폴더 선택…</translation>
    </message>
    <message>
        <source>Choose a folder of chats to import</source>
        <translation>가져올 대화 폴더 선택</translation>
    </message>
    <message>
        <source>Recently deleted…</source>
        <translation>최근 삭제한 대화…</translation>
    </message>
    <message>
        <source>Show recently deleted chats</source>
        <translation>최근 삭제한 대화 보기</translation>
    </message>
    <message>
        <source>Delete now</source>
        <translation>지금 삭제</translation>
    </message>
    <message>
        <source>Delete the cache of all chats</source>
        <translation>모든 대화의 캐시 삭제</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Cache size: {size}</source>
        <translation>캐시 크기: {size}</translation>
    </message>
    <message>
        <source>The cache is empty</source>
        <translation>캐시가 비어 있습니다</translation>
    </message>
    <message>
        <source>From ChatGPT, Claude, Open WebUI, Jan, LM Studio, llama.cpp, or Coterie. You see what was found before anything is imported, and nothing is imported twice.</source>
        <translation>ChatGPT, Claude, Open WebUI, Jan, LM Studio, llama.cpp, Coterie의 대화를 가져옵니다. 찾은 내용을 먼저 보여 드리며, 같은 대화를 두 번 가져오지 않습니다.</translation>
    </message>
    <message>
        <source>As PDF, web pages, Markdown, or JSON.</source>
        <translation>PDF, 웹 페이지, Markdown, JSON 형식으로 저장합니다.</translation>
    </message>
    <message>
        <source>Export chats</source>
        <translation>대화 내보내기</translation>
    </message>
    <message>
        <source>Cache for fast return to long chats</source>
        <translation>긴 대화를 빠르게 여는 캐시</translation>
    </message>
    <message>
        <source>Stored on disk. The oldest entries are removed first, and deleting a chat deletes its cache.</source>
        <translation>디스크에 저장하고 오래된 것부터 지웁니다. 대화를 삭제하면 해당 캐시도 삭제됩니다.</translation>
    </message>
    <message>
        <source>Deleted chats</source>
        <translation>삭제한 대화</translation>
    </message>
    <message>
        <source>Kept for 30 days, then permanently deleted.</source>
        <translation>30일 동안 보관한 뒤 완전히 삭제합니다.</translation>
    </message>
    <message>
        <source>Deleted runs</source>
        <translation>삭제한 작업</translation>
    </message>
    <message>
        <source>Kept for 30 days, then permanently deleted. Changes they made to files stay.</source>
        <translation>30일 동안 보관한 뒤 완전히 삭제합니다. 작업이 파일에 한 일은 그대로 남습니다.</translation>
    </message>
</context>
<context>
    <name>DefaultAnswers</name>
    <message>
        <source>Answers</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>Whether a model that can reason does so before it answers. You can override this in each chat.</source>
        <translation>추론할 수 있는 모델이 답하기 전에 추론할지 정합니다. 대화마다 다르게 정할 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>DefaultSampling</name>
    <message>
        <source>Advanced</source>
        <translation>고급</translation>
    </message>
</context>
<context>
    <name>DeletedPage</name>
    <message>
        <source>“{title}” was deleted.</source>
        <translation>‘{title}’ 대화를 삭제했습니다.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Close window</source>
        <translation>창 닫기</translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message>
        <source>Details</source>
        <translation>자세히</translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>tools</source>
        <translation>도구 사용</translation>
    </message>
    <message>
        <source>no chat template</source>
        <translation>대화 템플릿 없음</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Reading the repository…</source>
        <translation>저장소를 읽는 중…</translation>
    </message>
    <message>
        <source>No model here that can run</source>
        <translation>실행할 수 있는 모델이 없습니다</translation>
    </message>
    <message>
        <source>This repository has no model in the GGUF format, or only a part of one.</source>
        <translation>이 저장소에는 GGUF 형식의 모델이 없거나 일부만 있습니다.</translation>
    </message>
    <message>
        <source>{file} isn’t among the models of this repository.</source>
        <translation>이 저장소의 모델 중에 {file} 파일이 없습니다.</translation>
    </message>
    <message>
        <source>Back to the list</source>
        <translation>목록으로 돌아가기</translation>
    </message>
    <message>
        <source>Open the model page</source>
        <translation>모델 페이지 열기</translation>
    </message>
    <message>
        <source>Open the model page in the browser</source>
        <translation>브라우저에서 모델 페이지 열기</translation>
    </message>
    <message>
        <source>From the author</source>
        <translation>제작자의 설명</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>모델 선택</translation>
    </message>
    <message>
        <source>See which of its files fit this computer and how fast they would be, before you download anything.</source>
        <translation>다운로드하기 전에 어떤 파일이 이 컴퓨터에 들어가고 얼마나 빠를지 볼 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>DiffView</name>
    <message>
        <source>Changes</source>
        <translation>변경</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>유지</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>버림</translation>
    </message>
</context>
<context>
    <name>DiscoverView</name>
    <message>
        <source>Searching…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>찾은 모델이 없습니다</translation>
    </message>
    <message>
        <source>Try fewer words, or any license and size.</source>
        <translation>단어를 줄이거나 라이선스와 크기 조건을 풀어 보세요.</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>검색 지우기</translation>
    </message>
    <message>
        <source>{count} models, then the connection was lost</source>
        <translation>모델 {count}개까지 찾고 연결이 끊겼습니다</translation>
    </message>
    <message>
        <source>{count} models, more below</source>
        <translation>모델 {count}개, 아래에 더 있음</translation>
    </message>
    <message>
        <source>Found so far: {count}…</source>
        <translation>모델 {count}개, 찾는 중…</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>모델 1개</translation>
    </message>
    <message>
        <source>{count} models</source>
        <translation>모델 {count}개</translation>
    </message>
    <message>
        <source>Models found</source>
        <translation>찾은 모델</translation>
    </message>
</context>
<context>
    <name>DiskBar</name>
    <message>
        <source>models {size}</source>
        <translation>모델 {size}</translation>
    </message>
    <message>
        <source>unfinished {size}</source>
        <translation>받다 만 파일 {size}</translation>
    </message>
    <message>
        <source>trash {size}</source>
        <translation>휴지통 {size}</translation>
    </message>
    <message>
        <source>other files {size}</source>
        <translation>그 밖의 파일 {size}</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Open the library’s folder</source>
        <translation>라이브러리 폴더 열기</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Delete files left over from old downloads</source>
        <translation>예전 다운로드에서 남은 파일 삭제</translation>
    </message>
    <message>
        <source>Stored in {folder}</source>
        <translation>보관 위치: {folder}</translation>
    </message>
    <message>
        <source>free {size}</source>
        <translation>남은 공간 {size}</translation>
    </message>
    <message>
        <source>The disk: {parts}</source>
        <translation>디스크: {parts}</translation>
    </message>
    <message>
        <source>{size} left over from old downloads.</source>
        <translation>예전 다운로드에서 남은 파일이 {size} 있습니다.</translation>
    </message>
</context>
<context>
    <name>DownloadCard</name>
    <message>
        <source>from a terminal</source>
        <translation>터미널에서 받는 중</translation>
    </message>
    <message>
        <source>A command in a terminal is downloading this. Pause it there.</source>
        <translation>터미널의 명령이 다운로드하고 있습니다. 그곳에서 일시 정지할 수 있습니다.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어받기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Show in library</source>
        <translation>라이브러리에서 보기</translation>
    </message>
    <message>
        <source>Earlier in the queue</source>
        <translation>대기열에서 앞으로</translation>
    </message>
    <message>
        <source>Later in the queue</source>
        <translation>대기열에서 뒤로</translation>
    </message>
</context>
<context>
    <name>DownloadFoot</name>
    <message>
        <source>1 more download</source>
        <translation>다운로드 1개 더 있음</translation>
    </message>
    <message>
        <source>{count} more downloads</source>
        <translation>다운로드 {count}개 더 있음</translation>
    </message>
</context>
<context>
    <name>DownloadNotes</name>
    <message>
        <source>{name} is ready</source>
        <translation>{name} 모델을 받았습니다</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>지금 쓰기</translation>
    </message>
    <message>
        <source>{name} could not be downloaded: {reason}</source>
        <translation>{name} 모델을 다운로드하지 못했습니다: {reason}</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
</context>
<context>
    <name>DownloadsView</name>
    <message>
        <source>{name} canceled: {size} deleted</source>
        <translation>{name} 취소, 받은 파일 {size} 삭제</translation>
    </message>
    <message>
        <source>{name} canceled</source>
        <translation>{name} 취소</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Now number {place} in the queue</source>
        <translation>이제 {place}번째입니다</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>다운로드</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>모두 일시 정지</translation>
    </message>
    <message>
        <source>Pause all downloads</source>
        <translation>다운로드 모두 일시 정지</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>모두 이어받기</translation>
    </message>
    <message>
        <source>Resume all downloads</source>
        <translation>다운로드 모두 이어받기</translation>
    </message>
    <message>
        <source>No downloads</source>
        <translation>다운로드하는 모델이 없습니다</translation>
    </message>
    <message>
        <source>Downloads continue where they stopped, even after a restart, and every byte is verified.</source>
        <translation>다운로드는 다시 시작한 뒤에도 멈춘 곳부터 이어지며, 모든 바이트를 확인합니다.</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>모델 찾기</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Back to “{title}”</source>
        <translation>‘{title}’ 대화로 돌아가기</translation>
    </message>
    <message>
        <source>What can I help with?</source>
        <translation>무엇을 도와드릴까요?</translation>
    </message>
    <message>
        <source>The model runs on your computer. Nothing you write leaves it.</source>
        <translation>모델은 이 컴퓨터에서 실행됩니다. 입력한 내용은 이 컴퓨터를 벗어나지 않습니다.</translation>
    </message>
    <message>
        <source>The model runs on {host}. What you write is sent there.</source>
        <translation>모델이 {host}에서 실행됩니다. 입력한 내용은 그곳으로 전송됩니다.</translation>
    </message>
    <message>
        <source>Explain how mixture-of-experts models work, in plain words</source>
        <translation>전문가 혼합 모델이 어떻게 작동하는지 쉬운 말로 설명해 주세요</translation>
    </message>
    <message>
        <source>Help me write a friendly but firm letter</source>
        <translation>정중하지만 단호한 편지를 쓰도록 도와주세요</translation>
    </message>
    <message>
        <source>Plan a three-day trip with a small budget</source>
        <translation>적은 예산으로 2박 3일 여행을 계획해 주세요</translation>
    </message>
</context>
<context>
    <name>ExplanationCard</name>
    <message>
        <source>{low} to {high}</source>
        <translation>{low}~{high}</translation>
    </message>
    <message>
        <source>{speed} tokens per second now</source>
        <translation>지금 초당 {speed}토큰</translation>
    </message>
    <message>
        <source>{range} predicted</source>
        <translation>예측 {range}</translation>
    </message>
    <message>
        <source>in {count} answers together. Predicted for one: {range}</source>
        <translation>답변 {count}개를 합한 속도, 하나일 때 예측 {range}</translation>
    </message>
    <message>
        <source>{speed} tokens per second measured</source>
        <translation>초당 {speed}토큰 측정됨</translation>
    </message>
    <message>
        <source>{range} tokens per second predicted</source>
        <translation>예측 초당 {range}토큰</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>아직 측정하지 않음</translation>
    </message>
    <message>
        <source>{size} from the disk</source>
        <translation>디스크에서 {size}</translation>
    </message>
    <message>
        <source>{size} from {device}</source>
        <translation>{device}에서 {size}</translation>
    </message>
    <message>
        <source>Each token of an answer reads {parts}.</source>
        <translation>답변의 토큰마다 {parts}를 읽습니다.</translation>
    </message>
    <message>
        <source>Of the experts that a token needs, {percent} should be on {place} or in RAM already ({range}).</source>
        <translation>토큰에 필요한 전문가 가운데 {percent}가 이미 {place}나 RAM에 있을 것으로 예상합니다({range}).</translation>
    </message>
    <message>
        <source>Of the experts that a token needs, {percent} should be in RAM already ({range}).</source>
        <translation>토큰에 필요한 전문가 가운데 {percent}가 이미 RAM에 있을 것으로 예상합니다({range}).</translation>
    </message>
    <message>
        <source>Of the experts that a token needs, {percent} should be on {place} already ({range}).</source>
        <translation>토큰에 필요한 전문가 가운데 {percent}는 이미 {place}에 있을 것으로 예상합니다({range}).</translation>
    </message>
</context>
<context>
    <name>ExportSheet</name>
    <message>
        <source>{done} of {total} chats</source>
        <translation>대화 {total}개 중 {done}개 완료</translation>
    </message>
    <message>
        <source>This can take a moment.</source>
        <translation>조금 걸릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Export all chats</source>
        <translation>모든 대화 내보내기</translation>
    </message>
    <message>
        <source>Export “{title}”</source>
        <translation>‘{title}’ 내보내기</translation>
    </message>
    <message>
        <source>Export {count} chats</source>
        <translation>대화 {count}개 내보내기</translation>
    </message>
    <message>
        <source>Stop exporting</source>
        <translation>내보내기 중지</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Continue in background</source>
        <translation>백그라운드에서 계속</translation>
    </message>
    <message>
        <source>Choose location…</source>
        <translation>위치 선택…</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Export the run</source>
        <translation>작업 내보내기</translation>
    </message>
    <message>
        <source>Saved to {path}</source>
        <translation>{path}에 저장했습니다</translation>
    </message>
</context>
<context>
    <name>FilesCard</name>
    <message>
        <source>new</source>
        <translation>새로 만듦</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>바뀜</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>삭제됨</translation>
    </message>
    <message>
        <source>may have changed</source>
        <translation>바뀌었을 수 있음</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>되돌림</translation>
    </message>
    <message>
        <source>changed since</source>
        <translation>그 뒤에 바뀜</translation>
    </message>
    <message>
        <source>Undo changes to {path}</source>
        <translation>{path} 변경 되돌리기</translation>
    </message>
    <message>
        <source>Too large to keep a copy, so it can’t be restored.</source>
        <translation>너무 커서 보관하지 못했으므로 되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>Changed files</source>
        <translation>변경한 파일</translation>
    </message>
    <message>
        <source>None so far.</source>
        <translation>아직 없습니다.</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>그 밖에 {count}개</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>검토</translation>
    </message>
    <message>
        <source>Review all changes</source>
        <translation>모든 변경 검토</translation>
    </message>
    <message>
        <source>Undo everything</source>
        <translation>모두 되돌리기</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 적용</translation>
    </message>
    <message>
        <source>Redo what was undone</source>
        <translation>되돌린 일을 다시 적용</translation>
    </message>
    <message>
        <source>Pause or stop the run first</source>
        <translation>먼저 작업을 일시 정지하거나 중지해 주세요</translation>
    </message>
</context>
<context>
    <name>FilesNote</name>
    <message>
        <source>not computed yet. Verify computes it.</source>
        <translation>아직 계산하지 않음. 확인하면 계산됩니다</translation>
    </message>
    <message>
        <source>Commit {commit}</source>
        <translation>커밋 {commit}</translation>
    </message>
    <message>
        <source>Files of {name}</source>
        <translation>{name}의 파일</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Not found</source>
        <translation>찾을 수 없음</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{count}개 중 {number}번째</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>이 대화에서 찾기</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>FolderField</name>
    <message>
        <source>Folder to work in</source>
        <translation>작업할 폴더</translation>
    </message>
    <message>
        <source>Choose a folder, or drop one here</source>
        <translation>폴더를 선택하거나 여기로 끌어다 놓으세요</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>선택…</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>폴더 선택</translation>
    </message>
    <message>
        <source>Recent folders</source>
        <translation>최근에 쓴 폴더</translation>
    </message>
</context>
<context>
    <name>Folders</name>
    <message>
        <source>Folder for {name}</source>
        <translation>{name}에 허용할 폴더</translation>
    </message>
    <message>
        <source>may be read</source>
        <translation>읽기 가능</translation>
    </message>
    <message>
        <source>may be read and changed</source>
        <translation>읽기와 변경 가능</translation>
    </message>
    <message>
        <source>Revoke access to {path}</source>
        <translation>{path} 허용 취소</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>허용 취소</translation>
    </message>
    <message>
        <source>Allow reading a folder…</source>
        <translation>읽을 폴더 추가…</translation>
    </message>
    <message>
        <source>Allow {name} to read a folder</source>
        <translation>서버 {name}에 읽을 폴더 추가</translation>
    </message>
    <message>
        <source>Allow changing a folder…</source>
        <translation>변경할 폴더 추가…</translation>
    </message>
    <message>
        <source>Allow {name} to change a folder</source>
        <translation>서버 {name}에 변경할 폴더 추가</translation>
    </message>
</context>
<context>
    <name>FollowUp</name>
    <message>
        <source>What should it do next?</source>
        <translation>다음에 무엇을 할까요?</translation>
    </message>
    <message>
        <source>What the run should do next</source>
        <translation>작업이 다음에 할 일</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 가기</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>Edit</source>
        <translation>수정</translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation>다시 생성</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>이 메시지 복사</translation>
    </message>
    <message>
        <source>Edit this message</source>
        <translation>이 메시지 수정</translation>
    </message>
    <message>
        <source>Regenerate this answer</source>
        <translation>이 답변 다시 생성</translation>
    </message>
    <message>
        <source>More for this message</source>
        <translation>이 메시지에 대한 기타 동작</translation>
    </message>
    <message>
        <source>first token {time}</source>
        <translation>첫 토큰 {time}</translation>
    </message>
    <message>
        <source>{count} tokens reused</source>
        <translation>{count}토큰 재사용</translation>
    </message>
    <message>
        <source>{count} recomputed</source>
        <translation>{count}토큰 다시 계산</translation>
    </message>
</context>
<context>
    <name>FormFoot</name>
    <message>
        <source>Start</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Start the run</source>
        <translation>작업 시작</translation>
    </message>
    <message>
        <source>Schedule…</source>
        <translation>예약…</translation>
    </message>
    <message>
        <source>Start it at a time, or when files change</source>
        <translation>정해진 때나 파일이 바뀔 때 시작하기</translation>
    </message>
    <message>
        <source>Ctrl+Enter starts it. You can pause or stop it, and undo what it did.</source>
        <translation>Ctrl+Enter로 시작합니다. 언제든 일시 정지하거나 중지할 수 있고, 한 일은 되돌릴 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>FormatChoice</name>
    <message>
        <source>For printing and sharing.</source>
        <translation>인쇄하거나 공유할 때 좋습니다.</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>웹 페이지</translation>
    </message>
    <message>
        <source>Opens in any browser, also offline.</source>
        <translation>어느 브라우저에서나 열리고 인터넷이 없어도 됩니다.</translation>
    </message>
    <message>
        <source>Text for notes and other apps.</source>
        <translation>메모나 다른 앱에서 쓰기 좋은 텍스트입니다.</translation>
    </message>
    <message>
        <source>Everything (JSON)</source>
        <translation>전체(JSON)</translation>
    </message>
    <message>
        <source>All branches and settings. Coterie can import it again.</source>
        <translation>모든 분기와 설정이 담기며 Coterie로 다시 가져올 수 있습니다.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
</context>
<context>
    <name>FoundModels</name>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Add {name} to the library</source>
        <translation>{name} 모델을 라이브러리에 추가</translation>
    </message>
    <message>
        <source>In the library</source>
        <translation>라이브러리에 있음</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Add all {count}</source>
        <translation>{count}개 모두 추가</translation>
    </message>
    <message>
        <source>Add all {count} models to the library</source>
        <translation>모델 {count}개를 모두 라이브러리에 추가</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>No models from other apps were found.</source>
        <translation>다른 앱의 모델을 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>{shown} of {count} are shown.</source>
        <translation>{count}개 가운데 {shown}개를 보여 드립니다.</translation>
    </message>
    <message>
        <source>Look for models</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Look for models from other apps</source>
        <translation>다른 앱의 모델 찾기</translation>
    </message>
</context>
<context>
    <name>FoundRow</name>
    <message>
        <source>Already in your library</source>
        <translation>이미 라이브러리에 있음</translation>
    </message>
</context>
<context>
    <name>FoundServer</name>
    <message>
        <source>The whole command or address of {name}</source>
        <translation>{name}의 전체 명령 또는 주소</translation>
    </message>
    <message>
        <source>With values for: {names}</source>
        <translation>값이 있는 변수: {names}</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Add {name}</source>
        <translation>{name} 추가</translation>
    </message>
</context>
<context>
    <name>GateNote</name>
    <message>
        <source>The author must approve access first. Request it on the model page; then Coterie downloads the model with your access token.</source>
        <translation>이 모델은 제작자의 승인이 필요합니다. 모델 페이지에서 신청해 주세요. 승인되면 액세스 토큰으로 다운로드합니다.</translation>
    </message>
    <message>
        <source>The author asks you to accept terms first. Accept them on the model page; then Coterie downloads the model with your access token.</source>
        <translation>먼저 제작자의 약관에 동의해야 합니다. 모델 페이지에서 동의하면 액세스 토큰으로 다운로드합니다.</translation>
    </message>
    <message>
        <source>Open the model page</source>
        <translation>모델 페이지 열기</translation>
    </message>
    <message>
        <source>Open the model page in the browser</source>
        <translation>브라우저에서 모델 페이지 열기</translation>
    </message>
    <message>
        <source>Access token in Settings</source>
        <translation>설정에서 액세스 토큰 입력</translation>
    </message>
</context>
<context>
    <name>GivenFiles</name>
    <message>
        <source>Only the first {count} files were added.</source>
        <translation>처음 {count}개 파일만 넣었습니다.</translation>
    </message>
    <message>
        <source>A folder doesn’t fit into a message, but the model can work in it with tools.</source>
        <translation>폴더는 메시지에 넣을 수 없지만, 도구를 켜면 모델이 그 안에서 작업할 수 있습니다.</translation>
    </message>
    <message>
        <source>Attach pictures to a new question in a chat.</source>
        <translation>이미지는 대화의 새 질문에 첨부해 주세요.</translation>
    </message>
    <message>
        <source>“{name}” can’t be added to a message yet, but the model can read it with tools.</source>
        <translation>‘{name}’ 파일은 아직 메시지에 넣을 수 없지만, 도구를 켜면 모델이 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>“{name}” is too long for a message ({size}), but the model can read it with tools.</source>
        <translation>‘{name}’ 파일은 메시지에 넣기에 너무 길지만({size}), 도구를 켜면 모델이 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>“{name}” isn’t text, so it wasn’t added.</source>
        <translation>‘{name}’ 파일은 텍스트가 아니어서 넣지 않았습니다.</translation>
    </message>
    <message>
        <source>“{name}” couldn’t be read.</source>
        <translation>‘{name}’ 파일을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>This text is too long for a message ({size}). Save it as a file, and the model can read it with tools.</source>
        <translation>텍스트가 메시지에 넣기에 너무 깁니다({size}). 파일로 저장한 뒤 도구를 켜면 모델이 읽을 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>Giving</name>
    <message>
        <source>Attach files</source>
        <translation>파일 첨부</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>붙여넣은 텍스트</translation>
    </message>
    <message>
        <source>Screenshot</source>
        <translation>화면 캡처</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>붙여넣은 그림</translation>
    </message>
</context>
<context>
    <name>Grants</name>
    <message>
        <source>Tasks of “{program}” ({mode})</source>
        <translation>‘{program}’ 프로그램의 작업({mode})</translation>
    </message>
    <message>
        <source>Package registries</source>
        <translation>패키지 저장소</translation>
    </message>
    <message>
        <source>All tools of “{server}”</source>
        <translation>‘{server}’의 모든 도구</translation>
    </message>
    <message>
        <source>Commands that begin with “{words}”</source>
        <translation>앞부분이 ‘{words}’인 명령</translation>
    </message>
    <message>
        <source>Commands may read {path}</source>
        <translation>명령이 {path} 읽기</translation>
    </message>
    <message>
        <source>Web search at {host}</source>
        <translation>웹 검색({host})</translation>
    </message>
    <message>
        <source>{tool}, for {host}</source>
        <translation>{tool}, {host}에 한해</translation>
    </message>
    <message>
        <source>{tool} of {server}</source>
        <translation>{server}의 {tool}</translation>
    </message>
    <message>
        <source>in this run</source>
        <translation>이 작업에서</translation>
    </message>
    <message>
        <source>in {folder}</source>
        <translation>{folder} 폴더에서</translation>
    </message>
    <message>
        <source>in all runs</source>
        <translation>모든 작업에서</translation>
    </message>
    <message>
        <source>agreed {date}</source>
        <translation>{date}에 동의</translation>
    </message>
    <message>
        <source>granted {date}</source>
        <translation>{date}에 허용</translation>
    </message>
    <message>
        <source>{granted}, not used yet</source>
        <translation>{granted}, 아직 쓰지 않음</translation>
    </message>
    <message>
        <source>{granted}, last used {date}</source>
        <translation>{granted}, {date}에 마지막으로 씀</translation>
    </message>
</context>
<context>
    <name>GrantsSection</name>
    <message>
        <source>in the run “{title}”</source>
        <translation>‘{title}’ 작업에서</translation>
    </message>
    <message>
        <source>for one answer in a chat</source>
        <translation>대화의 답변 하나에서</translation>
    </message>
    <message>
        <source>Revoke: {what}, {where}</source>
        <translation>허용 취소: {what}, {where}</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>허용 취소</translation>
    </message>
    <message>
        <source>Permissions</source>
        <translation>권한</translation>
    </message>
    <message>
        <source>None. Each run asks according to its mode.</source>
        <translation>없습니다. 작업마다 모드에 따라 확인합니다.</translation>
    </message>
    <message>
        <source>Revoke all</source>
        <translation>모두 취소</translation>
    </message>
    <message>
        <source>Revoke all permissions</source>
        <translation>모든 권한 취소</translation>
    </message>
    <message>
        <source>Other programs may start tasks</source>
        <translation>다른 프로그램이 작업을 시작하도록 허용</translation>
    </message>
    <message>
        <source>Coterie asks you first, for each program and folder.</source>
        <translation>프로그램과 폴더마다 먼저 물어봅니다.</translation>
    </message>
    <message>
        <source>What commands may read</source>
        <translation>명령이 읽어도 되는 것</translation>
    </message>
    <message>
        <source>Besides the folder of the task and the system. Keys, passwords, and tokens stay hidden, even in a folder you add.</source>
        <translation>작업 폴더와 시스템 외에 읽어도 되는 것입니다. 키, 암호, 토큰은 추가한 폴더 안에 있어도 보이지 않습니다.</translation>
    </message>
    <message>
        <source>Commands may fetch packages</source>
        <translation>명령이 패키지를 받도록 허용</translation>
    </message>
    <message>
        <source>From PyPI, npm, crates.io, and the like, without asking. Other hosts are asked about.</source>
        <translation>PyPI, npm, crates.io 등에서 묻지 않고 받습니다. 다른 호스트는 먼저 확인합니다.</translation>
    </message>
    <message>
        <source>Allowed without asking</source>
        <translation>확인 없이 허용</translation>
    </message>
    <message>
        <source>Project instructions you agreed to</source>
        <translation>동의한 프로젝트 지침</translation>
    </message>
    <message>
        <source>Files such as AGENTS.md, and skills of projects. Tasks follow them as your own words.</source>
        <translation>AGENTS.md 같은 파일과 프로젝트의 스킬입니다. 작업은 이 지침을 직접 쓴 말처럼 따릅니다.</translation>
    </message>
    <message>
        <source>Standing permissions you’ve granted. They apply until you revoke them.</source>
        <translation>계속 허용하기로 한 권한입니다. 취소할 때까지 적용됩니다.</translation>
    </message>
</context>
<context>
    <name>GraphicsSection</name>
    <message>
        <source>Graphics card</source>
        <translation>그래픽 카드</translation>
    </message>
    <message>
        <source>GPU, video card, VRAM</source>
        <translation>GPU, VGA, 비디오 카드, VRAM</translation>
    </message>
    <message>
        <source>CUDA for NVIDIA cards</source>
        <translation>NVIDIA 카드용 CUDA</translation>
    </message>
    <message>
        <source>Checking the graphics card…</source>
        <translation>그래픽 카드를 확인하는 중…</translation>
    </message>
    <message>
        <source>{cards} can use it. Models usually run faster with it than with Vulkan.</source>
        <translation>{cards}에서 쓸 수 있습니다. 모델은 대개 Vulkan보다 CUDA에서 더 빠르게 실행됩니다.</translation>
    </message>
    <message>
        <source>Checking the size of the download…</source>
        <translation>다운로드 크기를 확인하는 중…</translation>
    </message>
    <message>
        <source>A download of {size} that takes {disk} on the disk. It includes cuBLAS by NVIDIA, under NVIDIA’s license.</source>
        <translation>다운로드 크기는 {size}이고, 디스크 공간 {disk}가 필요합니다. NVIDIA 라이선스가 적용되는 cuBLAS가 포함되어 있습니다.</translation>
    </message>
    <message>
        <source>Downloading: {received}</source>
        <translation>다운로드 중: {received}</translation>
    </message>
    <message>
        <source>Making sure that it works on {cards}…</source>
        <translation>{cards}에서 작동하는지 확인하는 중…</translation>
    </message>
    <message>
        <source>In use on {cards}.</source>
        <translation>{cards}에서 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>The CUDA that was downloaded belongs to another version of Coterie, so it isn’t used.</source>
        <translation>내려받은 CUDA는 다른 버전의 Coterie용이어서 사용하지 않습니다.</translation>
    </message>
    <message>
        <source>It works on {cards}. Models use it from the next time they’re loaded.</source>
        <translation>{cards}에서 작동합니다. 모델을 다음에 불러올 때부터 사용합니다.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Project {name}: settings</source>
        <translation>{name} 프로젝트 설정</translation>
    </message>
    <message>
        <source>Chat title</source>
        <translation>대화 제목</translation>
    </message>
    <message>
        <source>Click to rename</source>
        <translation>클릭해서 이름 바꾸기</translation>
    </message>
    <message>
        <source>Cancel loading</source>
        <translation>불러오기 취소</translation>
    </message>
    <message>
        <source>Cancel tuning</source>
        <translation>최적화 취소</translation>
    </message>
    <message>
        <source>Chat settings</source>
        <translation>이 대화의 설정</translation>
    </message>
    <message>
        <source>{used} of {size} tokens</source>
        <translation>{used} / {size}토큰</translation>
    </message>
    <message>
        <source>{used} of {size} context tokens in use</source>
        <translation>컨텍스트 {size}토큰 가운데 {used}토큰을 쓰고 있습니다</translation>
    </message>
    <message>
        <source>Loading {percent}%</source>
        <translation>불러오는 중 {percent}%</translation>
    </message>
    <message>
        <source>Tuning…</source>
        <translation>최적화 중…</translation>
    </message>
</context>
<context>
    <name>HeatCard</name>
    <message>
        <source>Layer {layer}, expert {expert}: {percent} of this layer’s choices</source>
        <translation>레이어 {layer}, 전문가 {expert}: 이 레이어 선택의 {percent}</translation>
    </message>
    <message>
        <source>{tokens} tokens watched. Busiest: layer {layer}, expert {expert} ({percent})</source>
        <translation>{tokens}토큰 관찰. 가장 바쁜 곳: 레이어 {layer}, 전문가 {expert} ({percent})</translation>
    </message>
    <message>
        <source>Watching takes {percent} of an answer’s time, measured on this computer.</source>
        <translation>관찰에 답변 시간의 {percent}가 듭니다(이 컴퓨터에서 측정).</translation>
    </message>
    <message>
        <source>Watching makes answers a little slower; the cost is measured and shown here.</source>
        <translation>관찰하는 동안 답변이 조금 느려지며, 그 정도를 측정해 여기에 보여 드립니다.</translation>
    </message>
    <message>
        <source>Off. Turn it on to see which experts answer.</source>
        <translation>꺼져 있습니다. 켜면 어떤 전문가가 답하는지 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>No experts used yet. Send a message in the chat.</source>
        <translation>아직 사용된 전문가가 없습니다. 대화에서 메시지를 보내 보세요.</translation>
    </message>
    <message>
        <source>expert × layer</source>
        <translation>전문가 × 레이어</translation>
    </message>
    <message>
        <source>layer × expert</source>
        <translation>레이어 × 전문가</translation>
    </message>
    <message>
        <source>Experts used in this chat</source>
        <translation>이 대화에서 사용된 전문가</translation>
    </message>
    <message>
        <source>Watch which experts are used</source>
        <translation>사용되는 전문가 관찰</translation>
    </message>
    <message>
        <source>Heat map of experts by layer. Arrow keys move from cell to cell.</source>
        <translation>레이어별 전문가 히트맵, 화살표 키로 칸을 옮겨 다닙니다</translation>
    </message>
    <message>
        <source>never</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>most</source>
        <translation>가장 많음</translation>
    </message>
</context>
<context>
    <name>HelpersSection</name>
    <message>
        <source>Helpers</source>
        <translation>도우미</translation>
    </message>
    <message>
        <source>Model for helpers</source>
        <translation>도우미의 모델</translation>
    </message>
    <message>
        <source>A task can give parts of itself to helpers. With a remote model, text leaves this computer. Only one local model is loaded at a time, so local helpers use the task’s own.</source>
        <translation>작업은 할 일의 일부를 도우미에게 맡길 수 있습니다. 외부 모델을 고르면 내용이 이 컴퓨터를 벗어납니다. 이 컴퓨터의 모델은 한 번에 하나만 불러오므로, 도우미도 작업의 모델을 씁니다.</translation>
    </message>
    <message>
        <source>The task’s own model</source>
        <translation>작업의 모델</translation>
    </message>
</context>
<context>
    <name>HooksSection</name>
    <message>
        <source>After each step that changed files</source>
        <translation>파일을 바꾼 단계 뒤마다</translation>
    </message>
    <message>
        <source>Before the end, if files were changed</source>
        <translation>파일을 바꿨다면 끝내기 전</translation>
    </message>
    <message>
        <source>At the start</source>
        <translation>시작할 때</translation>
    </message>
    <message>
        <source>all folders</source>
        <translation>모든 폴더</translation>
    </message>
    <message>
        <source>Remove the hook {command}</source>
        <translation>훅 삭제: {command}</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>When it runs</source>
        <translation>실행 시점</translation>
    </message>
    <message>
        <source>Hooks</source>
        <translation>훅</translation>
    </message>
    <message>
        <source>Commands that tasks carry out by themselves</source>
        <translation>작업이 스스로 실행하는 명령</translation>
    </message>
    <message>
        <source>In the sandbox, without the internet, for two minutes at most. The model is told what they print. If one that runs at the end fails, the model gets one more try.</source>
        <translation>인터넷 없이 샌드박스 안에서 최대 2분 동안 실행합니다. 출력한 내용은 모델에 알립니다. 끝날 때 실행하는 명령이 실패하면 모델이 한 번 더 시도합니다.</translation>
    </message>
    <message>
        <source>None yet.</source>
        <translation>아직 없습니다.</translation>
    </message>
    <message>
        <source>Command, such as ruff format .</source>
        <translation>명령(예: ruff format .)</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>All folders</source>
        <translation>모든 폴더</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>폴더 선택</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Add the hook</source>
        <translation>훅 추가</translation>
    </message>
</context>
<context>
    <name>HubSection</name>
    <message>
        <source>Certificates</source>
        <translation>인증서</translation>
    </message>
    <message>
        <source>Certificate file</source>
        <translation>인증서 파일</translation>
    </message>
    <message>
        <source>From web pages and from your files. Coterie shows the model first; nothing is downloaded or loaded until you choose it.</source>
        <translation>웹 페이지와 내 파일에서 열 수 있습니다. 모델을 먼저 보여 주며, 선택하기 전에는 아무것도 다운로드하거나 불러오지 않습니다.</translation>
    </message>
    <message>
        <source>Open model links and .gguf files with Coterie</source>
        <translation>모델 링크와 .gguf 파일을 Coterie로 열기</translation>
    </message>
    <message>
        <source>Downloads (Hugging Face)</source>
        <translation>다운로드(Hugging Face)</translation>
    </message>
    <message>
        <source>Library folder</source>
        <translation>라이브러리 폴더</translation>
    </message>
    <message>
        <source>Downloaded models are stored here. If you choose another folder, they move there.</source>
        <translation>다운로드한 모델을 보관하는 곳입니다. 다른 폴더를 선택하면 모델도 그 폴더로 옮깁니다.</translation>
    </message>
    <message>
        <source>Models from other apps</source>
        <translation>다른 앱의 모델</translation>
    </message>
    <message>
        <source>Models that the Hugging Face client, LM Studio, and Ollama downloaded can be used in place. Nothing is copied or changed.</source>
        <translation>Hugging Face 클라이언트, LM Studio, Ollama가 다운로드한 모델을 있는 자리에서 그대로 쓸 수 있습니다. 복사하거나 변경하지 않습니다.</translation>
    </message>
    <message>
        <source>Simultaneous downloads</source>
        <translation>동시 다운로드 수</translation>
    </message>
    <message>
        <source>The rest are queued.</source>
        <translation>나머지는 차례를 기다립니다.</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>오프라인</translation>
    </message>
    <message>
        <source>Never contacts Hugging Face. Installed models keep working.</source>
        <translation>허브에 접속하지 않습니다. 설치된 모델은 계속 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Hugging Face access token</source>
        <translation>Hugging Face 액세스 토큰</translation>
    </message>
    <message>
        <source>For models that require you to accept terms. Sent only to Hugging Face.</source>
        <translation>약관 동의가 필요한 모델에 씁니다. Hugging Face에만 전송됩니다.</translation>
    </message>
    <message>
        <source>Alternative address (mirror). Leave empty for huggingface.co.</source>
        <translation>대체 주소(미러)입니다. 비워 두면 huggingface.co를 씁니다.</translation>
    </message>
    <message>
        <source>The environment variable HF_ENDPOINT overrides this setting.</source>
        <translation>환경 변수 HF_ENDPOINT가 이 설정보다 우선합니다.</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>미러</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>프록시</translation>
    </message>
    <message>
        <source>Leave empty to use the system’s proxy.</source>
        <translation>비워 두면 시스템의 프록시를 씁니다.</translation>
    </message>
    <message>
        <source>Extra certificates (PEM) to trust, for company networks.</source>
        <translation>회사 네트워크용으로 추가로 신뢰할 인증서(PEM)입니다.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>선택…</translation>
    </message>
    <message>
        <source>Choose a certificate file</source>
        <translation>인증서 파일 선택</translation>
    </message>
</context>
<context>
    <name>ImportCard</name>
    <message>
        <source>Add 1 model</source>
        <translation>모델 1개 추가</translation>
    </message>
    <message>
        <source>Add {count} models</source>
        <translation>모델 {count}개 추가</translation>
    </message>
    <message>
        <source>Select none</source>
        <translation>모두 선택 해제</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>From other apps on this computer</source>
        <translation>이 컴퓨터의 다른 앱에서</translation>
    </message>
    <message>
        <source>Close this list</source>
        <translation>이 목록 닫기</translation>
    </message>
    <message>
        <source>Looking for models of Hugging Face, LM Studio, and Ollama…</source>
        <translation>Hugging Face, LM Studio, Ollama의 모델을 찾는 중…</translation>
    </message>
    <message>
        <source>No models of Hugging Face, LM Studio, or Ollama found.</source>
        <translation>Hugging Face, LM Studio, Ollama에서 찾은 모델이 없습니다.</translation>
    </message>
    <message>
        <source>All of these are in your library already.</source>
        <translation>모두 이미 라이브러리에 있습니다.</translation>
    </message>
    <message>
        <source>They are used in place: nothing is copied, and the other apps keep them.</source>
        <translation>있는 자리에서 그대로 씁니다. 복사하지 않으며 원래 앱도 계속 쓸 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>ImportServers</name>
    <message>
        <source>File with tool servers</source>
        <translation>도구 서버가 있는 파일</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>파일 선택…</translation>
    </message>
    <message>
        <source>Choose a file with another app’s tool servers</source>
        <translation>다른 앱의 도구 서버 파일 선택</translation>
    </message>
</context>
<context>
    <name>ImportSheet</name>
    <message>
        <source>Looking through the files… {count} chats so far</source>
        <translation>파일을 살펴보는 중… 지금까지 대화 {count}개</translation>
    </message>
    <message>
        <source>Looking through the files…</source>
        <translation>파일을 살펴보는 중…</translation>
    </message>
    <message>
        <source>{count} of {total} imported</source>
        <translation>{total}개 중 {count}개 가져옴</translation>
    </message>
    <message>
        <source>There is nothing new to import.</source>
        <translation>새로 가져올 대화가 없습니다.</translation>
    </message>
    <message>
        <source>{count} chats can be imported.</source>
        <translation>대화 {count}개를 가져올 수 있습니다.</translation>
    </message>
    <message>
        <source>1 chat can be imported.</source>
        <translation>대화 1개를 가져올 수 있습니다.</translation>
    </message>
    <message>
        <source>{count} are here already.</source>
        <translation>{count}개는 이미 있습니다.</translation>
    </message>
    <message>
        <source>1 is here already.</source>
        <translation>1개는 이미 있습니다.</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>제목 없음</translation>
    </message>
    <message>
        <source>… and {count} more</source>
        <translation>… 외 {count}개</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>대화 가져오기</translation>
    </message>
    <message>
        <source>{count} can’t be read:</source>
        <translation>{count}개를 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>1 can’t be read:</source>
        <translation>1개를 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>Import {count} chats</source>
        <translation>대화 {count}개 가져오기</translation>
    </message>
    <message>
        <source>Import 1 chat</source>
        <translation>대화 1개 가져오기</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>Inserting</name>
    <message>
        <source>The prompt {file} can’t be read, so it isn’t in the list.</source>
        <translation>{file} 프롬프트를 읽을 수 없어 목록에서 뺐습니다.</translation>
    </message>
</context>
<context>
    <name>InsertionList</name>
    <message>
        <source>Insert</source>
        <translation>넣기</translation>
    </message>
</context>
<context>
    <name>InstructionsLine</name>
    <message>
        <source>Read…</source>
        <translation>읽기…</translation>
    </message>
    <message>
        <source>Read the project instructions</source>
        <translation>프로젝트 지침 읽기</translation>
    </message>
    <message>
        <source>{name} has changed since you agreed to it. It isn’t followed.</source>
        <translation>동의한 뒤로 바뀌어 따르지 않는 지침: {name}</translation>
    </message>
    <message>
        <source>{name} and {count} more</source>
        <translation>{name} 외 {count}개</translation>
    </message>
    <message>
        <source>Instructions for this project: {name}. Not followed yet.</source>
        <translation>이 프로젝트의 지침: {name}. 아직 따르지 않습니다.</translation>
    </message>
    <message>
        <source>Follows {name}</source>
        <translation>따르는 지침: {name}</translation>
    </message>
    <message>
        <source>Not followed: {name} ({why})</source>
        <translation>따르지 않는 지침: {name}({why})</translation>
    </message>
</context>
<context>
    <name>InstructionsSheet</name>
    <message>
        <source>Project instructions</source>
        <translation>프로젝트 지침</translation>
    </message>
    <message>
        <source>These files tell agents how to work in this project. Somebody else may have written them. The model follows them once you agree, and you’re asked again when the text changes.</source>
        <translation>에이전트가 이 프로젝트에서 일하는 방법을 적은 파일입니다. 다른 사람이 썼을 수도 있습니다. 동의하면 모델이 이 지침을 따르고, 내용이 바뀌면 다시 확인합니다.</translation>
    </message>
    <message>
        <source>Follow these</source>
        <translation>지침 따르기</translation>
    </message>
    <message>
        <source>Stop following</source>
        <translation>더 이상 따르지 않기</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>imported by {name}</source>
        <translation>{name}에서 가져옴</translation>
    </message>
    <message>
        <source>The whole text:</source>
        <translation>전체 내용:</translation>
    </message>
    <message>
        <source>leads out of the project</source>
        <translation>프로젝트 밖을 가리킴</translation>
    </message>
    <message>
        <source>not a text</source>
        <translation>텍스트가 아님</translation>
    </message>
    <message>
        <source>can’t be read</source>
        <translation>읽을 수 없음</translation>
    </message>
    <message>
        <source>followed</source>
        <translation>따르는 중</translation>
    </message>
    <message>
        <source>new</source>
        <translation>새 지침</translation>
    </message>
    <message>
        <source>changed since you agreed</source>
        <translation>동의한 뒤로 바뀜</translation>
    </message>
</context>
<context>
    <name>InterruptedCard</name>
    <message>
        <source>Interrupted</source>
        <translation>중단됨</translation>
    </message>
    <message>
        <source>Coterie quit during this step. We can’t tell how far it got. Check before running it again.</source>
        <translation>이 작업을 하던 중에 Coterie가 종료되었습니다. 어디까지 되었는지 알 수 없으니 다시 실행하기 전에 확인하세요.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어 가기</translation>
    </message>
    <message>
        <source>Leave it stopped</source>
        <translation>멈춘 채로 두기</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>건너뛰기</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>다시 실행</translation>
    </message>
</context>
<context>
    <name>KeyField</name>
    <message>
        <source>New key to replace the saved one</source>
        <translation>저장된 키를 대신할 새 키</translation>
    </message>
    <message>
        <source>Only if the server requires one</source>
        <translation>서버가 요구할 때만 필요합니다</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 키</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Forget the API key</source>
        <translation>API 키 삭제</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Ask models</source>
        <translation>모델에게 질문</translation>
    </message>
    <message>
        <source>Load models</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>Download models</source>
        <translation>모델 다운로드</translation>
    </message>
    <message>
        <source>Use tools</source>
        <translation>도구 사용</translation>
    </message>
    <message>
        <source>asks models</source>
        <translation>모델에게 질문</translation>
    </message>
    <message>
        <source>loads models</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>downloads models</source>
        <translation>모델 다운로드</translation>
    </message>
    <message>
        <source>uses tools</source>
        <translation>도구 사용</translation>
    </message>
</context>
<context>
    <name>KeysSection</name>
    <message>
        <source>last used {when}</source>
        <translation>마지막 사용 {when}</translation>
    </message>
    <message>
        <source>not used yet</source>
        <translation>아직 쓰지 않음</translation>
    </message>
    <message>
        <source>Revoke the key {name}</source>
        <translation>{name} 키 폐기</translation>
    </message>
    <message>
        <source>Revoke</source>
        <translation>폐기</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>키</translation>
    </message>
    <message>
        <source>No keys yet.</source>
        <translation>아직 접속할 수 있는 프로그램이 없습니다.</translation>
    </message>
    <message>
        <source>Name of the program</source>
        <translation>프로그램 이름</translation>
    </message>
    <message>
        <source>Name of a new key</source>
        <translation>새 키의 이름</translation>
    </message>
    <message>
        <source>{today} tokens today, {all} in all</source>
        <translation>오늘 {today}토큰, 모두 {all}토큰</translation>
    </message>
    <message>
        <source>expired {when}</source>
        <translation>{when}에 만료됨</translation>
    </message>
    <message>
        <source>until {when}</source>
        <translation>{when}까지</translation>
    </message>
    <message>
        <source>How long the key holds</source>
        <translation>키의 유효 기간</translation>
    </message>
    <message>
        <source>Make key</source>
        <translation>키 만들기</translation>
    </message>
    <message>
        <source>The key “{name}”. Copy it now: it’s shown only this once.</source>
        <translation>‘{name}’ 키입니다. 지금 한 번만 표시되니 복사해 두세요.</translation>
    </message>
    <message>
        <source>Copy the key {name}</source>
        <translation>{name} 키 복사</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Hide the key {name}</source>
        <translation>{name} 키 숨기기</translation>
    </message>
    <message>
        <source>Each program gets a key of its own. Revoking a key also stops the answers it is getting.</source>
        <translation>프로그램마다 키를 따로 만드세요. 키를 폐기하면 그 키로 받던 답변도 끝납니다.</translation>
    </message>
    <message>
        <source>Who may come in</source>
        <translation>접속할 수 있는 프로그램</translation>
    </message>
    <message>
        <source>For {count} days</source>
        <translation>{count}일 동안</translation>
    </message>
    <message>
        <source>Until revoked</source>
        <translation>폐기할 때까지</translation>
    </message>
    <message>
        <source>For a day</source>
        <translation>하루 동안</translation>
    </message>
    <message>
        <source>For a year</source>
        <translation>1년 동안</translation>
    </message>
</context>
<context>
    <name>LayerStrip</name>
    <message>
        <source>layer {first}: {where}</source>
        <translation>레이어 {first}: {where}</translation>
    </message>
    <message>
        <source>layers {first} to {last}: {where}</source>
        <translation>레이어 {first}~{last}: {where}</translation>
    </message>
    <message>
        <source>{above} of its experts on {device}, {count} in RAM, all of them on the disk</source>
        <translation>전문가 {above}개는 {device}에, {count}개는 RAM에도 있고, 모든 전문가는 디스크에 있음</translation>
    </message>
    <message>
        <source>{count} of its experts in RAM, all of them on the disk</source>
        <translation>전문가 {count}개는 RAM에도 있고, 모든 전문가는 디스크에 있음</translation>
    </message>
    <message>
        <source>{count} of its experts on {device}, all of them in RAM</source>
        <translation>{device}에 전문가 {count}개, RAM에 전부</translation>
    </message>
    <message>
        <source>{percent}% on {device}</source>
        <translation>{device}에 {percent}%</translation>
    </message>
    <message>
        <source>Layer {number}: {where}</source>
        <translation>레이어 {number}: {where}</translation>
    </message>
    <message>
        <source>no experts</source>
        <translation>전문가 없음</translation>
    </message>
    <message>
        <source>not placed</source>
        <translation>배치되지 않음</translation>
    </message>
</context>
<context>
    <name>LeavingCard</name>
    <message>
        <source>Text will leave this computer</source>
        <translation>내용이 이 컴퓨터 밖으로 나갑니다</translation>
    </message>
    <message>
        <source>{model} runs on {host}. What you write to it is sent there, and so is what it reads in runs: files, pages, and results. Whoever runs that server can read it.</source>
        <translation>모델 {model}의 서버는 {host}입니다. 이 모델에 쓰는 글과 작업 중에 모델이 읽는 파일, 웹 페이지, 결과가 그곳으로 전송됩니다. 서버 운영자는 이 내용을 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>The connection is not encrypted: others on the network can read it too.</source>
        <translation>전송이 암호화되지 않아 네트워크의 다른 사람도 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>You’re asked once for each server. Its models are marked wherever you use them.</source>
        <translation>서버마다 한 번만 확인합니다. 그 서버의 모델은 사용하는 곳마다 표시됩니다.</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Use this model, and let text leave this computer</source>
        <translation>내용이 이 컴퓨터 밖으로 나가는 것에 동의하고 이 모델 사용</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>LibraryBar</name>
    <message>
        <source>1 model</source>
        <translation>모델 1개</translation>
    </message>
    <message>
        <source>{count} models</source>
        <translation>모델 {count}개</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>라이브러리</translation>
    </message>
    <message>
        <source>Model files…</source>
        <translation>모델 파일…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더의 모든 모델…</translation>
    </message>
    <message>
        <source>From other apps…</source>
        <translation>다른 앱에서…</translation>
    </message>
    <message>
        <source>Add model files</source>
        <translation>모델 파일 추가</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Add all models in a folder</source>
        <translation>폴더의 모든 모델 추가</translation>
    </message>
    <message>
        <source>Recently used</source>
        <translation>최근 사용 순</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름순</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기순</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>Add models…</source>
        <translation>모델 추가…</translation>
    </message>
    <message>
        <source>Add models that are on this computer</source>
        <translation>이 컴퓨터에 있는 모델 추가</translation>
    </message>
</context>
<context>
    <name>LibraryCard</name>
    <message>
        <source>Use in chat</source>
        <translation>대화에 사용</translation>
    </message>
    <message>
        <source>Use {name} in the chat</source>
        <translation>모델 {name} 사용</translation>
    </message>
    <message>
        <source>More for {name}</source>
        <translation>{name}의 다른 작업</translation>
    </message>
    <message>
        <source>Rename, verify, show, move to the trash</source>
        <translation>이름 바꾸기, 확인, 보기, 휴지통으로 옮기기</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>모델 이름</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>복구</translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation>목록에서 제거</translation>
    </message>
    <message>
        <source>can’t be checked</source>
        <translation>판단할 수 없음</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>waiting to be verified</source>
        <translation>확인 대기 중</translation>
    </message>
    <message>
        <source>downloading again: {amount}</source>
        <translation>다시 받는 중: {amount}</translation>
    </message>
    <message>
        <source>verified: {amount}</source>
        <translation>확인: {amount}</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Stop verifying {name}</source>
        <translation>{name} 확인 중지</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 바꾸기</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>Check tools (30 s)</source>
        <translation>도구 점검(30초)</translation>
    </message>
    <message>
        <source>What reasoning changes</source>
        <translation>추론 설정별 차이</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>파일 관리자에서 보기</translation>
    </message>
    <message>
        <source>Hide the files</source>
        <translation>파일 숨기기</translation>
    </message>
    <message>
        <source>Files and hashes</source>
        <translation>파일과 해시</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>휴지통으로 옮기기</translation>
    </message>
    <message>
        <source>Remove from the library</source>
        <translation>라이브러리에서 제거</translation>
    </message>
    <message>
        <source>selected</source>
        <translation>선택됨</translation>
    </message>
</context>
<context>
    <name>LibraryFolder</name>
    <message>
        <source>Library folder: {path}</source>
        <translation>라이브러리 폴더: {path}</translation>
    </message>
    <message>
        <source>Folder for models</source>
        <translation>모델을 둘 폴더</translation>
    </message>
    <message>
        <source>Moving…</source>
        <translation>옮기는 중…</translation>
    </message>
    <message>
        <source>Moving the library</source>
        <translation>라이브러리를 옮기는 중</translation>
    </message>
    <message>
        <source>Moving the library: {amount}</source>
        <translation>라이브러리를 옮기는 중: {amount}</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>변경…</translation>
    </message>
    <message>
        <source>Change the library folder</source>
        <translation>라이브러리 폴더 변경</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop moving the library</source>
        <translation>라이브러리 옮기기 그만두기</translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Looking at what is on disk…</source>
        <translation>디스크를 살펴보는 중…</translation>
    </message>
    <message>
        <source>Nothing downloaded yet</source>
        <translation>아직 받은 모델이 없습니다</translation>
    </message>
    <message>
        <source>Models you download are stored here. Models you already have, in another app or as files, can be added without a copy.</source>
        <translation>다운로드한 모델은 여기에 보관됩니다. 다른 앱에 있거나 파일로 가지고 있는 모델은 복사하지 않고 추가할 수 있습니다.</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Add models I have</source>
        <translation>가지고 있는 모델 추가</translation>
    </message>
    <message>
        <source>{names} are identical. Keeping one would free {size}.</source>
        <translation>내용이 완전히 같은 모델이 있습니다: {names}. 하나만 두면 {size}를 비울 수 있습니다.</translation>
    </message>
    <message>
        <source>{size} freed</source>
        <translation>{size}를 비웠습니다</translation>
    </message>
    <message>
        <source>{name} is intact: every byte is correct</source>
        <translation>{name}: 모든 바이트가 올바릅니다</translation>
    </message>
    <message>
        <source>{name} is damaged. Only the damaged parts need to be downloaded again.</source>
        <translation>{name} 모델이 손상되었습니다. 손상된 부분만 다시 받으면 됩니다</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>복구</translation>
    </message>
    <message>
        <source>{name} is damaged</source>
        <translation>{name} 모델이 손상되었습니다</translation>
    </message>
    <message>
        <source>{name} is in your library</source>
        <translation>{name} 모델이 라이브러리에 있습니다</translation>
    </message>
    <message>
        <source>{count} models are in your library</source>
        <translation>모델 {count}개가 라이브러리에 있습니다</translation>
    </message>
    <message>
        <source>Duplicates on this disk</source>
        <translation>디스크에 중복된 모델</translation>
    </message>
</context>
<context>
    <name>LinkStrip</name>
    <message>
        <source>Open this address?</source>
        <translation>이 주소를 열까요?</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>주소 복사</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>LoadingSection</name>
    <message>
        <source>Never</source>
        <translation>안 함</translation>
    </message>
    <message>
        <source>Loading and unloading</source>
        <translation>불러오기와 내리기</translation>
    </message>
    <message>
        <source>When I start typing</source>
        <translation>입력을 시작할 때</translation>
    </message>
    <message>
        <source>When Coterie starts</source>
        <translation>Coterie를 시작할 때</translation>
    </message>
    <message>
        <source>Load the model</source>
        <translation>모델 불러오기</translation>
    </message>
    <message>
        <source>“When I start typing” loads it with the first letters, so that it is ready when you send.</source>
        <translation>‘입력을 시작할 때’를 고르면 첫 글자를 쓸 때 불러오기 시작해, 보낼 때쯤이면 준비됩니다.</translation>
    </message>
    <message>
        <source>Unload when idle</source>
        <translation>사용하지 않으면 메모리에서 내리기</translation>
    </message>
    <message>
        <source>Frees its memory for other apps. It loads again by itself when you start typing.</source>
        <translation>내리면 다른 앱이 그 메모리를 쓸 수 있습니다. 입력을 시작하면 저절로 다시 불러옵니다.</translation>
    </message>
    <message>
        <source>Unload when memory runs low</source>
        <translation>메모리가 부족할 때 모델 내리기</translation>
    </message>
    <message>
        <source>Only while it is idle: an answer or a run is never interrupted.</source>
        <translation>사용하지 않는 동안에만 내립니다. 답변이나 작업을 중간에 끊지 않습니다.</translation>
    </message>
</context>
<context>
    <name>LogPart</name>
    <message>
        <source>Last output</source>
        <translation>마지막 출력</translation>
    </message>
    <message>
        <source>The last lines that the server wrote</source>
        <translation>서버가 마지막으로 출력한 내용</translation>
    </message>
</context>
<context>
    <name>MaterialFold</name>
    <message>
        <source>Folder that commands may read</source>
        <translation>명령이 읽어도 되는 폴더</translation>
    </message>
    <message>
        <source>File that commands may read</source>
        <translation>명령이 읽어도 되는 파일</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Collection</source>
        <translation>모음</translation>
    </message>
    <message>
        <source>Collection it searches</source>
        <translation>검색할 모음</translation>
    </message>
    <message>
        <source>Files and folders</source>
        <translation>파일과 폴더</translation>
    </message>
    <message>
        <source>Commands may read these, but not change them. Keys, passwords, and tokens in them stay hidden.</source>
        <translation>명령이 읽기만 하고 변경하지는 못합니다. 그 안의 키, 비밀번호, 토큰은 숨겨집니다.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Commands may no longer read {path}</source>
        <translation>명령이 더는 {path} 경로를 읽지 못하게 합니다</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>폴더 추가…</translation>
    </message>
    <message>
        <source>Let commands read another folder</source>
        <translation>명령이 읽을 폴더 추가</translation>
    </message>
    <message>
        <source>Add a file…</source>
        <translation>파일 추가…</translation>
    </message>
    <message>
        <source>Let commands read another file</source>
        <translation>명령이 읽을 파일 추가</translation>
    </message>
    <message>
        <source>More to read</source>
        <translation>추가로 읽을 자료</translation>
    </message>
    <message>
        <source>1 path</source>
        <translation>경로 1개</translation>
    </message>
    <message>
        <source>{count} paths</source>
        <translation>경로 {count}개</translation>
    </message>
    <message>
        <source>nothing besides its folder</source>
        <translation>작업 폴더만</translation>
    </message>
</context>
<context>
    <name>Measures</name>
    <message>
        <source>Waited {time} in the queue</source>
        <translation>차례를 {time} 기다림</translation>
    </message>
    <message>
        <source>Read {count} of {total} tokens in {time}</source>
        <translation>{total}토큰 중 {count}토큰을 {time}에 읽음</translation>
    </message>
    <message>
        <source>Wrote {count} tokens in {time}, {share} of it outside llama.cpp</source>
        <translation>{count}토큰을 {time}에 작성, 그중 llama.cpp 밖 {share}</translation>
    </message>
    <message>
        <source>Energy: {energy}</source>
        <translation>에너지: {energy}</translation>
    </message>
    <message>
        <source>{energy} ({read} for each token read, {written} for each token written)</source>
        <translation>{energy}(읽은 토큰당 {read}, 쓴 토큰당 {written})</translation>
    </message>
    <message>
        <source>Predicted: {accepted} of {drafted} tokens correct</source>
        <translation>미리 예측: {drafted}토큰 중 {accepted}토큰 맞음</translation>
    </message>
    <message>
        <source>Written together with others: {count} answers at a time on average</source>
        <translation>다른 답변과 함께 작성: 평균 {count}개씩</translation>
    </message>
</context>
<context>
    <name>MemoryChip</name>
    <message>
        <source>RAM {size}</source>
        <translation>RAM {size}</translation>
    </message>
    <message>
        <source>Memory in use: {places}</source>
        <translation>사용 중인 메모리: {places}</translation>
    </message>
</context>
<context>
    <name>MemoryLine</name>
    <message>
        <source>Proposed by a model. Not used yet.</source>
        <translation>모델이 제안한 문장입니다. 아직 사용하지 않습니다.</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>기억하기</translation>
    </message>
    <message>
        <source>Keep: {text}</source>
        <translation>기억하기: {text}</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Remove: {text}</source>
        <translation>삭제: {text}</translation>
    </message>
    <message>
        <source>Remembered sentence</source>
        <translation>기억한 문장</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>Edit message</source>
        <translation>메시지 수정</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>MessageMenu</name>
    <message>
        <source>Compare models</source>
        <translation>모델 비교</translation>
    </message>
    <message>
        <source>Show formatted</source>
        <translation>서식 적용하여 보기</translation>
    </message>
    <message>
        <source>Show raw text</source>
        <translation>원문 보기</translation>
    </message>
    <message>
        <source>Token probabilities</source>
        <translation>토큰별 확률</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>다시 답변</translation>
    </message>
    <message>
        <source>Branch into a new chat</source>
        <translation>새 대화로 분기</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>Markdown으로 복사</translation>
    </message>
    <message>
        <source>Copy as rich text</source>
        <translation>서식 있는 텍스트로 복사</translation>
    </message>
    <message>
        <source>Regenerate with</source>
        <translation>다른 모델로 다시 생성</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>모델을 찾는 중…</translation>
    </message>
    <message>
        <source>No other models</source>
        <translation>다른 모델 없음</translation>
    </message>
    <message>
        <source>This new chat continues from that message.</source>
        <translation>해당 메시지에서 이어지는 새 대화입니다.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Delete this and what follows</source>
        <translation>이 메시지와 이후 내용 삭제</translation>
    </message>
    <message>
        <source>Message deleted</source>
        <translation>메시지를 삭제했습니다</translation>
    </message>
    <message>
        <source>Messages deleted</source>
        <translation>메시지를 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Last answer copied</source>
        <translation>마지막 답변을 복사했습니다</translation>
    </message>
</context>
<context>
    <name>ModeChoice</name>
    <message>
        <source>What it may do without asking</source>
        <translation>확인 없이 할 수 있는 일</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Everything in RAM</source>
        <translation>모두 RAM에 둠</translation>
    </message>
    <message>
        <source>With their layers</source>
        <translation>레이어와 함께 둠</translation>
    </message>
    <message>
        <source>Each is computed where it is</source>
        <translation>놓인 자리에서 계산</translation>
    </message>
    <message>
        <source>Sent to {place} for prompts</source>
        <translation>프롬프트를 읽을 때 {place}로 보냄</translation>
    </message>
    <message>
        <source>Sent to {place} for every token</source>
        <translation>토큰마다 {place}로 보냄</translation>
    </message>
    <message>
        <source>Kept on {place} while needed</source>
        <translation>쓰이는 동안 {place}에 둠</translation>
    </message>
    <message>
        <source>Read from the disk when needed</source>
        <translation>필요할 때 디스크에서 읽음</translation>
    </message>
</context>
<context>
    <name>ModelBanner</name>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Reload without it</source>
        <translation>보조 PC 없이 다시 불러오기</translation>
    </message>
    <message>
        <source>Settings of the server</source>
        <translation>서버 설정</translation>
    </message>
    <message>
        <source>Choose another model</source>
        <translation>다른 모델 선택</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>로그 보기</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Text of the model card</source>
        <translation>모델 카드의 글</translation>
    </message>
    <message>
        <source>The card continues on the model page.</source>
        <translation>카드가 더 이어집니다. 전체 내용은 모델 페이지에 있습니다.</translation>
    </message>
</context>
<context>
    <name>ModelControl</name>
    <message>
        <source>Open a model file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
</context>
<context>
    <name>ModelField</name>
    <message>
        <source>The model in use</source>
        <translation>지금 쓰는 모델</translation>
    </message>
    <message>
        <source>The model in use: {name}</source>
        <translation>지금 쓰는 모델: {name}</translation>
    </message>
    <message>
        <source>Another, by name…</source>
        <translation>다른 모델을 이름으로…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Text leaves this computer: the task, and whatever the model reads from your files, goes to {host}.</source>
        <translation>글이 이 컴퓨터를 벗어납니다. 작업 내용과 모델이 읽는 파일 내용이 서버 {host}로 전송됩니다.</translation>
    </message>
    <message>
        <source>Context in tokens</source>
        <translation>컨텍스트(토큰)</translation>
    </message>
    <message>
        <source>How much the model sees at once, if you know better than its server.</source>
        <translation>모델이 한 번에 보는 양입니다. 서버가 알려 주는 값과 다르면 입력해 주세요.</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>openai:http://127.0.0.1:8000/v1#model, or the path of a file</source>
        <translation>openai:http://127.0.0.1:8000/v1#모델 또는 파일 경로</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>모델 이름</translation>
    </message>
</context>
<context>
    <name>ModelMenu</name>
    <message>
        <source>ready</source>
        <translation>준비됨</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>불러오는 중</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>아직 불러오지 않음</translation>
    </message>
    <message>
        <source>tuning</source>
        <translation>최적화 중</translation>
    </message>
    <message>
        <source>not loaded, loads when you start typing</source>
        <translation>아직 불러오지 않음, 입력을 시작하면 불러옵니다</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>모델 선택</translation>
    </message>
    <message>
        <source>Model: {name}, {state}</source>
        <translation>모델: {name}, {state}</translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>Reading the library…</source>
        <translation>라이브러리를 읽는 중…</translation>
    </message>
    <message>
        <source>None of your models has that name.</source>
        <translation>가지고 있는 모델 가운데 그런 이름이 없습니다.</translation>
    </message>
    <message>
        <source>Servers on this computer</source>
        <translation>이 컴퓨터의 서버</translation>
    </message>
    <message>
        <source>starter model</source>
        <translation>기본 모델</translation>
    </message>
    <message>
        <source>opened file</source>
        <translation>연 적 있는 파일</translation>
    </message>
    <message>
        <source>no chat template</source>
        <translation>대화 템플릿 없음</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>찾을 수 없음</translation>
    </message>
    <message>
        <source>its file was moved or deleted</source>
        <translation>파일이 있던 자리에 없음</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>손상됨</translation>
    </message>
    <message>
        <source>damaged, can be repaired in the library</source>
        <translation>손상됨, 라이브러리에서 복구할 수 있음</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>불러오는 중</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>아직 불러오지 않음</translation>
    </message>
    <message>
        <source>{speed} tokens per second measured</source>
        <translation>초당 {speed}토큰 측정됨</translation>
    </message>
    <message>
        <source>doesn’t fit this computer</source>
        <translation>이 컴퓨터에 들어가지 않음</translation>
    </message>
    <message>
        <source>about {speed} tok/s</source>
        <translation>초당 약 {speed}토큰</translation>
    </message>
    <message>
        <source>about {speed} tokens per second predicted</source>
        <translation>초당 약 {speed}토큰 예측</translation>
    </message>
    <message>
        <source>Get more models…</source>
        <translation>모델 더 받기…</translation>
    </message>
    <message>
        <source>Search Hugging Face for {query}</source>
        <translation>Hugging Face에서 {query} 찾기</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>모델 파일 열기…</translation>
    </message>
    <message>
        <source>Remote models…</source>
        <translation>외부 모델…</translation>
    </message>
    <message>
        <source>Load now</source>
        <translation>지금 불러오기</translation>
    </message>
    <message>
        <source>Load again</source>
        <translation>다시 불러오기</translation>
    </message>
    <message>
        <source>Unload now</source>
        <translation>지금 메모리에서 내리기</translation>
    </message>
    <message>
        <source>Stop checking tools</source>
        <translation>도구 점검 중지</translation>
    </message>
    <message>
        <source>Check tools (30 s)</source>
        <translation>도구 점검(30초)</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
</context>
<context>
    <name>ModelSection</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>컨텍스트</translation>
    </message>
    <message>
        <source>How many tokens the model can see at once. More takes more memory.</source>
        <translation>모델이 한 번에 볼 수 있는 토큰 수입니다. 클수록 메모리가 더 필요합니다.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>스레드</translation>
    </message>
    <message>
        <source>How many processor cores work on an answer.</source>
        <translation>답변에 쓰는 CPU 코어 수입니다.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
</context>
<context>
    <name>ModelTick</name>
    <message>
        <source>Sees pictures</source>
        <translation>이미지 인식</translation>
    </message>
    <message>
        <source>{name} sees pictures</source>
        <translation>{name}: 이미지 인식</translation>
    </message>
</context>
<context>
    <name>ModelTicks</name>
    <message>
        <source>Find a model</source>
        <translation>모델 찾기</translation>
    </message>
    <message>
        <source>Add a model by name</source>
        <translation>모델 이름으로 추가</translation>
    </message>
    <message>
        <source>Add name</source>
        <translation>이름 추가</translation>
    </message>
    <message>
        <source>Add this name</source>
        <translation>이 이름 추가</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>Mixture-of-experts models: large yet fast</source>
        <translation>전문가 혼합 모델: 크지만 빠릅니다</translation>
    </message>
    <message>
        <source>Small models: for any computer</source>
        <translation>작은 모델: 어느 컴퓨터에서나</translation>
    </message>
    <message>
        <source>{total} parameters, {active} active</source>
        <translation>매개변수 {total} 개, 활성 {active} 개</translation>
    </message>
    <message>
        <source>{count} parameters</source>
        <translation>매개변수 {count} 개</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>{time} 남음</translation>
    </message>
    <message>
        <source>waiting for Hugging Face</source>
        <translation>Hugging Face를 기다리는 중</translation>
    </message>
    <message>
        <source>verified while downloading</source>
        <translation>받으면서 확인</translation>
    </message>
    <message>
        <source>Verifying every byte: {amount}</source>
        <translation>모든 바이트를 확인하는 중: {amount}</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>차례를 기다리는 중</translation>
    </message>
    <message>
        <source>paused, progress is kept</source>
        <translation>일시 정지. 받은 부분은 그대로 둡니다</translation>
    </message>
    <message>
        <source>It couldn’t be finished.</source>
        <translation>끝내지 못했습니다.</translation>
    </message>
    <message>
        <source>in your library, verified</source>
        <translation>라이브러리에 있음, 확인됨</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>다운로드 중</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>verifying</source>
        <translation>확인 중</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>canceled</source>
        <translation>취소됨</translation>
    </message>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>a file of yours</source>
        <translation>내 파일</translation>
    </message>
    <message>
        <source>the Hugging Face cache</source>
        <translation>Hugging Face 캐시</translation>
    </message>
    <message>
        <source>LM Studio</source>
        <translation>LM Studio</translation>
    </message>
    <message>
        <source>Ollama</source>
        <translation>Ollama</translation>
    </message>
    <message>
        <source>from {place}</source>
        <translation>출처: {place}</translation>
    </message>
    <message>
        <source>used {when}</source>
        <translation>{when} 사용</translation>
    </message>
    <message>
        <source>not used yet</source>
        <translation>아직 쓰지 않음</translation>
    </message>
    <message>
        <source>verified {when}</source>
        <translation>{when} 확인</translation>
    </message>
    <message>
        <source>Its file was moved or deleted: {path}</source>
        <translation>파일이 있던 자리에 없습니다: {path}</translation>
    </message>
    <message>
        <source>Some of its bytes are damaged.</source>
        <translation>일부 바이트가 손상되었습니다.</translation>
    </message>
    <message>
        <source>{size} of RAM</source>
        <translation>RAM {size}</translation>
    </message>
    <message>
        <source>{devices} and {ram}</source>
        <translation>{devices}, {ram}</translation>
    </message>
    <message>
        <source>Show the library</source>
        <translation>라이브러리 보기</translation>
    </message>
    <message>
        <source>Your models and the catalog are still available.</source>
        <translation>가지고 있는 모델과 추천 목록은 그대로 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Coterie is offline</source>
        <translation>오프라인 상태입니다</translation>
    </message>
    <message>
        <source>You turned on Offline in Settings.</source>
        <translation>설정에서 오프라인을 켜 두었습니다.</translation>
    </message>
    <message>
        <source>Go online</source>
        <translation>온라인으로 전환</translation>
    </message>
    <message>
        <source>Hugging Face is not responding</source>
        <translation>Hugging Face가 응답하지 않습니다</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>best here</source>
        <translation>추천</translation>
    </message>
    <message>
        <source>Needs {need} on the disk, {free} are free</source>
        <translation>디스크에 {need} 필요, 남은 공간 {free}</translation>
    </message>
    <message>
        <source>in library</source>
        <translation>보유</translation>
    </message>
    <message>
        <source>from the link</source>
        <translation>링크의 모델</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>읽는 중…</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Download what lets {name} see</source>
        <translation>{name}의 이미지 인식 파일 받기</translation>
    </message>
    <message>
        <source>Let it see</source>
        <translation>이미지 인식 추가</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>사용</translation>
    </message>
    <message>
        <source>Use {name} in the chat</source>
        <translation>모델 {name} 사용</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>받기</translation>
    </message>
    <message>
        <source>Download {name}</source>
        <translation>{name} 다운로드</translation>
    </message>
    <message>
        <source>Download {name} again</source>
        <translation>{name} 다시 다운로드</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>Paused, {percent}%</source>
        <translation>일시 정지, {percent}%</translation>
    </message>
    <message>
        <source>Verifying</source>
        <translation>확인 중</translation>
    </message>
    <message>
        <source>{percent}%</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>{name}: {state}. Show the downloads</source>
        <translation>{name}: {state}. 다운로드 보기</translation>
    </message>
    <message>
        <source>Downloads include {size} that let the model see or hear.</source>
        <translation>보고 듣는 데 쓰이는 파일 {size}가 다운로드에 포함됩니다.</translation>
    </message>
    <message>
        <source>Checked against {machine}. {size} of file headers were read.</source>
        <translation>{machine} 기준으로 확인했습니다. 파일 헤더 {size}를 읽었습니다.</translation>
    </message>
    <message>
        <source>{size} of file headers were read.</source>
        <translation>파일 헤더 {size}를 읽었습니다.</translation>
    </message>
    <message>
        <source>Estimated from the size of the files.</source>
        <translation>파일 크기로 추정했습니다.</translation>
    </message>
    <message>
        <source>Reading the files’ headers…</source>
        <translation>파일 헤더를 읽는 중…</translation>
    </message>
    <message>
        <source>Best for this computer: {name}. {verdict}</source>
        <translation>이 컴퓨터에 가장 알맞은 것: {name}. {verdict}</translation>
    </message>
    <message>
        <source>doesn’t fit</source>
        <translation>들어가지 않음</translation>
    </message>
    <message>
        <source>needs {size} more memory</source>
        <translation>메모리 {size} 부족</translation>
    </message>
    <message>
        <source>on the GPU</source>
        <translation>GPU에서 실행</translation>
    </message>
    <message>
        <source>GPU and RAM</source>
        <translation>GPU와 RAM에서 실행</translation>
    </message>
    <message>
        <source>in RAM</source>
        <translation>RAM에서 실행</translation>
    </message>
    <message>
        <source>read from the disk</source>
        <translation>디스크에서 읽음</translation>
    </message>
    <message>
        <source>fits the GPU</source>
        <translation>GPU에 들어감</translation>
    </message>
    <message>
        <source>fits GPU and RAM</source>
        <translation>GPU와 RAM에 들어감</translation>
    </message>
    <message>
        <source>fits with another PC</source>
        <translation>보조 PC를 쓰면 들어감</translation>
    </message>
    <message>
        <source>fits in RAM</source>
        <translation>RAM에 들어감</translation>
    </message>
    <message>
        <source>too big for RAM, very slow</source>
        <translation>RAM보다 커서 매우 느림</translation>
    </message>
    <message>
        <source>with another PC</source>
        <translation>보조 PC와 함께</translation>
    </message>
    <message>
        <source>{where}, about {speed} tok/s</source>
        <translation>{where} · 초당 약 {speed}토큰</translation>
    </message>
    <message>
        <source>too big for RAM</source>
        <translation>RAM보다 큼</translation>
    </message>
    <message>
        <source>about {speed} tok/s</source>
        <translation>초당 약 {speed}토큰</translation>
    </message>
    <message>
        <source>{size} missing right now</source>
        <translation>지금 {size} 부족</translation>
    </message>
    <message>
        <source>reasoning: always</source>
        <translation>추론: 항상</translation>
    </message>
    <message>
        <source>reasoning: possible</source>
        <translation>추론: 할 수도 있음</translation>
    </message>
    <message>
        <source>reasoning: adjustable length</source>
        <translation>추론: 길이 지정 가능</translation>
    </message>
    <message>
        <source>off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>on</source>
        <translation>켬</translation>
    </message>
    <message>
        <source>low</source>
        <translation>낮음</translation>
    </message>
    <message>
        <source>medium</source>
        <translation>보통</translation>
    </message>
    <message>
        <source>high</source>
        <translation>높음</translation>
    </message>
    <message>
        <source>reasoning: {levels}</source>
        <translation>추론: {levels}</translation>
    </message>
    <message>
        <source>own license</source>
        <translation>자체 라이선스</translation>
    </message>
    <message>
        <source>private</source>
        <translation>비공개</translation>
    </message>
    <message>
        <source>{total}, {active} active</source>
        <translation>{total}, 활성 {active}</translation>
    </message>
    <message>
        <source>reasons</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>한국어</translation>
    </message>
    <message>
        <source>sees pictures</source>
        <translation>이미지 인식</translation>
    </message>
    <message>
        <source>hears</source>
        <translation>소리 인식</translation>
    </message>
    <message>
        <source>{count} downloads</source>
        <translation>다운로드 {count}회</translation>
    </message>
    <message>
        <source>updated {when}</source>
        <translation>{when} 갱신</translation>
    </message>
    <message>
        <source>{experts} experts, {used} active</source>
        <translation>전문가 {experts}개 중 {used}개 활성</translation>
    </message>
    <message>
        <source>tools: {rating}</source>
        <translation>도구: {rating}</translation>
    </message>
    <message>
        <source>Used tools correctly in {passed} of {total} tasks.</source>
        <translation>과제 {total}개 중 {passed}개에서 도구를 올바르게 사용했습니다.</translation>
    </message>
    <message>
        <source>What went wrong: {tasks}.</source>
        <translation>잘되지 않은 것: {tasks}.</translation>
    </message>
    <message>
        <source>checking tools</source>
        <translation>도구 점검 중</translation>
    </message>
    <message>
        <source>checking tools: {done} of {total}</source>
        <translation>도구 점검 중: {total}개 중 {done}개</translation>
    </message>
    <message>
        <source>larger than the original, no better</source>
        <translation>원본보다 크지만 더 낫지 않음</translation>
    </message>
    <message>
        <source>the original, three times the size</source>
        <translation>원본 그대로, 크기는 약 3배</translation>
    </message>
    <message>
        <source>the usual choice</source>
        <translation>가장 많이 쓰는 선택</translation>
    </message>
    <message>
        <source>much worse, for trying out only</source>
        <translation>품질이 크게 떨어짐, 시험용</translation>
    </message>
    <message>
        <source>noticeably worse</source>
        <translation>품질이 눈에 띄게 떨어짐</translation>
    </message>
    <message>
        <source>a little worse than the usual choice</source>
        <translation>많이 쓰는 것보다 품질이 조금 낮음</translation>
    </message>
    <message>
        <source>a little better than the usual choice</source>
        <translation>많이 쓰는 것보다 품질이 조금 높음</translation>
    </message>
    <message>
        <source>very close to the original</source>
        <translation>원본과 거의 차이 없음</translation>
    </message>
    <message>
        <source>nearly the original, twice the size</source>
        <translation>원본에 가까움, 크기는 약 2배</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Open in the browser</source>
        <translation>브라우저에서 열기</translation>
    </message>
</context>
<context>
    <name>ModelsSide</name>
    <message>
        <source>Downloads</source>
        <translation>다운로드</translation>
    </message>
    <message>
        <source>Downloads, {count} not finished</source>
        <translation>다운로드, {count}개 진행 중</translation>
    </message>
    <message>
        <source>Library, {count} models, {size}</source>
        <translation>라이브러리, 모델 {count}개, {size}</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>라이브러리</translation>
    </message>
    <message>
        <source>{size} free on this disk</source>
        <translation>디스크에 {size} 남음</translation>
    </message>
    <message>
        <source>{free} of {total} free where models are stored</source>
        <translation>모델을 보관하는 디스크 {total} 중 {free} 남음</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>둘러보기</translation>
    </message>
    <message>
        <source>Picked for this computer</source>
        <translation>이 컴퓨터에 맞는 모델</translation>
    </message>
</context>
<context>
    <name>NewRun</name>
    <message>
        <source>Work in this folder</source>
        <translation>이 폴더에서 작업</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>새 작업</translation>
    </message>
    <message>
        <source>Delete this skill</source>
        <translation>이 스킬 삭제</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>What it may do without asking</source>
        <translation>확인 없이 할 수 있는 일</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>Plan first</source>
        <translation>먼저 계획 세우기</translation>
    </message>
    <message>
        <source>It only reads, then proposes steps. Nothing is changed before you approve them.</source>
        <translation>읽기만 한 뒤 단계를 제안합니다. 승인하기 전에는 아무것도 바뀌지 않습니다.</translation>
    </message>
    <message>
        <source>What should be done in this folder? Describe the result you want.</source>
        <translation>이 폴더에서 무엇을 할까요? 원하는 결과를 적어 주세요.</translation>
    </message>
</context>
<context>
    <name>NoteCard</name>
    <message>
        <source>Instructions</source>
        <translation>지시문</translation>
    </message>
    <message>
        <source>Result of a tool</source>
        <translation>도구 결과</translation>
    </message>
</context>
<context>
    <name>OfferedCard</name>
    <message>
        <source>Checking what it would be on this computer…</source>
        <translation>이 컴퓨터에서 어떨지 확인하는 중…</translation>
    </message>
    <message>
        <source>Reading the file…</source>
        <translation>파일을 읽는 중…</translation>
    </message>
    <message>
        <source>Used in place: nothing is copied or moved.</source>
        <translation>있는 자리에서 그대로 씁니다. 복사하거나 옮기지 않습니다.</translation>
    </message>
    <message>
        <source>Use in chat</source>
        <translation>대화에 사용</translation>
    </message>
    <message>
        <source>Use {name} in the chat</source>
        <translation>모델 {name} 사용</translation>
    </message>
    <message>
        <source>Add {name} to the library</source>
        <translation>{name} 모델을 라이브러리에 추가</translation>
    </message>
    <message>
        <source>Add to the library</source>
        <translation>라이브러리에 추가</translation>
    </message>
    <message>
        <source>Close without adding it</source>
        <translation>추가하지 않고 닫기</translation>
    </message>
</context>
<context>
    <name>OpeningFailed</name>
    <message>
        <source>Coterie can’t open your chats</source>
        <translation>대화를 열 수 없습니다</translation>
    </message>
    <message>
        <source>Restore a backup</source>
        <translation>백업에서 복원</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>백업에서 복원…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
</context>
<context>
    <name>OptionSlider</name>
    <message>
        <source>{name}: back to automatic</source>
        <translation>{name}: 자동으로 되돌리기</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>{value}, automatic</source>
        <translation>{value}, 자동</translation>
    </message>
    <message>
        <source>Back to automatic</source>
        <translation>자동으로 되돌리기</translation>
    </message>
</context>
<context>
    <name>OptionalNumber</name>
    <message>
        <source>{name}: back to the default</source>
        <translation>{name}: 기본값으로 되돌리기</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>기본값으로 되돌리기</translation>
    </message>
</context>
<context>
    <name>OptionsCard</name>
    <message>
        <source>Context</source>
        <translation>컨텍스트</translation>
    </message>
    <message>
        <source>{device}, at most</source>
        <translation>{device} 최대</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Long context</source>
        <translation>긴 컨텍스트</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>{count}, the model’s own</source>
        <translation>{count}개(모델의 원래 수)</translation>
    </message>
    <message>
        <source>{count}</source>
        <comment>experts</comment>
        <translation>{count}개</translation>
    </message>
    <message>
        <source>Experts per token</source>
        <translation>토큰당 전문가</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Draft model</source>
        <translation>드래프트 모델</translation>
    </message>
    <message>
        <source>Prompts: read by the CPU</source>
        <translation>프롬프트: CPU가 읽음</translation>
    </message>
    <message>
        <source>Prompts: each layer where it is</source>
        <translation>프롬프트: 각 레이어가 놓인 곳에서 처리</translation>
    </message>
    <message>
        <source>Prompts: each expert where it is</source>
        <translation>프롬프트: 각 전문가가 놓인 곳에서 처리</translation>
    </message>
    <message>
        <source>Prompts: active experts streamed to the GPU</source>
        <translation>프롬프트: 쓰이는 전문가만 GPU로 보냄</translation>
    </message>
    <message>
        <source>Every token: active experts streamed to the GPU</source>
        <translation>모든 토큰: 쓰이는 전문가만 GPU로 보냄</translation>
    </message>
    <message>
        <source>Experts: the most recently used are kept on {place}</source>
        <translation>전문가: 최근에 쓰인 것을 {place}에 둠</translation>
    </message>
    <message>
        <source>Experts: read from the disk, the most recently used are kept in RAM</source>
        <translation>전문가: 디스크에서 읽고, 최근에 쓰인 것을 RAM에 둠</translation>
    </message>
    <message>
        <source>Batch: {count} tokens · context kept as {kind}</source>
        <translation>배치 크기: {count}토큰 · 컨텍스트 형식 {kind}</translation>
    </message>
    <message>
        <source>Attention: plain, faster here than flash</source>
        <translation>어텐션: 일반 방식(이 컴퓨터에서는 플래시보다 빠름)</translation>
    </message>
    <message>
        <source>Context: one answer is written at a time</source>
        <translation>컨텍스트: 답변을 한 번에 하나씩 작성</translation>
    </message>
    <message>
        <source>Context: shared by up to {count} answers written at once</source>
        <translation>컨텍스트: 동시에 작성하는 답변 최대 {count}개가 함께 사용</translation>
    </message>
    <message>
        <source>Each step runs as one graph</source>
        <translation>각 단계를 한 번에 계산</translation>
    </message>
    <message>
        <source>Graph splits per step: {prompt} for a prompt, {token} for a token</source>
        <translation>한 단계를 장치별로 나누어 계산: 프롬프트 {prompt}번, 토큰 {token}번</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>옵션</translation>
    </message>
    <message>
        <source>All automatic</source>
        <translation>모두 자동</translation>
    </message>
    <message>
        <source>Let Coterie decide</source>
        <translation>Coterie에 맡기기</translation>
    </message>
    <message>
        <source>Context kept as</source>
        <translation>컨텍스트 형식</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>우선순위</translation>
    </message>
    <message>
        <source>What comes first when there isn’t enough memory for both.</source>
        <translation>메모리가 둘 다에 모자랄 때 무엇을 우선할지 정합니다.</translation>
    </message>
    <message>
        <source>How experts are used when they don’t all fit on a device.</source>
        <translation>전문가가 장치에 다 들어가지 않을 때 어떻게 쓸지 정합니다.</translation>
    </message>
    <message>
        <source>With fewer, the model is faster and a little less exact.</source>
        <translation>적을수록 더 빠르지만 조금 덜 정확합니다.</translation>
    </message>
    <message>
        <source>Compare speed and text</source>
        <translation>속도와 글 비교</translation>
    </message>
</context>
<context>
    <name>OriginLine</name>
    <message>
        <source>Continued from “{title}”.</source>
        <translation>‘{title}’에서 이어서 시작한 대화입니다.</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Open “{title}”</source>
        <translation>‘{title}’ 열기</translation>
    </message>
</context>
<context>
    <name>PageHeader</name>
    <message>
        <source>Tune for this PC</source>
        <translation>이 PC에 최적화</translation>
    </message>
    <message>
        <source>Measures a few placements for about a minute and keeps the fastest</source>
        <translation>몇 가지 배치를 1분쯤 측정해 가장 빠른 것을 씁니다</translation>
    </message>
    <message>
        <source>Apply and reload</source>
        <translation>적용하고 다시 불러오기</translation>
    </message>
    <message>
        <source>Load with this plan</source>
        <translation>이 배치로 불러오기</translation>
    </message>
</context>
<context>
    <name>PagesSection</name>
    <message>
        <source>Web pages and names</source>
        <translation>웹페이지와 이름</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Remove {text}</source>
        <translation>{text} 제거</translation>
    </message>
    <message>
        <source>Such as https://notes.example</source>
        <translation>예: https://notes.example</translation>
    </message>
    <message>
        <source>Add a page by its address</source>
        <translation>주소로 웹페이지 추가</translation>
    </message>
    <message>
        <source>Add page</source>
        <translation>웹페이지 추가</translation>
    </message>
    <message>
        <source>Such as coterie.example</source>
        <translation>예: coterie.example</translation>
    </message>
    <message>
        <source>Add a name of this computer</source>
        <translation>이 컴퓨터의 이름 추가</translation>
    </message>
    <message>
        <source>Add name</source>
        <translation>이름 추가</translation>
    </message>
    <message>
        <source>Pages of this computer</source>
        <translation>이 컴퓨터의 웹페이지</translation>
    </message>
    <message>
        <source>Pages at localhost or 127.0.0.1, from any program here. They need a key too.</source>
        <translation>어느 프로그램이 띄웠든 localhost나 127.0.0.1에 있는 웹페이지입니다. 여기에도 키가 필요합니다.</translation>
    </message>
    <message>
        <source>Obsidian</source>
        <translation>Obsidian</translation>
    </message>
    <message>
        <source>Its plug-ins, at app://obsidian.md.</source>
        <translation>app://obsidian.md에서 실행되는 플러그인입니다.</translation>
    </message>
    <message>
        <source>Visual Studio Code</source>
        <translation>Visual Studio Code</translation>
    </message>
    <message>
        <source>The panels of all its extensions.</source>
        <translation>모든 확장 프로그램의 패널입니다.</translation>
    </message>
    <message>
        <source>Other web pages</source>
        <translation>다른 웹페이지</translation>
    </message>
    <message>
        <source>Pages that aren’t listed are refused. Each needs a key, as programs do.</source>
        <translation>여기에 없는 웹페이지는 모두 거부합니다. 웹페이지에도 프로그램처럼 키가 필요합니다.</translation>
    </message>
    <message>
        <source>Names of this computer</source>
        <translation>이 컴퓨터의 이름</translation>
    </message>
    <message>
        <source>Programs reach the server at localhost and at its addresses. List other names here.</source>
        <translation>프로그램은 localhost와 이 컴퓨터의 주소로 서버에 접속합니다. 다른 이름은 여기에 추가하세요.</translation>
    </message>
</context>
<context>
    <name>PairLine</name>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Name of a variable or header</source>
        <translation>변수 또는 헤더의 이름</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Its value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Remove this line</source>
        <translation>이 줄 삭제</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Type a command or the title of a chat</source>
        <translation>명령이나 대화 제목을 입력하세요</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>명령 팔레트</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>찾은 항목</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>찾은 것이 없습니다.</translation>
    </message>
</context>
<context>
    <name>PartByPartStrip</name>
    <message>
        <source>Reading “{name}”: part {part} of {count}</source>
        <translation>“{name}” 읽는 중: {count}개 부분 중 {part}번째</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
</context>
<context>
    <name>PartsSheet</name>
    <message>
        <source>Choose parts</source>
        <translation>범위 선택</translation>
    </message>
    <message>
        <source>“{name}” has {count} parts: pages, slides, sheets, or rows. Only these are read.</source>
        <translation>“{name}”에는 페이지, 슬라이드, 시트, 행 묶음 등 {count}개 부분이 있습니다. 선택한 범위만 읽습니다.</translation>
    </message>
    <message>
        <source>From</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>to</source>
        <translation>끝</translation>
    </message>
    <message>
        <source>First part</source>
        <translation>첫 부분</translation>
    </message>
    <message>
        <source>Last part</source>
        <translation>마지막 부분</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Use these</source>
        <translation>이 범위 사용</translation>
    </message>
</context>
<context>
    <name>PickCard</name>
    <message>
        <source>Contacting Hugging Face…</source>
        <translation>Hugging Face에 확인하는 중…</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>차례를 기다리는 중</translation>
    </message>
    <message>
        <source>Downloading, {percent}%</source>
        <translation>다운로드 중, {percent}%</translation>
    </message>
    <message>
        <source>Verifying every byte…</source>
        <translation>모든 바이트를 확인하는 중…</translation>
    </message>
    <message>
        <source>Paused at {percent}%</source>
        <translation>{percent}%에서 일시 정지</translation>
    </message>
    <message>
        <source>Ready.</source>
        <translation>준비되었습니다.</translation>
    </message>
    <message>
        <source>{size} · about {speed} tok/s</source>
        <translation>{size} · 초당 약 {speed}토큰</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Try downloading {name} again</source>
        <translation>{name} 다시 받기</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>지금 쓰기</translation>
    </message>
    <message>
        <source>Use {name}</source>
        <translation>{name} 쓰기</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>받기</translation>
    </message>
    <message>
        <source>Get {name}, {figures}</source>
        <translation>{name} 받기, {figures}</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Show the download of {name}</source>
        <translation>{name} 다운로드 보기</translation>
    </message>
</context>
<context>
    <name>PictureSheet</name>
    <message>
        <source>Picture: {name}</source>
        <translation>이미지: {name}</translation>
    </message>
    <message>
        <source>This picture is no longer kept.</source>
        <translation>이 이미지는 더 이상 보관되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>Placement</name>
    <message>
        <source>attention and shared</source>
        <translation>어텐션과 공유 부분</translation>
    </message>
    <message>
        <source>experts</source>
        <translation>전문가</translation>
    </message>
    <message>
        <source>cached experts</source>
        <translation>교체되는 전문가</translation>
    </message>
    <message>
        <source>context</source>
        <translation>컨텍스트</translation>
    </message>
    <message>
        <source>compute memory</source>
        <translation>계산용 메모리</translation>
    </message>
    <message>
        <source>seeing pictures</source>
        <translation>이미지 인식</translation>
    </message>
    <message>
        <source>read from the disk</source>
        <translation>디스크에서 읽음</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>디스크</translation>
    </message>
    <message>
        <source>{total} parameters, all used for each token</source>
        <translation>매개변수 {total} 개, 토큰마다 모두 사용</translation>
    </message>
    <message>
        <source>{active} of {total} parameters per token</source>
        <translation>토큰당 매개변수 {total} 개 중 {active} 개</translation>
    </message>
    <message>
        <source>{used} of {experts} experts, {parameters}</source>
        <translation>전문가 {experts}개 중 {used}개, {parameters}</translation>
    </message>
    <message>
        <source>{first} to {last}</source>
        <translation>{first}~{last}</translation>
    </message>
    <message>
        <source>RAM</source>
        <translation>RAM</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>Integrated GPU</source>
        <translation>내장 GPU</translation>
    </message>
    <message>
        <source>Other PC</source>
        <translation>보조 PC</translation>
    </message>
    <message>
        <source>the other PC</source>
        <translation>보조 PC</translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation>그래픽 카드</translation>
    </message>
    <message>
        <source>Experts are the parts of a model that take turns: for each word only a few of them work. That is why a large model of this kind can be fast, and why most of it can stay in ordinary memory.</source>
        <translation>전문가는 모델을 이루는 부분으로, 단어마다 그중 몇 개만 일합니다. 그래서 이런 모델은 커도 빠르고, 대부분을 일반 메모리에 두어도 됩니다.</translation>
    </message>
    <message>
        <source>A model is a stack of layers, and each word passes through all of them. A layer on the graphics card is faster than one in ordinary memory.</source>
        <translation>모델은 여러 층으로 쌓여 있고, 단어마다 모든 층을 거칩니다. 그래픽 카드에 있는 층은 일반 메모리에 있는 층보다 빠릅니다.</translation>
    </message>
    <message>
        <source>The model keeps notes on all that it has read. f16 keeps them exactly, q8_0 takes half the memory and q4_0 a quarter; both are slightly less precise.</source>
        <translation>모델은 읽은 내용을 모두 적어 둡니다. f16은 그대로 보관하고, q8_0은 메모리를 절반, q4_0은 4분의 1만 쓰는 대신 조금 덜 정확합니다.</translation>
    </message>
    <message>
        <source>A long text is read in pieces. A larger batch reads faster and takes more memory meanwhile.</source>
        <translation>긴 글은 나누어 읽습니다. 배치가 크면 더 빨리 읽지만 그동안 메모리를 더 씁니다.</translation>
    </message>
    <message>
        <source>A smaller model of the same family guesses the next words, and this one only checks them. Answers stay the same and come faster where the guess is right.</source>
        <translation>같은 계열의 작은 모델이 다음 단어를 미리 예측하고, 이 모델은 확인만 합니다. 답변은 그대로이고, 예측이 맞으면 더 빨라집니다.</translation>
    </message>
    <message>
        <source>Attention and shared: what works for every word. Context: notes on the conversation. Compute memory: room to work in.</source>
        <translation>어텐션과 공유 부분: 단어마다 항상 쓰는 부분입니다. 컨텍스트: 대화 내용을 적어 둔 것입니다. 계산용 메모리: 계산할 때 쓰는 공간입니다.</translation>
    </message>
</context>
<context>
    <name>PlacementPage</name>
    <message>
        <source>Loading the model onto another PC. Its placement appears when that is done.</source>
        <translation>모델을 보조 PC로 불러오는 중입니다. 끝나면 어디에 놓였는지 보여 드립니다.</translation>
    </message>
    <message>
        <source>Reading the model and planning where it goes…</source>
        <translation>모델을 읽고 어디에 둘지 계획하고 있습니다…</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>모델 배치</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Let Coterie decide</source>
        <translation>Coterie에 맡기기</translation>
    </message>
    <message>
        <source>See where a model goes and how fast it will be. Open a model first.</source>
        <translation>모델이 어디에 놓이고 얼마나 빠른지 보여 주는 곳입니다. 먼저 모델을 열어 주세요.</translation>
    </message>
    <message>
        <source>Use half the memory for the context</source>
        <translation>컨텍스트를 절반의 메모리에 보관</translation>
    </message>
    <message>
        <source>Use a context of {count} tokens</source>
        <translation>컨텍스트를 {count}토큰으로 줄이기</translation>
    </message>
    <message>
        <source>Allow as much memory as it needs</source>
        <translation>필요한 만큼 메모리 허용</translation>
    </message>
    <message>
        <source>The model in use, {name}, runs on {host}. This page shows models on this computer.</source>
        <translation>사용 중인 모델 {name}의 서버는 {host}입니다. 여기에는 이 컴퓨터의 모델이 표시됩니다.</translation>
    </message>
</context>
<context>
    <name>PlainCard</name>
    <message>
        <source>This model doesn’t fit as it is. {reason}</source>
        <translation>이대로는 실행할 수 없습니다. {reason}</translation>
    </message>
    <message>
        <source>This model fits. {speed} {advice}</source>
        <translation>이 모델은 이 컴퓨터에서 실행할 수 있습니다. {speed} {advice}</translation>
    </message>
    <message>
        <source>This model is larger than the memory it may use and runs from the disk. {speed} {advice}</source>
        <translation>이 모델은 쓸 수 있는 메모리보다 커서 디스크에서 읽으며 실행합니다. {speed} {advice}</translation>
    </message>
    <message>
        <source>This model is larger than the memory it may use. {speed} {advice}</source>
        <translation>이 모델은 쓸 수 있는 메모리보다 큽니다. {speed} {advice}</translation>
    </message>
    <message>
        <source>Expect about {speed} tokens a second, which is fast.</source>
        <translation>초당 약 {speed}토큰으로 빠릅니다.</translation>
    </message>
    <message>
        <source>Expect about {speed} tokens a second, about as fast as you read.</source>
        <translation>초당 약 {speed}토큰으로, 읽는 속도와 비슷합니다.</translation>
    </message>
    <message>
        <source>Expect about {speed} tokens a second, which is slow but usable.</source>
        <translation>초당 약 {speed}토큰으로, 느리지만 쓸 만합니다.</translation>
    </message>
    <message>
        <source>Expect about {speed} tokens a second, which is very slow.</source>
        <translation>초당 약 {speed}토큰으로 매우 느립니다.</translation>
    </message>
    <message>
        <source>The last answer came at {speed}: other programs may have kept this computer busy.</source>
        <translation>지난 답변은 초당 {speed}토큰이었습니다. 다른 프로그램이 컴퓨터를 많이 쓰고 있었을 수 있습니다.</translation>
    </message>
    <message>
        <source>A smaller quantization or a smaller model would be much faster.</source>
        <translation>더 작은 양자화나 더 작은 모델을 쓰면 훨씬 빨라집니다.</translation>
    </message>
    <message>
        <source>Nothing to do here.</source>
        <translation>따로 할 일은 없습니다.</translation>
    </message>
</context>
<context>
    <name>PlanBar</name>
    <message>
        <source>What should be different? Leave it empty to let the plan go</source>
        <translation>무엇을 바꿀까요? 비워 두면 계획을 그만둡니다</translation>
    </message>
    <message>
        <source>What should be different, told to the model</source>
        <translation>무엇을 바꿀지 모델에 알려 줄 말</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>거절</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>PlanCard</name>
    <message>
        <source>done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>in progress</source>
        <translation>진행 중</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>Plan: {items}</source>
        <translation>계획: {items}</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>계획</translation>
    </message>
</context>
<context>
    <name>PlanReview</name>
    <message>
        <source>A plan has at least one step.</source>
        <translation>계획에는 적어도 한 단계가 있어야 합니다.</translation>
    </message>
    <message>
        <source>A plan has at most {most} steps.</source>
        <translation>계획은 {most}단계까지 둘 수 있습니다.</translation>
    </message>
    <message>
        <source>Approve this plan?</source>
        <translation>이 계획을 승인할까요?</translation>
    </message>
    <message>
        <source>Nothing has been changed yet. One step per line: move, change, add, or remove lines.</source>
        <translation>아직 바뀐 것은 없습니다. 한 줄이 한 단계입니다. 줄을 옮기거나 고치거나 더하거나 지울 수 있습니다.</translation>
    </message>
    <message>
        <source>Steps of the plan</source>
        <translation>계획의 단계</translation>
    </message>
    <message>
        <source>Move the step up (Alt+Up)</source>
        <translation>단계를 위로 옮기기(Alt+↑)</translation>
    </message>
    <message>
        <source>Move the step down (Alt+Down)</source>
        <translation>단계를 아래로 옮기기(Alt+↓)</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>승인</translation>
    </message>
    <message>
        <source>Reject…</source>
        <translation>거절…</translation>
    </message>
</context>
<context>
    <name>Presence</name>
    <message>
        <source>Coterie is on in the background. To bring its window back, start it again.</source>
        <translation>Coterie가 창 없이 계속 실행 중입니다. 다시 실행하면 창이 열립니다.</translation>
    </message>
</context>
<context>
    <name>PresetChoice</name>
    <message>
        <source>Model default</source>
        <translation>모델 기본값</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>정확하게</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>창의적으로</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>사용자 지정</translation>
    </message>
    <message>
        <source>Save as a preset…</source>
        <translation>프리셋으로 저장…</translation>
    </message>
    <message>
        <source>Delete this preset</source>
        <translation>이 프리셋 삭제</translation>
    </message>
    <message>
        <source>Sampling preset</source>
        <translation>샘플링 프리셋</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>프리셋 이름</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
</context>
<context>
    <name>PriceRow</name>
    <message>
        <source>Not set</source>
        <translation>설정 안 함</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>읽음</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>재사용</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>작성</translation>
    </message>
</context>
<context>
    <name>ProjectControl</name>
    <message>
        <source>Project “{name}” deleted. Its chats stay in the list.</source>
        <translation>‘{name}’ 프로젝트를 삭제했습니다. 대화는 목록에 남아 있습니다.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>ProjectSheet</name>
    <message>
        <source>Files of the project</source>
        <translation>프로젝트 파일</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>새 프로젝트</translation>
    </message>
    <message>
        <source>Project settings</source>
        <translation>프로젝트 설정</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>지시문</translation>
    </message>
    <message>
        <source>Model of new chats</source>
        <translation>새 대화의 모델</translation>
    </message>
    <message>
        <source>Folder for tools</source>
        <translation>도구를 사용할 폴더</translation>
    </message>
    <message>
        <source>What it may do without asking</source>
        <translation>확인 없이 할 수 있는 일</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Collection</source>
        <translation>모음</translation>
    </message>
    <message>
        <source>Used in all chats of the project, in place of the default system prompt.</source>
        <translation>이 프로젝트의 모든 대화에서 기본 시스템 프롬프트 대신 사용합니다.</translation>
    </message>
    <message>
        <source>In new chats of the project, answers may use tools in this folder. Leave it empty for none.</source>
        <translation>이 프로젝트의 새 대화에서는 이 폴더에서 도구를 쓸 수 있습니다. 비워 두면 도구를 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>Type @ in a chat of the project to add one to a message. They stay where they are.</source>
        <translation>이 프로젝트의 대화에서 @를 입력하면 메시지에 넣을 수 있습니다. 파일은 원래 위치에 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Each question is looked up in it first, and the answer cites what it uses.</source>
        <translation>질문할 때마다 먼저 이 모음에서 찾아보고, 답변에 출처를 밝힙니다.</translation>
    </message>
    <message>
        <source>What the model should know and do in this project</source>
        <translation>이 프로젝트에서 모델이 알아야 할 것과 해야 할 일</translation>
    </message>
    <message>
        <source>The model in use</source>
        <translation>사용 중인 모델</translation>
    </message>
    <message>
        <source>Collections…</source>
        <translation>모음…</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>파일 추가…</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>만들기</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Delete project</source>
        <translation>프로젝트 삭제</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
</context>
<context>
    <name>ProofSheet</name>
    <message>
        <source>Reading the model’s chat template…</source>
        <translation>모델의 대화 템플릿을 읽는 중…</translation>
    </message>
    <message>
        <source>This model has no reasoning switch: it always gets the same text.</source>
        <translation>추론 설정이 없는 모델입니다. 모델에 전달되는 내용은 언제나 같습니다.</translation>
    </message>
    <message>
        <source>{name} is asked “{question}”. This is what each choice of reasoning changes.</source>
        <translation>{name} 모델에 ‘{question}’라고 물을 때, 추론 설정마다 무엇이 달라지는지 보여 줍니다.</translation>
    </message>
    <message>
        <source>What the reasoning switch changes</source>
        <translation>추론 설정에 따라 달라지는 것</translation>
    </message>
    <message>
        <source>These are the texts in full. Compared with the first one, + marks lines that are added and - lines that are left out.</source>
        <translation>아래는 모델에 전달되는 전체 내용입니다. 첫 번째와 비교해 더해진 줄에는 +, 빠진 줄에는 -를 붙였습니다.</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>ProposalNote</name>
    <message>
        <source>Keep</source>
        <translation>기억하기</translation>
    </message>
    <message>
        <source>Don’t keep</source>
        <translation>기억하지 않기</translation>
    </message>
    <message>
        <source>Remember for later chats? “{text}”</source>
        <translation>다음 대화에서도 기억할까요? “{text}”</translation>
    </message>
</context>
<context>
    <name>ProseBlock</name>
    <message>
        <source>Answer text</source>
        <translation>답변 내용</translation>
    </message>
</context>
<context>
    <name>ProviderKey</name>
    <message>
        <source>New key to replace the saved one</source>
        <translation>저장된 키를 대신할 새 키</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 키</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Save the API key</source>
        <translation>API 키 저장</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Delete the API key</source>
        <translation>API 키 삭제</translation>
    </message>
</context>
<context>
    <name>ProviderSetup</name>
    <message>
        <source>Searching for “{query}”…</source>
        <translation>‘{query}’ 검색 중…</translation>
    </message>
    <message>
        <source>It answers, but found nothing for “{query}”.</source>
        <translation>응답은 하지만 ‘{query}’ 검색 결과가 없습니다.</translation>
    </message>
    <message>
        <source>It works: pages were found for “{query}”.</source>
        <translation>작동합니다. ‘{query}’ 검색으로 페이지를 찾았습니다.</translation>
    </message>
    <message>
        <source>Address of the SearXNG server</source>
        <translation>SearXNG 서버의 주소</translation>
    </message>
    <message>
        <source>Get a key from {name}</source>
        <translation>{name}에서 키 받기</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>테스트</translation>
    </message>
    <message>
        <source>Search for one word to test it</source>
        <translation>한 단어를 검색해 테스트</translation>
    </message>
</context>
<context>
    <name>PutAway</name>
    <message>
        <source>Chat permanently deleted</source>
        <translation>대화를 완전히 삭제했습니다</translation>
    </message>
    <message>
        <source>{count} chats permanently deleted</source>
        <translation>대화 {count}개를 완전히 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>PutAwaySheet</name>
    <message>
        <source>No chat matches “{query}”.</source>
        <translation>‘{query}’에 맞는 대화가 없습니다.</translation>
    </message>
    <message>
        <source>No chat is archived.</source>
        <translation>보관한 대화가 없습니다.</translation>
    </message>
    <message>
        <source>Nothing was deleted in the last 30 days.</source>
        <translation>지난 30일 동안 삭제한 것이 없습니다.</translation>
    </message>
    <message>
        <source>Archived chats</source>
        <translation>보관한 대화</translation>
    </message>
    <message>
        <source>Archived chats still appear in search. Double-click a chat to read it.</source>
        <translation>검색하면 계속 나옵니다. 두 번 클릭하면 대화가 열립니다.</translation>
    </message>
    <message>
        <source>Move to list</source>
        <translation>목록으로 되돌리기</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Recently deleted</source>
        <translation>최근 삭제한 대화</translation>
    </message>
    <message>
        <source>Kept for 30 days, then permanently deleted.</source>
        <translation>삭제하고 30일이 지나면 완전히 지워집니다.</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Delete permanently</source>
        <translation>완전히 삭제</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>대화 검색</translation>
    </message>
</context>
<context>
    <name>QueueStrip</name>
    <message>
        <source>Waits for the answer to end: {words}</source>
        <translation>답변이 끝나기를 기다리는 질문: {words}</translation>
    </message>
    <message>
        <source>1 question waits</source>
        <translation>대기 중인 질문 1개</translation>
    </message>
    <message>
        <source>{count} questions wait</source>
        <translation>대기 중인 질문 {count}개</translation>
    </message>
    <message>
        <source>Send now</source>
        <translation>지금 보내기</translation>
    </message>
    <message>
        <source>Send the first waiting question now</source>
        <translation>대기 중인 첫 질문을 지금 보내기</translation>
    </message>
</context>
<context>
    <name>QueuedQuestion</name>
    <message>
        <source>Double-click to edit, drag to move</source>
        <translation>두 번 클릭하여 수정, 끌어서 이동</translation>
    </message>
    <message>
        <source>Waiting question {number}: {words}</source>
        <translation>대기 중인 질문 {number}: {words}</translation>
    </message>
    <message>
        <source>Waiting question {number} with {files}: {words}</source>
        <translation>대기 중인 질문 {number}(첨부: {files}): {words}</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>위로 이동</translation>
    </message>
    <message>
        <source>Edit this question</source>
        <translation>이 질문 수정</translation>
    </message>
    <message>
        <source>Remove this question</source>
        <translation>이 질문 제거</translation>
    </message>
</context>
<context>
    <name>QuitSheet</name>
    <message>
        <source>Quit Coterie?</source>
        <translation>Coterie를 종료할까요?</translation>
    </message>
    <message>
        <source>An answer is still being written. It will stop, and what’s there is kept.</source>
        <translation>답변을 작성하는 중입니다. 종료하면 중지되고, 작성된 부분은 저장됩니다.</translation>
    </message>
    <message>
        <source>Answers are still being written. They will stop, and what’s there is kept.</source>
        <translation>답변을 작성하는 중입니다. 종료하면 모두 중지되고, 작성된 부분은 저장됩니다.</translation>
    </message>
    <message>
        <source>“{title}” is still running and will be interrupted.</source>
        <translation>진행 중인 작업이 중단됩니다: {title}</translation>
    </message>
    <message>
        <source>{count} runs are still in progress and will be interrupted.</source>
        <translation>진행 중인 작업 {count}개가 중단됩니다.</translation>
    </message>
    <message>
        <source>Other programs are being answered. Their answers will stop.</source>
        <translation>다른 프로그램이 답변을 받고 있습니다. 종료하면 그 답변도 중단됩니다.</translation>
    </message>
    <message>
        <source>Don’t ask again</source>
        <translation>다시 묻지 않기</translation>
    </message>
    <message>
        <source>Keep working</source>
        <translation>종료하지 않기</translation>
    </message>
    <message>
        <source>Quit anyway</source>
        <translation>그래도 종료</translation>
    </message>
    <message>
        <source>Keep Coterie on in the background?</source>
        <translation>백그라운드에서 Coterie를 계속 켜 둘까요?</translation>
    </message>
    <message>
        <source>Keep it on</source>
        <translation>계속 켜 두기</translation>
    </message>
    <message>
        <source>Scheduled runs start only while Coterie is on. To bring this window back, start Coterie again.</source>
        <translation>예약한 작업은 Coterie가 켜져 있을 때만 시작합니다. Coterie를 다시 실행하면 창이 열립니다.</translation>
    </message>
    <message>
        <source>Keep serving in the background?</source>
        <translation>창을 닫고 서버는 계속 켜 둘까요?</translation>
    </message>
    <message>
        <source>The local server is on. Other programs can go on using your models without this window. To bring it back, start Coterie again.</source>
        <translation>로컬 서버가 켜져 있습니다. 창을 닫아도 다른 프로그램이 모델을 계속 쓸 수 있습니다. Coterie를 다시 실행하면 창이 열립니다.</translation>
    </message>
    <message>
        <source>If you quit:</source>
        <translation>종료하면:</translation>
    </message>
    <message>
        <source>Keep serving</source>
        <translation>서버 계속 켜 두기</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Runs</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>{name}, {count} new</source>
        <translation>{name}, 새 결과 {count}개</translation>
    </message>
    <message>
        <source>{name}, 1 needs you</source>
        <translation>{name}, 1개 확인 필요</translation>
    </message>
    <message>
        <source>{name}, {count} need you</source>
        <translation>{name}, {count}개 확인 필요</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>{name}, 1 download, {percent}%</source>
        <translation>{name}, 다운로드 1개, {percent}%</translation>
    </message>
    <message>
        <source>{name}, {count} downloads, {percent}%</source>
        <translation>{name}, 다운로드 {count}개, {percent}%</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>List</source>
        <translation>목록</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>모델 배치</translation>
    </message>
    <message>
        <source>{name}, new version</source>
        <translation>{name}, 새 버전 있음</translation>
    </message>
    <message>
        <source>Show or hide the list</source>
        <translation>목록 보이기 또는 숨기기</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
</context>
<context>
    <name>RawText</name>
    <message>
        <source>Reasoning, as written</source>
        <translation>추론 원문</translation>
    </message>
    <message>
        <source>Answer, as written</source>
        <translation>답변 원문</translation>
    </message>
    <message>
        <source>Show formatted</source>
        <translation>서식 적용하여 보기</translation>
    </message>
    <message>
        <source>Show the formatted answer</source>
        <translation>서식을 적용한 답변 보기</translation>
    </message>
</context>
<context>
    <name>ReasoningCard</name>
    <message>
        <source>opened</source>
        <translation>펼쳐짐</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>접힘</translation>
    </message>
    <message>
        <source>Thought for {time}</source>
        <translation>{time} 동안 추론함</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론 내용</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1토큰</translation>
    </message>
    <message>
        <source>Reasoning…</source>
        <translation>추론하는 중</translation>
    </message>
    <message>
        <source>Answer now</source>
        <translation>바로 답하기</translation>
    </message>
    <message>
        <source>Ends the reasoning and starts the answer</source>
        <translation>추론을 마치고 답변을 시작합니다</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
</context>
<context>
    <name>ReasoningChooser</name>
    <message>
        <source>Closes the reasoning before it begins. Not every model respects that.</source>
        <translation>추론을 시작하기 전에 닫아 둡니다. 지키지 않는 모델도 있습니다.</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>Off (best effort)</source>
        <translation>끄기(가능하면)</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끄기</translation>
    </message>
    <message>
        <source>On</source>
        <translation>켜기</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>낮음</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>보통</translation>
    </message>
    <message>
        <source>High</source>
        <translation>높음</translation>
    </message>
    <message>
        <source>Limit…</source>
        <translation>한도 지정…</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>Maximum reasoning tokens</source>
        <translation>추론에 쓸 최대 토큰 수</translation>
    </message>
    <message>
        <source>Reasoning ends after this many tokens, and the answer begins.</source>
        <translation>이만큼 추론하면 추론을 마치고 답변을 시작합니다.</translation>
    </message>
</context>
<context>
    <name>ReasoningProof</name>
    <message>
        <source>Limit: {count} tokens</source>
        <translation>한도: {count}토큰</translation>
    </message>
    <message>
        <source>Nothing is added: the model follows its own default.</source>
        <translation>아무것도 더하지 않습니다. 모델의 기본값을 따릅니다.</translation>
    </message>
    <message>
        <source>Sends the same text as {choice}.</source>
        <translation>‘{choice}’ 설정과 같은 내용을 보냅니다.</translation>
    </message>
    <message>
        <source>Changes blank lines only.</source>
        <translation>빈 줄만 다릅니다.</translation>
    </message>
    <message>
        <source>Coterie ends the reasoning as soon as it begins.</source>
        <translation>추론이 시작되면 Coterie가 바로 끝냅니다.</translation>
    </message>
    <message>
        <source>Coterie ends the reasoning after {count} tokens, and the answer begins.</source>
        <translation>추론이 {count}토큰에 이르면 Coterie가 추론을 끝내고 답변을 시작하게 합니다.</translation>
    </message>
    <message>
        <source>Not every model respects that.</source>
        <translation>지키지 않는 모델도 있습니다.</translation>
    </message>
    <message>
        <source>The model starts by reasoning.</source>
        <translation>모델이 추론부터 시작합니다.</translation>
    </message>
    <message>
        <source>The model starts with the answer.</source>
        <translation>모델이 바로 답변을 시작합니다.</translation>
    </message>
    <message>
        <source>Adds {text}.</source>
        <translation>{text} 부분을 더합니다.</translation>
    </message>
    <message>
        <source>Leaves out {text}.</source>
        <translation>{text} 부분을 뺍니다.</translation>
    </message>
    <message>
        <source>Says {added} instead of {removed}.</source>
        <translation>{removed} 대신 {added} 내용을 보냅니다.</translation>
    </message>
    <message>
        <source>“{text}”</source>
        <translation>‘{text}’</translation>
    </message>
</context>
<context>
    <name>RecipesControl</name>
    <message>
        <source>“{title}” was saved as a skill</source>
        <translation>‘{title}’ 스킬을 저장했습니다</translation>
    </message>
    <message>
        <source>Skill deleted</source>
        <translation>스킬을 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>RegionChooser</name>
    <message>
        <source>Drag over what to attach. Enter takes the whole screen, Esc cancels.</source>
        <translation>첨부할 부분을 드래그하세요. 전체 화면은 Enter, 취소는 Esc입니다.</translation>
    </message>
    <message>
        <source>Screenshot</source>
        <translation>화면 캡처</translation>
    </message>
</context>
<context>
    <name>RememberedSection</name>
    <message>
        <source>Only in the project {name}</source>
        <translation>{name} 프로젝트에서만</translation>
    </message>
    <message>
        <source>Forgotten</source>
        <translation>기억에서 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Memory across chats</source>
        <translation>대화 간 기억</translation>
    </message>
    <message>
        <source>Nothing is remembered.</source>
        <translation>기억한 내용이 없습니다.</translation>
    </message>
    <message>
        <source>For example: I live in Busan and prefer short answers.</source>
        <translation>예: 부산에 살고, 짧은 답변을 좋아합니다.</translation>
    </message>
    <message>
        <source>Another sentence to remember</source>
        <translation>새로 기억할 문장</translation>
    </message>
    <message>
        <source>Remember</source>
        <translation>기억하기</translation>
    </message>
    <message>
        <source>Included in new chats. Models can suggest new sentences, which are used only after you keep them.</source>
        <translation>새 대화를 시작할 때 아래 문장을 모델에 전달합니다. 모델이 새 문장을 제안할 수 있으며, ‘기억하기’를 눌러야 사용됩니다.</translation>
    </message>
    <message>
        <source>Stored only on this computer. A chat with a model on another server sends them there.</source>
        <translation>이 컴퓨터에만 저장됩니다. 다른 서버의 모델과 대화하면 그 서버로 함께 전송됩니다.</translation>
    </message>
    <message>
        <source>Use memory</source>
        <translation>기억 사용</translation>
    </message>
    <message>
        <source>Remembered</source>
        <translation>기억한 내용</translation>
    </message>
</context>
<context>
    <name>Remote</name>
    <message>
        <source>Remote</source>
        <translation>외부</translation>
    </message>
    <message>
        <source>Remote: text leaves this computer</source>
        <translation>외부: 내용이 이 컴퓨터를 벗어납니다</translation>
    </message>
    <message>
        <source>Anything sent to this model leaves your computer and goes to {host}.</source>
        <translation>이 모델에 보내는 내용은 이 컴퓨터를 벗어나 서버 {host}로 전송됩니다.</translation>
    </message>
    <message>
        <source>remote, on {host}</source>
        <translation>외부, {host}</translation>
    </message>
    <message>
        <source>a server on this computer, {host}</source>
        <translation>이 컴퓨터의 서버, {host}</translation>
    </message>
</context>
<context>
    <name>RemoteServerLine</name>
    <message>
        <source>One model</source>
        <translation>모델 1개</translation>
    </message>
    <message>
        <source>{count} models</source>
        <translation>모델 {count}개</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>이 컴퓨터</translation>
    </message>
    <message>
        <source>Change {name}</source>
        <translation>{name} 변경</translation>
    </message>
    <message>
        <source>Change it</source>
        <translation>변경</translation>
    </message>
</context>
<context>
    <name>RemoteServersSection</name>
    <message>
        <source>The key is kept until Coterie quits: this system has no keyring.</source>
        <translation>이 시스템에 키링이 없어 Coterie를 종료할 때까지만 키를 보관합니다.</translation>
    </message>
    <message>
        <source>Remote models</source>
        <translation>외부 모델</translation>
    </message>
    <message>
        <source>None yet.</source>
        <translation>아직 없습니다.</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Servers that speak OpenAI’s API: vLLM, SGLang, llama-server, Ollama, LM Studio, and others. Anything sent to these models leaves your computer. They are marked wherever you use them.</source>
        <translation>OpenAI API를 지원하는 서버입니다. vLLM, SGLang, llama-server, Ollama, LM Studio 등을 쓸 수 있습니다. 이 모델들에 보내는 내용은 이 컴퓨터를 벗어나며, 사용하는 곳마다 표시됩니다.</translation>
    </message>
    <message>
        <source>Add a server</source>
        <translation>서버 추가</translation>
    </message>
</context>
<context>
    <name>Removing</name>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>{name} is in the trash. Emptying it frees {size}.</source>
        <translation>{name} 모델을 휴지통으로 옮겼습니다. 휴지통을 비우면 {size}의 공간이 생깁니다.</translation>
    </message>
    <message>
        <source>{name} was removed from the library. Its file stays where it is.</source>
        <translation>{name} 모델을 라이브러리에서 제거했습니다. 파일은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>{count} models were removed from the library.</source>
        <translation>라이브러리에서 모델 {count}개를 제거했습니다.</translation>
    </message>
    <message>
        <source>Emptying the trash frees {size}.</source>
        <translation>휴지통을 비우면 {size}의 공간이 생깁니다.</translation>
    </message>
</context>
<context>
    <name>RequestRow</name>
    <message>
        <source>Stop the request of {program}</source>
        <translation>{program}의 요청 중지</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
</context>
<context>
    <name>Requests</name>
    <message>
        <source>Without a key</source>
        <translation>키 없음</translation>
    </message>
    <message>
        <source>Unknown program</source>
        <translation>알 수 없는 프로그램</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>being read</source>
        <translation>읽는 중</translation>
    </message>
    <message>
        <source>being answered</source>
        <translation>답변 중</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>다운로드 중</translation>
    </message>
    <message>
        <source>{count} tokens in, {cached} of them reused</source>
        <translation>입력 {count}토큰(재사용 {cached})</translation>
    </message>
    <message>
        <source>{count} tokens in</source>
        <translation>입력 {count}토큰</translation>
    </message>
    <message>
        <source>{count} tokens out</source>
        <translation>출력 {count}토큰</translation>
    </message>
    <message>
        <source>another site</source>
        <translation>다른 사이트</translation>
    </message>
    <message>
        <source>refused: pages of {page} aren’t let in</source>
        <translation>거부됨: {page} 웹페이지는 허용되지 않음</translation>
    </message>
    <message>
        <source>refused: {name} isn’t a listed name</source>
        <translation>거부됨: 목록에 없는 이름 {name}</translation>
    </message>
    <message>
        <source>refused: its key doesn’t allow this</source>
        <translation>거부됨: 키에 권한이 없음</translation>
    </message>
    <message>
        <source>stopped here</source>
        <translation>여기에서 중지함</translation>
    </message>
    <message>
        <source>the server was switched off</source>
        <translation>서버를 끔</translation>
    </message>
    <message>
        <source>refused: no valid key</source>
        <translation>거부됨: 유효한 키가 없음</translation>
    </message>
    <message>
        <source>refused: there’s no such model</source>
        <translation>거부됨: 그런 모델이 없음</translation>
    </message>
    <message>
        <source>refused: another model is in use</source>
        <translation>거부됨: 다른 모델을 쓰고 있음</translation>
    </message>
    <message>
        <source>refused: too long for the context</source>
        <translation>거부됨: 컨텍스트보다 긺</translation>
    </message>
    <message>
        <source>refused: too many at once</source>
        <translation>거부됨: 한꺼번에 너무 많음</translation>
    </message>
    <message>
        <source>the program hung up</source>
        <translation>프로그램이 연결을 끊음</translation>
    </message>
    <message>
        <source>failed ({status})</source>
        <translation>실패({status})</translation>
    </message>
    <message>
        <source>refused ({status})</source>
        <translation>거부됨({status})</translation>
    </message>
</context>
<context>
    <name>RequestsSection</name>
    <message>
        <source>Requests</source>
        <translation>요청</translation>
    </message>
    <message>
        <source>Show more</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Show more requests</source>
        <translation>요청 더 보기</translation>
    </message>
    <message>
        <source>The last ones since the server was switched on. What was asked and answered isn’t kept.</source>
        <translation>서버를 켠 뒤의 최근 요청입니다. 질문과 답변의 내용은 보관하지 않습니다.</translation>
    </message>
    <message>
        <source>What programs ask</source>
        <translation>프로그램의 요청</translation>
    </message>
</context>
<context>
    <name>Residence</name>
    <message>
        <source>In memory</source>
        <translation>메모리에 있음</translation>
    </message>
    <message>
        <source>{size} for other chats</source>
        <translation>다른 대화용 {size}</translation>
    </message>
    <message>
        <source>In memory: {places}</source>
        <translation>메모리 사용: {places}</translation>
    </message>
    <message>
        <source>{device}: weights {weights}, context {context}, compute {working}</source>
        <translation>{device}: 가중치 {weights}, 컨텍스트 {context}, 계산용 메모리 {working}</translation>
    </message>
    <message>
        <source>Loaded at {time}, when it was chosen</source>
        <translation>{time}에 모델을 선택해서 불러왔습니다</translation>
    </message>
    <message>
        <source>Loaded at {time}, when the window opened</source>
        <translation>{time}에 창을 열 때 불러왔습니다</translation>
    </message>
    <message>
        <source>Loaded at {time}, when you started typing</source>
        <translation>{time}에 입력을 시작할 때 불러왔습니다</translation>
    </message>
    <message>
        <source>Loaded at {time} for an answer</source>
        <translation>{time}에 답변을 위해 불러왔습니다</translation>
    </message>
    <message>
        <source>Loaded at {time} for a run</source>
        <translation>{time}에 작업을 위해 불러왔습니다</translation>
    </message>
    <message>
        <source>In use by {names}</source>
        <translation>지금 사용 중: {names}</translation>
    </message>
    <message>
        <source>Last used by {name}</source>
        <translation>마지막으로 사용: {name}</translation>
    </message>
    <message>
        <source>Stays in memory: an answer is being written</source>
        <translation>답변을 쓰는 중이라 내리지 않습니다</translation>
    </message>
    <message>
        <source>Stays in memory: a run is in progress</source>
        <translation>작업이 진행 중이라 내리지 않습니다</translation>
    </message>
    <message>
        <source>Stays in memory: a run needs you</source>
        <translation>작업에 확인이 필요해 내리지 않습니다</translation>
    </message>
    <message>
        <source>Stays in memory until {time}: a run needs you</source>
        <translation>작업에 확인이 필요해 {time}까지 내리지 않습니다</translation>
    </message>
    <message>
        <source>Memory is low: unloads in a minute unless used</source>
        <translation>메모리가 부족합니다. 사용하지 않으면 1분 안에 내립니다</translation>
    </message>
    <message>
        <source>Stays in memory until you unload it</source>
        <translation>직접 내릴 때까지 메모리에 둡니다</translation>
    </message>
    <message>
        <source>Unloads at {time} unless used</source>
        <translation>사용하지 않으면 {time}에 내립니다</translation>
    </message>
    <message>
        <source>Not in memory yet. Loads when you start typing.</source>
        <translation>아직 메모리에 없습니다. 입력을 시작하면 불러옵니다.</translation>
    </message>
    <message>
        <source>Unloaded after being idle. Loads when you start typing.</source>
        <translation>한동안 사용하지 않아 메모리에서 내렸습니다. 입력을 시작하면 불러옵니다.</translation>
    </message>
    <message>
        <source>Unloaded because memory ran low. Loads when you start typing.</source>
        <translation>메모리가 부족해 모델을 내렸습니다. 입력을 시작하면 불러옵니다.</translation>
    </message>
    <message>
        <source>Unloaded. Loads when you start typing.</source>
        <translation>직접 메모리에서 내렸습니다. 입력을 시작하면 불러옵니다.</translation>
    </message>
    <message>
        <source>{size} in RAM</source>
        <translation>RAM {size}</translation>
    </message>
    <message>
        <source>{size} on {device}</source>
        <translation>{device} {size}</translation>
    </message>
    <message>
        <source>a new chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>a run</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>“{title}”</source>
        <translation>“{title}”</translation>
    </message>
</context>
<context>
    <name>RestoreChoice</name>
    <message>
        <source>Backup: {when}</source>
        <translation>백업: {when}</translation>
    </message>
    <message>
        <source>The backup of {when} was restored. What was there is kept as {name}.</source>
        <translation>{when}에 만든 백업을 복원했습니다. 원래 파일은 {name} 이름으로 보관했습니다.</translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation>복원 중…</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Chats and runs will be as they were then. The file that can’t be opened is not deleted: it stays in the data folder.</source>
        <translation>대화와 작업이 백업한 때의 상태로 돌아갑니다. 열 수 없는 파일은 지우지 않고 데이터 폴더에 둡니다.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
</context>
<context>
    <name>RestoreProgress</name>
    <message>
        <source>Restoring files</source>
        <translation>파일을 되돌리는 중</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total}개 중 {done}개</translation>
    </message>
    <message>
        <source>Stopping after the file at hand…</source>
        <translation>처리 중인 파일까지 마치고 멈춥니다…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
</context>
<context>
    <name>ResultsModel</name>
    <message>
        <source>gated</source>
        <translation>승인 필요</translation>
    </message>
    <message>
        <source>in your library</source>
        <translation>라이브러리에 있음</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>and {count} more lines</source>
        <translation>그 밖에 {count}줄</translation>
    </message>
    <message>
        <source>new</source>
        <translation>새로 만듦</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>삭제함</translation>
    </message>
    <message>
        <source>moved</source>
        <translation>옮김</translation>
    </message>
    <message>
        <source>mode {before} → {after}</source>
        <translation>모드 {before} → {after}</translation>
    </message>
    <message>
        <source>link to {target}</source>
        <translation>링크: {target}</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>빈 파일</translation>
    </message>
    <message>
        <source>not text, {size}</source>
        <translation>텍스트 아님, {size}</translation>
    </message>
    <message>
        <source>changed since by someone else</source>
        <translation>그 뒤에 다른 사람이 바꿈</translation>
    </message>
    <message>
        <source>no copy of what was there</source>
        <translation>예전 내용의 사본 없음</translation>
    </message>
    <message>
        <source>Line {line}</source>
        <translation>{line}번째 줄</translation>
    </message>
    <message>
        <source>Lines {first} to {last}</source>
        <translation>{first}~{last}번째 줄</translation>
    </message>
</context>
<context>
    <name>ReviewSheet</name>
    <message>
        <source>Changes of this run</source>
        <translation>이 작업이 바꾼 내용</translation>
    </message>
    <message>
        <source>{files}, +{added} −{removed}. Ticked changes stay in the files.</source>
        <translation>{files}, +{added} −{removed}. 선택한 변경은 파일에 남습니다.</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>파일 1개</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>파일 {count}개</translation>
    </message>
    <message>
        <source>N next, P previous, K keep, D drop; with Shift for the whole file.</source>
        <translation>N 다음, P 이전, K 유지, D 버리기. Shift와 함께 누르면 파일 전체에 적용합니다.</translation>
    </message>
    <message>
        <source>Drop 1 change</source>
        <translation>변경 1개 버리기</translation>
    </message>
    <message>
        <source>Drop {count} changes</source>
        <translation>변경 {count}개 버리기</translation>
    </message>
    <message>
        <source>Drop changes</source>
        <translation>변경 버리기</translation>
    </message>
    <message>
        <source>Commit…</source>
        <translation>커밋…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>Reviewing</name>
    <message>
        <source>This run changes no file now</source>
        <translation>지금 이 작업이 바꿔 놓은 파일이 없습니다</translation>
    </message>
    <message>
        <source>Stopped. Some changes are not dropped yet</source>
        <translation>멈췄습니다. 아직 버리지 않은 변경이 있습니다</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>검토</translation>
    </message>
    <message>
        <source>1 change dropped</source>
        <translation>변경 1개를 버렸습니다</translation>
    </message>
    <message>
        <source>{count} changes dropped</source>
        <translation>변경 {count}개를 버렸습니다</translation>
    </message>
    <message>
        <source>Changes dropped, but not where someone has changed these files since: {paths}</source>
        <translation>변경을 버렸습니다. 그 뒤에 누군가 바꾼 곳은 그대로 두었습니다: {paths}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>파일 1개</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>파일 {count}개</translation>
    </message>
    <message>
        <source>{files} committed as {name}</source>
        <translation>{files}를 커밋했습니다({name})</translation>
    </message>
    <message>
        <source>{done}. Ignored by git or in another repository: {paths}</source>
        <translation>{done}. git이 무시하거나 다른 저장소에 속한 파일: {paths}</translation>
    </message>
</context>
<context>
    <name>RightsFold</name>
    <message>
        <source>What it may do</source>
        <translation>허용되는 일</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Answers and embeddings of the model that is loaded.</source>
        <translation>불러온 모델의 답변과 임베딩을 받습니다.</translation>
    </message>
    <message>
        <source>A model that isn’t loaded takes the place of the one that is, unless somebody uses that.</source>
        <translation>아무도 쓰고 있지 않으면 지금 모델 대신 다른 모델을 불러옵니다.</translation>
    </message>
    <message>
        <source>New models come into your library.</source>
        <translation>새 모델을 라이브러리에 추가합니다.</translation>
    </message>
    <message>
        <source>Coterie’s tools over MCP: it can have tasks done, once you agree here.</source>
        <translation>MCP로 Coterie의 도구를 씁니다. 여기에서 동의하면 작업을 맡길 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>RightsPart</name>
    <message>
        <source>What it may do</source>
        <translation>허용되는 일</translation>
    </message>
    <message>
        <source>Not seen</source>
        <translation>볼 수 없음</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>읽기</translation>
    </message>
    <message>
        <source>Read and change</source>
        <translation>읽기와 변경</translation>
    </message>
    <message>
        <source>Workspace</source>
        <translation>작업 폴더</translation>
    </message>
    <message>
        <source>The folder of the run that uses it. The rest of your files are hidden from it.</source>
        <translation>서버를 사용하는 작업의 폴더입니다. 그 밖의 내 파일은 보이지 않습니다.</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Other folders it may use.</source>
        <translation>그 밖에 허용하는 폴더입니다.</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>네트워크</translation>
    </message>
    <message>
        <source>With network access it can send anything it can read.</source>
        <translation>네트워크가 있으면 읽을 수 있는 모든 내용을 밖으로 보낼 수 있습니다.</translation>
    </message>
    <message>
        <source>Trust what it says about its tools</source>
        <translation>도구에 대한 설명 신뢰</translation>
    </message>
    <message>
        <source>A tool that calls itself harmless is treated as harmless. Otherwise each use is confirmed as if it could change everything the server can reach.</source>
        <translation>스스로 해롭지 않다고 하는 도구는 그렇게 다룹니다. 신뢰하지 않으면 서버가 접근할 수 있는 모든 것을 바꿀 수 있는 도구로 보고 매번 확인합니다.</translation>
    </message>
</context>
<context>
    <name>RoomCard</name>
    <message>
        <source>Skip</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>요약</translation>
    </message>
    <message>
        <source>The model writes the summary</source>
        <translation>모델이 요약을 쓰고 있습니다</translation>
    </message>
    <message>
        <source>Is this summary right?</source>
        <translation>이 요약이 맞나요?</translation>
    </message>
    <message>
        <source>This chat fits again</source>
        <translation>이제 대화가 들어갑니다</translation>
    </message>
    <message>
        <source>This chat has reached the longest the model can read at once</source>
        <translation>대화가 모델이 한 번에 읽을 수 있는 길이에 이르렀습니다</translation>
    </message>
    <message>
        <source>This chat is longer than the model can read at once</source>
        <translation>대화가 모델이 한 번에 읽을 수 있는 길이를 넘었습니다</translation>
    </message>
    <message>
        <source>This chat will soon be longer than the model can read at once</source>
        <translation>대화가 곧 모델이 한 번에 읽을 수 있는 길이를 넘습니다</translation>
    </message>
    <message>
        <source>Options appear when the model has loaded.</source>
        <translation>모델을 불러오면 선택할 수 있는 방법을 알려 드립니다.</translation>
    </message>
    <message>
        <source>Checking options…</source>
        <translation>선택할 수 있는 방법을 확인하는 중…</translation>
    </message>
    <message>
        <source>It stands in for the first {messages} messages, which stay here for you. Edit it as you like.</source>
        <translation>처음 메시지 {messages}개를 대신합니다. 메시지는 이 대화에 그대로 남습니다. 요약은 자유롭게 수정하실 수 있습니다.</translation>
    </message>
    <message>
        <source>It takes {needed} of {context} tokens.</source>
        <translation>{context}토큰 중 {needed}토큰을 사용합니다.</translation>
    </message>
    <message>
        <source>All {context} tokens are in use, so the answer stops here. Choose what to do and it continues. Nothing is deleted, and each choice can be undone.</source>
        <translation>{context}토큰을 모두 사용해 답변이 여기서 멈췄습니다. 방법을 고르면 답변을 이어서 씁니다. 아무것도 삭제되지 않으며, 무엇을 고르든 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>It takes {needed} of {context} tokens. Choose what to do. Nothing is deleted, and each choice can be undone.</source>
        <translation>{context}토큰 중 {needed}토큰을 사용합니다. 방법을 골라 주세요. 아무것도 삭제되지 않으며, 무엇을 고르든 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>It takes {needed} of {context} tokens. Choose what to do, and the answer follows. Nothing is deleted, and each choice can be undone.</source>
        <translation>{context}토큰 중 {needed}토큰이 필요합니다. 방법을 고르면 이어서 답변합니다. 아무것도 삭제되지 않으며, 무엇을 고르든 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Part {part} of {parts}. You see it before it is used.</source>
        <translation>{parts}부분 중 {part}번째입니다. 사용하기 전에 보여 드립니다.</translation>
    </message>
    <message>
        <source>You see it before it is used.</source>
        <translation>사용하기 전에 보여 드립니다.</translation>
    </message>
    <message>
        <source>Answer now</source>
        <translation>지금 답하기</translation>
    </message>
    <message>
        <source>Writes or continues the answer.</source>
        <translation>답변을 쓰거나 이어서 씁니다.</translation>
    </message>
    <message>
        <source>Summarize the beginning</source>
        <translation>앞부분 요약하기</translation>
    </message>
    <message>
        <source>The model summarizes the first {messages} messages in at most {summary} tokens. You see it before it is used. Frees at least {rest} of {context} tokens.</source>
        <translation>모델이 처음 메시지 {messages}개를 최대 {summary}토큰으로 요약합니다. 사용하기 전에 보여 드립니다. 그러면 {context}토큰 중 적어도 {rest}토큰이 남습니다.</translation>
    </message>
    <message>
        <source>Leave out the oldest</source>
        <translation>오래된 메시지 빼기</translation>
    </message>
    <message>
        <source>The first {messages} messages stay here for you, but the model no longer sees them. Leaves {free} of {context} tokens free.</source>
        <translation>처음 메시지 {messages}개는 여기에 그대로 남지만 모델은 더 이상 보지 않습니다. 그러면 {context}토큰 중 {free}토큰이 남습니다.</translation>
    </message>
    <message>
        <source>Start a new chat</source>
        <translation>새 대화로 시작하기</translation>
    </message>
    <message>
        <source>A new chat with your question and a link back to this one, which stays as it is.</source>
        <translation>질문을 그대로 가져가 새 대화를 시작하고 이 대화로 돌아오는 링크를 남깁니다. 이 대화는 그대로 있습니다.</translation>
    </message>
    <message>
        <source>A new chat with what you are writing and a link back to this one.</source>
        <translation>쓰고 있던 글을 가져가 새 대화를 시작하고 이 대화로 돌아오는 링크를 남깁니다.</translation>
    </message>
    <message>
        <source>Larger context</source>
        <translation>컨텍스트 늘리기</translation>
    </message>
    <message>
        <source>This model can read up to {trained} tokens. Placement shows what fits on this computer.</source>
        <translation>이 모델은 최대 {trained}토큰까지 읽을 수 있습니다. 이 컴퓨터에서 어디까지 가능한지는 모델 배치에서 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Edit the message</source>
        <translation>메시지 수정</translation>
    </message>
    <message>
        <source>A shorter message may fit.</source>
        <translation>더 짧은 메시지는 들어갈 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>RoomControl</name>
    <message>
        <source>This chat takes {used} of the {size} tokens that the model can read at once.</source>
        <translation>이 대화는 모델이 한 번에 읽을 수 있는 {size}토큰 중 {used}토큰을 사용합니다.</translation>
    </message>
    <message>
        <source>Free up space…</source>
        <translation>공간 확보…</translation>
    </message>
    <message>
        <source>The model does not see the first {messages} messages.</source>
        <translation>모델은 처음 메시지 {messages}개를 보지 않습니다.</translation>
    </message>
    <message>
        <source>The model sees a summary of the first {messages} messages.</source>
        <translation>모델은 처음 메시지 {messages}개 대신 요약을 봅니다.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>This is a new chat. The previous one stays as it is.</source>
        <translation>새 대화입니다. 이전 대화는 그대로 있습니다.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>돌아가기</translation>
    </message>
    <message>
        <source>The model sees the whole chat again, as far as it fits.</source>
        <translation>모델이 다시 대화 전체를 봅니다(들어가는 만큼).</translation>
    </message>
</context>
<context>
    <name>RunCommands</name>
    <message>
        <source>Run deleted</source>
        <translation>작업을 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>RunHeader</name>
    <message>
        <source>Export as Markdown…</source>
        <translation>Markdown으로 내보내기…</translation>
    </message>
    <message>
        <source>Export as JSON lines…</source>
        <translation>JSON Lines로 내보내기…</translation>
    </message>
    <message>
        <source>Export for OpenTelemetry…</source>
        <translation>OpenTelemetry로 내보내기…</translation>
    </message>
    <message>
        <source>Save as a skill…</source>
        <translation>스킬로 저장…</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>이어서 진행</translation>
    </message>
    <message>
        <source>Files, what the model sees, and permissions</source>
        <translation>파일, 모델이 보는 내용, 권한</translation>
    </message>
    <message>
        <source>More for this run</source>
        <translation>이 작업의 다른 기능</translation>
    </message>
    <message>
        <source>Pauses after this step. You can resume the run.</source>
        <translation>이 단계까지만 하고 쉽니다. 나중에 이어서 진행할 수 있습니다</translation>
    </message>
    <message>
        <source>Stops now. You can resume the run.</source>
        <translation>지금 바로 중지합니다. 나중에 이어서 진행할 수 있습니다</translation>
    </message>
</context>
<context>
    <name>RunNotes</name>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>“{title}” needs you</source>
        <translation>‘{title}’에 확인이 필요합니다</translation>
    </message>
    <message>
        <source>“{title}” is done</source>
        <translation>‘{title}’ 작업을 마쳤습니다</translation>
    </message>
    <message>
        <source>“{title}” failed</source>
        <translation>‘{title}’ 작업이 실패했습니다</translation>
    </message>
    <message>
        <source>“{title}” stopped before it was done</source>
        <translation>‘{title}’ 작업이 끝나기 전에 멈췄습니다</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>Another Coterie process, such as a command, is running this. Answer there.</source>
        <translation>이 작업은 명령줄 같은 다른 Coterie 프로세스에서 진행 중입니다. 그곳에서 답해 주세요.</translation>
    </message>
</context>
<context>
    <name>RunSteps</name>
    <message>
        <source>needs you</source>
        <translation>확인 필요</translation>
    </message>
    <message>
        <source>denied</source>
        <translation>거부됨</translation>
    </message>
    <message>
        <source>in progress</source>
        <translation>진행 중</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>시간 초과</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>중단됨</translation>
    </message>
    <message>
        <source>not begun</source>
        <translation>시작 전</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>건너뜀</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>되돌림</translation>
    </message>
    <message>
        <source>1 entry</source>
        <translation>항목 1개</translation>
    </message>
    <message>
        <source>{count} entries</source>
        <translation>항목 {count}개</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>파일 1개</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>파일 {count}개</translation>
    </message>
    <message>
        <source>1 match</source>
        <translation>1곳 일치</translation>
    </message>
    <message>
        <source>{count} matches</source>
        <translation>{count}곳 일치</translation>
    </message>
    <message>
        <source>1 passage</source>
        <translation>구절 1개</translation>
    </message>
    <message>
        <source>{count} passages</source>
        <translation>구절 {count}개</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>메모 1개</translation>
    </message>
    <message>
        <source>{count} notes</source>
        <translation>메모 {count}개</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>비어 있음</translation>
    </message>
    <message>
        <source>no text</source>
        <translation>글 없음</translation>
    </message>
    <message>
        <source>1 word</source>
        <translation>단어 1개</translation>
    </message>
    <message>
        <source>{count} words</source>
        <translation>단어 {count}개</translation>
    </message>
    <message>
        <source>1 line</source>
        <translation>1줄</translation>
    </message>
    <message>
        <source>{count} lines</source>
        <translation>{count}줄</translation>
    </message>
    <message>
        <source>lines {first} to {last} of {count}</source>
        <translation>{count}줄 중 {first}~{last}줄</translation>
    </message>
    <message>
        <source>{some} of {count} pages</source>
        <translation>{count}쪽 중 {some}쪽</translation>
    </message>
    <message>
        <source>done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>1 page</source>
        <translation>1페이지</translation>
    </message>
    <message>
        <source>{count} pages</source>
        <translation>{count}페이지</translation>
    </message>
    <message>
        <source>ended by signal {signal}</source>
        <translation>신호 {signal}번으로 끝남</translation>
    </message>
    <message>
        <source>exit code {code}</source>
        <translation>종료 코드 {code}</translation>
    </message>
    <message>
        <source>reasoned</source>
        <translation>추론함</translation>
    </message>
    <message>
        <source>reasoned for {time}</source>
        <translation>{time} 동안 추론함</translation>
    </message>
    <message>
        <source>The turn was cut off</source>
        <translation>차례가 도중에 끊김</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론 내용</translation>
    </message>
    <message>
        <source>Thought for {time}</source>
        <translation>{time} 동안 추론함</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>토큰 1개</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>토큰 {count}개</translation>
    </message>
    <message>
        <source>reasoning</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>Follows {name}</source>
        <translation>따르는 지침: {name}</translation>
    </message>
    <message>
        <source>Not done: {steps}</source>
        <translation>하지 못한 단계: {steps}</translation>
    </message>
    <message>
        <source>1 long result is shown to the model shortened</source>
        <translation>긴 결과 1개를 모델에게 줄여서 보여 줍니다</translation>
    </message>
    <message>
        <source>The first step is left out of what the model sees; a summary stands for it</source>
        <translation>첫 단계는 모델에게 보이지 않으며, 요약으로 대신합니다</translation>
    </message>
    <message>
        <source>1 tool is offered to the model</source>
        <translation>모델에게 도구 1개를 제공합니다</translation>
    </message>
    <message>
        <source>1 file restored</source>
        <translation>파일 1개를 되돌렸습니다</translation>
    </message>
    <message>
        <source>Some changes to 1 file dropped</source>
        <translation>파일 1개의 일부 변경을 버렸습니다</translation>
    </message>
    <message>
        <source>1 file redone</source>
        <translation>파일 1개를 다시 적용했습니다</translation>
    </message>
    <message>
        <source>You approved the plan of 1 step</source>
        <translation>1단계짜리 계획을 승인했습니다</translation>
    </message>
    <message>
        <source>{count} long results are shown to the model shortened</source>
        <translation>긴 결과 {count}개를 모델에게 줄여서 보여 줍니다</translation>
    </message>
    <message>
        <source>The first {count} steps are left out of what the model sees; a summary stands for them</source>
        <translation>처음 {count}단계는 모델에게 보이지 않으며, 요약으로 대신합니다</translation>
    </message>
    <message>
        <source>Calls that came again and again are taken out of what the model sees</source>
        <translation>되풀이된 호출을 모델이 보는 내용에서 뺐습니다</translation>
    </message>
    <message>
        <source>The model repeated itself and was told so</source>
        <translation>모델이 같은 일을 되풀이해 그 점을 알려 주었습니다</translation>
    </message>
    <message>
        <source>The model gave no answer and was asked again</source>
        <translation>모델이 답하지 않아 다시 물었습니다</translation>
    </message>
    <message>
        <source>The model’s words were cut off and it was told so</source>
        <translation>모델의 글이 도중에 잘려 그 점을 알려 주었습니다</translation>
    </message>
    <message>
        <source>The model gave no plan and was asked for one</source>
        <translation>모델이 계획을 내지 않아 다시 요청했습니다</translation>
    </message>
    <message>
        <source>The model was asked about steps it had not ticked</source>
        <translation>모델에 완료로 표시하지 않은 단계를 물었습니다</translation>
    </message>
    <message>
        <source>You changed the plan</source>
        <translation>계획을 고쳤습니다</translation>
    </message>
    <message>
        <source>You approved the plan of {count} steps</source>
        <translation>{count}단계짜리 계획을 승인했습니다</translation>
    </message>
    <message>
        <source>You rejected the plan</source>
        <translation>계획을 거절했습니다</translation>
    </message>
    <message>
        <source>{count} tools that fit the task are offered to the model</source>
        <translation>작업에 맞는 도구 {count}개를 모델에게 제공합니다</translation>
    </message>
    <message>
        <source>The model was asked to answer without tools</source>
        <translation>모델에게 도구 없이 답하라고 했습니다</translation>
    </message>
    <message>
        <source>Earlier reasoning is left out of what the model sees</source>
        <translation>이전의 추론은 모델에게 보이지 않습니다</translation>
    </message>
    <message>
        <source>It continues from here</source>
        <translation>여기서 이어 갑니다</translation>
    </message>
    <message>
        <source>{count} files restored</source>
        <translation>파일 {count}개를 되돌렸습니다</translation>
    </message>
    <message>
        <source>Some changes to {count} files dropped</source>
        <translation>파일 {count}개의 일부 변경을 버렸습니다</translation>
    </message>
    <message>
        <source>{count} files redone</source>
        <translation>파일 {count}개를 다시 적용했습니다</translation>
    </message>
    <message>
        <source>Hook passed: {command}</source>
        <translation>훅 통과: {command}</translation>
    </message>
    <message>
        <source>Hook failed, and the model was told: {command}</source>
        <translation>훅이 실패해 모델에 알렸습니다: {command}</translation>
    </message>
    <message>
        <source>Hook took too long and was ended: {command}</source>
        <translation>훅이 너무 오래 걸려 끝냈습니다: {command}</translation>
    </message>
    <message>
        <source>Hook still fails: {command}</source>
        <translation>훅이 여전히 실패합니다: {command}</translation>
    </message>
    <message>
        <source>Hook couldn’t be run: {command}</source>
        <translation>훅을 실행하지 못했습니다: {command}</translation>
    </message>
    <message>
        <source>new</source>
        <translation>새로 만듦</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>변경됨</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>삭제됨</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>You denied it</source>
        <translation>사용자가 거부함</translation>
    </message>
    <message>
        <source>A fixed rule forbids it</source>
        <translation>고정된 규칙이 금지함</translation>
    </message>
    <message>
        <source>This kind of run may only read</source>
        <translation>이 작업은 읽기만 할 수 있음</translation>
    </message>
    <message>
        <source>Nobody was there to ask</source>
        <translation>물어볼 사람이 없었음</translation>
    </message>
    <message>
        <source>Denied</source>
        <translation>거부됨</translation>
    </message>
    <message>
        <source>You allowed it for this run</source>
        <translation>사용자가 이 작업에서 허용함</translation>
    </message>
    <message>
        <source>You allowed it for this folder</source>
        <translation>사용자가 이 폴더에서 허용함</translation>
    </message>
    <message>
        <source>You allowed it for this server</source>
        <translation>사용자가 이 서버를 허용함</translation>
    </message>
    <message>
        <source>You allowed package registries in this folder</source>
        <translation>사용자가 이 폴더에서 패키지 저장소를 허용함</translation>
    </message>
    <message>
        <source>You allowed it the whole network once</source>
        <translation>사용자가 이번만 네트워크 전체를 허용함</translation>
    </message>
    <message>
        <source>It ran, but you denied what it asked for then</source>
        <translation>실행되었으나 그 뒤에 요청한 것은 사용자가 거부함</translation>
    </message>
    <message>
        <source>You allowed it once</source>
        <translation>사용자가 한 번 허용함</translation>
    </message>
    <message>
        <source>Covered by an earlier permission</source>
        <translation>이전에 허용한 권한에 따라 허용됨</translation>
    </message>
    <message>
        <source>Allowed without asking</source>
        <translation>확인 없이 허용</translation>
    </message>
    <message>
        <source>Looked at the folder {what}</source>
        <translation>{what} 폴더를 살펴봄</translation>
    </message>
    <message>
        <source>Look at the folder {what}</source>
        <translation>{what} 폴더 살펴보기</translation>
    </message>
    <message>
        <source>Looked at the folder</source>
        <translation>폴더를 살펴봄</translation>
    </message>
    <message>
        <source>Look at the folder</source>
        <translation>폴더 살펴보기</translation>
    </message>
    <message>
        <source>Read {what}</source>
        <translation>읽음: {what}</translation>
    </message>
    <message>
        <source>Read the file {what}</source>
        <translation>파일 읽기: {what}</translation>
    </message>
    <message>
        <source>Looked for files: {what}</source>
        <translation>파일을 찾아봄: {what}</translation>
    </message>
    <message>
        <source>Look for files: {what}</source>
        <translation>파일 찾기: {what}</translation>
    </message>
    <message>
        <source>Searched the files for “{what}”</source>
        <translation>파일에서 ‘{what}’ 검색함</translation>
    </message>
    <message>
        <source>Search the files for “{what}”</source>
        <translation>파일에서 ‘{what}’ 검색</translation>
    </message>
    <message>
        <source>Wrote {what}</source>
        <translation>작성함: {what}</translation>
    </message>
    <message>
        <source>Write {what}</source>
        <translation>작성: {what}</translation>
    </message>
    <message>
        <source>Changed {what}</source>
        <translation>수정함: {what}</translation>
    </message>
    <message>
        <source>Change {what}</source>
        <translation>수정: {what}</translation>
    </message>
    <message>
        <source>Moved {what}</source>
        <translation>옮김: {what}</translation>
    </message>
    <message>
        <source>Move {what}</source>
        <translation>옮기기: {what}</translation>
    </message>
    <message>
        <source>Deleted {what}</source>
        <translation>삭제함: {what}</translation>
    </message>
    <message>
        <source>Delete {what}</source>
        <translation>삭제: {what}</translation>
    </message>
    <message>
        <source>Ran {what}</source>
        <translation>실행함: {what}</translation>
    </message>
    <message>
        <source>Run {what}</source>
        <translation>실행: {what}</translation>
    </message>
    <message>
        <source>Ran a program: {what}</source>
        <translation>프로그램을 실행함: {what}</translation>
    </message>
    <message>
        <source>Run a program: {what}</source>
        <translation>프로그램 실행: {what}</translation>
    </message>
    <message>
        <source>Looked at the background commands</source>
        <translation>백그라운드 명령을 확인함</translation>
    </message>
    <message>
        <source>Look at the background commands</source>
        <translation>백그라운드 명령 확인</translation>
    </message>
    <message>
        <source>Calculated {what}</source>
        <translation>계산함: {what}</translation>
    </message>
    <message>
        <source>Calculate {what}</source>
        <translation>계산: {what}</translation>
    </message>
    <message>
        <source>Looked at the clock</source>
        <translation>시각을 확인함</translation>
    </message>
    <message>
        <source>Look at the clock</source>
        <translation>시각 확인</translation>
    </message>
    <message>
        <source>Read the page {what}</source>
        <translation>웹 페이지를 읽음: {what}</translation>
    </message>
    <message>
        <source>Get the page {what}</source>
        <translation>웹 페이지 가져오기: {what}</translation>
    </message>
    <message>
        <source>Read the document {what}</source>
        <translation>문서 읽기: {what}</translation>
    </message>
    <message>
        <source>Searched the documents for “{what}”</source>
        <translation>문서에서 ‘{what}’ 검색함</translation>
    </message>
    <message>
        <source>Search the documents for “{what}”</source>
        <translation>문서에서 ‘{what}’ 검색</translation>
    </message>
    <message>
        <source>Searched the collection for “{what}”</source>
        <translation>모음에서 ‘{what}’ 검색함</translation>
    </message>
    <message>
        <source>Search the collection for “{what}”</source>
        <translation>모음에서 ‘{what}’ 검색</translation>
    </message>
    <message>
        <source>Searched the web for “{what}”</source>
        <translation>웹에서 ‘{what}’ 검색함</translation>
    </message>
    <message>
        <source>Search the web for “{what}”</source>
        <translation>웹에서 ‘{what}’ 검색</translation>
    </message>
    <message>
        <source>Read the notes</source>
        <translation>메모를 읽음</translation>
    </message>
    <message>
        <source>Look at the notes</source>
        <translation>메모 읽기</translation>
    </message>
    <message>
        <source>Kept a note: {what}</source>
        <translation>메모를 남김: {what}</translation>
    </message>
    <message>
        <source>Keep a note: {what}</source>
        <translation>메모 남기기: {what}</translation>
    </message>
    <message>
        <source>Helper: {what}</source>
        <translation>도우미: {what}</translation>
    </message>
    <message>
        <source>Applied a helper’s changes</source>
        <translation>도우미가 바꾼 내용 적용함</translation>
    </message>
    <message>
        <source>Apply a helper’s changes</source>
        <translation>도우미가 바꾼 내용 적용</translation>
    </message>
    <message>
        <source>Updated the plan</source>
        <translation>계획을 고침</translation>
    </message>
    <message>
        <source>Update the plan</source>
        <translation>계획 고치기</translation>
    </message>
</context>
<context>
    <name>RunStepsView</name>
    <message>
        <source>Run finished: {words}</source>
        <translation>작업 완료: {words}</translation>
    </message>
    <message>
        <source>Steps of the run</source>
        <translation>작업의 단계</translation>
    </message>
    <message>
        <source>Jump to the latest step</source>
        <translation>최근 단계로 이동</translation>
    </message>
</context>
<context>
    <name>Runs</name>
    <message>
        <source>Running</source>
        <translation>진행 중</translation>
    </message>
    <message>
        <source>Scheduled</source>
        <translation>예약</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>끝난 작업</translation>
    </message>
    <message>
        <source>Skills</source>
        <translation>스킬</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>내 스킬</translation>
    </message>
    <message>
        <source>{run}, new</source>
        <translation>{run}, 새 결과</translation>
    </message>
    <message>
        <source>needs you</source>
        <translation>확인 필요</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>되돌림</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>중단됨</translation>
    </message>
    <message>
        <source>{title}, needs you</source>
        <translation>{title}, 확인이 필요합니다</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>시작하는 중</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>{step}단계</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>{steps}단계 중 {step}단계</translation>
    </message>
    <message>
        <source>{used} of {size} tokens</source>
        <translation>{size} 토큰 중 {used}</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>읽기 전용</translation>
    </message>
    <message>
        <source>Ask every time</source>
        <translation>매번 확인</translation>
    </message>
    <message>
        <source>Automatic in folder</source>
        <translation>폴더 안은 자동</translation>
    </message>
    <message>
        <source>Automatic in sandbox</source>
        <translation>샌드박스 안은 자동</translation>
    </message>
    <message>
        <source>Can only read. Nothing is changed.</source>
        <translation>읽기만 합니다. 아무것도 변경하지 않습니다.</translation>
    </message>
    <message>
        <source>Can read freely; asks before anything else.</source>
        <translation>자유롭게 읽고, 그 밖의 일은 하기 전에 확인합니다.</translation>
    </message>
    <message>
        <source>Can change files and run commands in the folder, since you can undo that; otherwise it asks.</source>
        <translation>되돌릴 수 있으므로 폴더 안에서는 확인 없이 파일을 변경하고 명령을 실행합니다. 그 밖의 일은 확인합니다.</translation>
    </message>
    <message>
        <source>Can do anything that stays inside the sandbox; asks for the network and for what can’t be undone.</source>
        <translation>샌드박스 안에서 하는 일은 확인 없이 합니다. 네트워크와 되돌릴 수 없는 일은 확인합니다.</translation>
    </message>
    <message>
        <source>running</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>off</source>
        <translation>꺼짐</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>watching</source>
        <translation>지켜보는 중</translation>
    </message>
</context>
<context>
    <name>RunsPage</name>
    <message>
        <source>Describe a task and choose a folder</source>
        <translation>할 일을 적고 폴더를 선택해 주세요</translation>
    </message>
    <message>
        <source>The model works through the task step by step, with tools that read and change files in that folder. You see every step, approve what matters, and can undo what it did.</source>
        <translation>모델이 그 폴더의 파일을 읽고 변경하는 도구로 작업을 한 단계씩 해 나갑니다. 모든 단계를 볼 수 있고, 중요한 일은 하기 전에 확인하며, 한 일은 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>새 작업</translation>
    </message>
    <message>
        <source>Reading the runs…</source>
        <translation>작업 목록을 읽는 중…</translation>
    </message>
</context>
<context>
    <name>RunsSide</name>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>No run matches “{query}”.</source>
        <translation>‘{query}’에 맞는 작업이 없습니다.</translation>
    </message>
    <message>
        <source>Your runs will appear here.</source>
        <translation>작업이 여기에 표시됩니다.</translation>
    </message>
    <message>
        <source>Search runs</source>
        <translation>작업 검색</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>새 작업</translation>
    </message>
    <message>
        <source>Add skills…</source>
        <translation>스킬 추가…</translation>
    </message>
    <message>
        <source>Runs and skills</source>
        <translation>작업과 스킬</translation>
    </message>
</context>
<context>
    <name>SaidRow</name>
    <message>
        <source>Your request</source>
        <translation>요청한 내용</translation>
    </message>
</context>
<context>
    <name>SaveButton</name>
    <message>
        <source>Save code</source>
        <translation>코드 저장</translation>
    </message>
    <message>
        <source>“{name}” couldn’t be saved: {detail}</source>
        <translation>‘{name}’ 파일을 저장하지 못했습니다: {detail}</translation>
    </message>
    <message>
        <source>Saved as “{name}”</source>
        <translation>‘{name}’ 파일로 저장함</translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation>저장 안 됨</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>저장됨</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Save this code as a file</source>
        <translation>이 코드를 파일로 저장</translation>
    </message>
    <message>
        <source>Save as a file</source>
        <translation>파일로 저장</translation>
    </message>
</context>
<context>
    <name>SaveRecipe</name>
    <message>
        <source>Save as a skill</source>
        <translation>스킬로 저장</translation>
    </message>
    <message>
        <source>A skill saves the task with its tools, mode, and budget. Words in braces, such as {topic}, become fields to fill in before each start.</source>
        <translation>스킬은 작업을 도구, 모드, 한도와 함께 저장합니다. {topic}처럼 중괄호로 묶은 영어 이름은 시작하기 전에 채우는 칸이 됩니다.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Name of the skill</source>
        <translation>스킬 이름</translation>
    </message>
    <message>
        <source>Description of the skill</source>
        <translation>스킬 설명</translation>
    </message>
    <message>
        <source>Save the skill</source>
        <translation>스킬 저장</translation>
    </message>
    <message>
        <source>What it’s for, in one sentence</source>
        <translation>무엇을 하는지 한 문장으로</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
</context>
<context>
    <name>SaveStrip</name>
    <message>
        <source>Not saved: {reason}</source>
        <translation>저장되지 않음: {reason}</translation>
    </message>
    <message>
        <source>Restore a backup…</source>
        <translation>백업에서 복원…</translation>
    </message>
    <message>
        <source>The file with your chats is damaged.</source>
        <translation>대화를 저장한 파일이 손상되었습니다.</translation>
    </message>
</context>
<context>
    <name>SchedulePage</name>
    <message>
        <source>Task</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>How it runs</source>
        <translation>실행 방식</translation>
    </message>
    <message>
        <source>Last times</source>
        <translation>지난 실행</translation>
    </message>
    <message>
        <source>Run now</source>
        <translation>지금 실행</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>변경…</translation>
    </message>
    <message>
        <source>Delete schedule</source>
        <translation>예약 삭제</translation>
    </message>
    <message>
        <source>Starts at its times</source>
        <translation>정해진 때에 시작</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>답하기</translation>
    </message>
    <message>
        <source>Show the run</source>
        <translation>작업 보기</translation>
    </message>
    <message>
        <source>The skill “{title}”</source>
        <translation>‘{title}’ 스킬</translation>
    </message>
    <message>
        <source>The model in use</source>
        <translation>사용 중인 모델</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Show the run of {time}</source>
        <translation>작업 보기: {time}</translation>
    </message>
    <message>
        <source>It hasn’t started yet.</source>
        <translation>아직 시작한 적이 없습니다.</translation>
    </message>
</context>
<context>
    <name>ScheduleSheet</name>
    <message>
        <source>New schedule</source>
        <translation>새 예약</translation>
    </message>
    <message>
        <source>Change the schedule</source>
        <translation>예약 변경</translation>
    </message>
    <message>
        <source>When</source>
        <translation>언제</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>What it may do without asking</source>
        <translation>확인 없이 할 수 있는 일</translation>
    </message>
    <message>
        <source>Taken from the task</source>
        <translation>비워 두면 할 일에서 따옵니다</translation>
    </message>
    <message>
        <source>The skill “{title}”</source>
        <translation>‘{title}’ 스킬</translation>
    </message>
    <message>
        <source>What it has to ask waits for your answer, up to a week. Other schedules go on meanwhile.</source>
        <translation>물어볼 것이 생기면 최대 일주일 동안 답을 기다립니다. 그동안 다른 예약은 계속 실행됩니다.</translation>
    </message>
    <message>
        <source>Also on battery</source>
        <translation>배터리 사용 중에도 실행</translation>
    </message>
    <message>
        <source>Otherwise it waits until the computer is plugged in.</source>
        <translation>끄면 전원이 연결될 때까지 기다립니다.</translation>
    </message>
    <message>
        <source>Also while Coterie is closed</source>
        <translation>Coterie가 닫혀 있어도 실행</translation>
    </message>
    <message>
        <source>A timer of systemd starts it then. What it has to ask waits until you open Coterie.</source>
        <translation>닫혀 있을 때는 systemd 타이머가 시작합니다. 물어볼 것은 Coterie를 열 때까지 기다립니다.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>SchedulesControl</name>
    <message>
        <source>Schedule deleted</source>
        <translation>예약을 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Search models, or owner/name</source>
        <translation>모델 또는 제작자/이름 검색</translation>
    </message>
    <message>
        <source>Search Hugging Face</source>
        <translation>Hugging Face에서 모델 검색</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>인기 순</translation>
    </message>
    <message>
        <source>Most downloaded</source>
        <translation>다운로드 많은 순</translation>
    </message>
    <message>
        <source>Most liked</source>
        <translation>좋아요 많은 순</translation>
    </message>
    <message>
        <source>Recently updated</source>
        <translation>최근 갱신 순</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>정렬</translation>
    </message>
    <message>
        <source>Any license</source>
        <translation>모든 라이선스</translation>
    </message>
    <message>
        <source>License</source>
        <translation>라이선스</translation>
    </message>
    <message>
        <source>Up to {count}</source>
        <translation>{count} 이하</translation>
    </message>
    <message>
        <source>Any size</source>
        <translation>모든 크기</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>매개변수</translation>
    </message>
</context>
<context>
    <name>SearchSection</name>
    <message>
        <source>Search in documents</source>
        <translation>문서 검색</translation>
    </message>
    <message>
        <source>Embedding model</source>
        <translation>임베딩 모델</translation>
    </message>
    <message>
        <source>Finds passages by meaning. If you change it, your documents are prepared again in the background; search keeps working. If a reranker is installed, it sorts the results.</source>
        <translation>단어가 달라도 뜻이 통하는 내용을 찾습니다. 모델을 바꾸면 백그라운드에서 문서를 다시 준비하고, 그동안에도 검색할 수 있습니다. 리랭커가 설치되어 있으면 검색 결과의 순서를 정합니다.</translation>
    </message>
    <message>
        <source>Included with Coterie</source>
        <translation>Coterie에 포함된 모델</translation>
    </message>
    <message>
        <source>None, by words only</source>
        <translation>없음(단어로만 검색)</translation>
    </message>
</context>
<context>
    <name>SecretsPart</name>
    <message>
        <source>Its secret values</source>
        <translation>비밀 값</translation>
    </message>
</context>
<context>
    <name>SeenCard</name>
    <message>
        <source>{tokens} ({count} shortened)</source>
        <translation>{tokens} ({count}개 줄임)</translation>
    </message>
    <message>
        <source>System and tools</source>
        <translation>시스템과 도구</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>Its own text</source>
        <translation>모델이 쓴 글</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>도구 결과</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>요약</translation>
    </message>
    <message>
        <source>Reserved for the answer</source>
        <translation>답변용 여유</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>모델이 보는 내용</translation>
    </message>
    <message>
        <source>Follows {names}</source>
        <translation>따르는 지침: {names}</translation>
    </message>
    <message>
        <source>Doesn’t follow {names}</source>
        <translation>따르지 않는 지침: {names}</translation>
    </message>
    <message>
        <source>{name}: {tokens} tokens</source>
        <translation>{name}: {tokens} 토큰</translation>
    </message>
    <message>
        <source>Nothing yet.</source>
        <translation>아직 없습니다.</translation>
    </message>
    <message>
        <source>Show the messages</source>
        <translation>메시지 보기</translation>
    </message>
    <message>
        <source>Show the messages that the model sees</source>
        <translation>모델이 보는 메시지 보기</translation>
    </message>
</context>
<context>
    <name>SeenWindow</name>
    <message>
        <source>What the model sees next</source>
        <translation>모델이 다음에 볼 내용</translation>
    </message>
    <message>
        <source>What the model saw in step {step}</source>
        <translation>{step}단계에서 모델이 본 내용</translation>
    </message>
    <message>
        <source>{count} messages</source>
        <translation>메시지 {count}개</translation>
    </message>
    <message>
        <source>{count} tools</source>
        <translation>도구 {count}개</translation>
    </message>
    <message>
        <source>{used} of {size} tokens</source>
        <translation>{size} 토큰 중 {used}</translation>
    </message>
</context>
<context>
    <name>SelectTextView</name>
    <message>
        <source>You</source>
        <translation>나</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>어시스턴트</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Preparing the text… {percent}%</source>
        <translation>글을 준비하는 중… {percent}%</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>찾을 수 없음</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{count}개 중 {number}번째</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>이 대화에서 찾기</translation>
    </message>
    <message>
        <source>The whole chat</source>
        <translation>대화 전체</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>Markdown으로 복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>SelectionBar</name>
    <message>
        <source>1 model selected · {size}</source>
        <translation>모델 1개 선택 · {size}</translation>
    </message>
    <message>
        <source>{count} models selected · {size}</source>
        <translation>모델 {count}개 선택 · {size}</translation>
    </message>
    <message>
        <source>Move {count} to the trash</source>
        <translation>{count}개를 휴지통으로 이동</translation>
    </message>
    <message>
        <source>Remove {count} from the library</source>
        <translation>라이브러리에서 {count}개 제거</translation>
    </message>
    <message>
        <source>Clear selection</source>
        <translation>선택 해제</translation>
    </message>
</context>
<context>
    <name>SentPicture</name>
    <message>
        <source>Picture: {name}</source>
        <translation>이미지: {name}</translation>
    </message>
</context>
<context>
    <name>Server</name>
    <message>
        <source>1 answer</source>
        <translation>답변 1개</translation>
    </message>
    <message>
        <source>{count} answers</source>
        <translation>답변 {count}개</translation>
    </message>
    <message>
        <source>1 waits</source>
        <translation>1개 대기 중</translation>
    </message>
    <message>
        <source>{count} wait</source>
        <translation>{count}개 대기 중</translation>
    </message>
</context>
<context>
    <name>ServerControl</name>
    <message>
        <source>First key</source>
        <translation>첫 번째 키</translation>
    </message>
</context>
<context>
    <name>ServerForm</name>
    <message>
        <source>Less</source>
        <translation>접기</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>As reported by the server</source>
        <translation>서버가 알려 주는 값</translation>
    </message>
    <message>
        <source>Contacting the server…</source>
        <translation>서버에 확인하는 중…</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>인증서</translation>
    </message>
    <message>
        <source>Certificate file</source>
        <translation>인증서 파일</translation>
    </message>
    <message>
        <source>The server responds but lists no models. Enter a model name it knows.</source>
        <translation>서버가 응답하지만 모델 목록이 없습니다. 서버가 아는 이름을 입력해 주세요.</translation>
    </message>
    <message>
        <source>One model found.</source>
        <translation>모델 1개를 찾았습니다.</translation>
    </message>
    <message>
        <source>{count} models found. Choose which to show.</source>
        <translation>모델 {count}개를 찾았습니다. 표시할 모델을 선택해 주세요.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 키</translation>
    </message>
    <message>
        <source>Models to show</source>
        <translation>표시할 모델</translation>
    </message>
    <message>
        <source>Name (optional)</source>
        <translation>이름(선택)</translation>
    </message>
    <message>
        <source>Additional certificates</source>
        <translation>추가 인증서</translation>
    </message>
    <message>
        <source>Context length (tokens), if the server doesn’t report it</source>
        <translation>컨텍스트 길이(토큰), 서버가 알려 주지 않을 때</translation>
    </message>
    <message>
        <source>Defaults to the address</source>
        <translation>없으면 주소를 표시합니다</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Allow http for this server: text is sent unencrypted, and others along the way can read it.</source>
        <translation>이 서버에 http 허용: 내용이 암호화되지 않은 채 전송되어 도중에 다른 사람이 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>Allow http for this server</source>
        <translation>이 서버에 http 허용</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>Check the server and list its models</source>
        <translation>서버를 확인하고 모델 목록 보기</translation>
    </message>
    <message>
        <source>Certificates and context</source>
        <translation>인증서와 컨텍스트</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>선택…</translation>
    </message>
    <message>
        <source>Choose a certificate file</source>
        <translation>인증서 파일 선택</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Add server</source>
        <translation>서버 추가</translation>
    </message>
    <message>
        <source>Add this server</source>
        <translation>이 서버 추가</translation>
    </message>
    <message>
        <source>Save changes</source>
        <translation>변경한 내용 저장</translation>
    </message>
</context>
<context>
    <name>ServerLine</name>
    <message>
        <source>Use the tools of {name}</source>
        <translation>{name}의 도구 사용</translation>
    </message>
    <message>
        <source>Waiting for the browser…</source>
        <translation>브라우저를 기다리는 중…</translation>
    </message>
    <message>
        <source>Log in…</source>
        <translation>로그인…</translation>
    </message>
    <message>
        <source>Log in to {name}</source>
        <translation>{name}에 로그인</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>지금 확인</translation>
    </message>
    <message>
        <source>Start {name} and list its tools</source>
        <translation>서버 {name} 시작하고 도구 확인</translation>
    </message>
    <message>
        <source>Details of {name}</source>
        <translation>{name}의 자세한 내용</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>자세한 내용</translation>
    </message>
</context>
<context>
    <name>ServerPage</name>
    <message>
        <source>Server</source>
        <translation>서버</translation>
    </message>
</context>
<context>
    <name>Servers</name>
    <message>
        <source>1 tool</source>
        <translation>도구 1개</translation>
    </message>
    <message>
        <source>{count} tools</source>
        <translation>도구 {count}개</translation>
    </message>
    <message>
        <source>Not started: needs your consent</source>
        <translation>시작하지 않음: 동의가 필요합니다</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>꺼짐</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>시작하는 중…</translation>
    </message>
    <message>
        <source>{tools}, {count} to review</source>
        <translation>{tools}, 확인할 것 {count}개</translation>
    </message>
    <message>
        <source>Running, {tools}</source>
        <translation>실행 중, {tools}</translation>
    </message>
    <message>
        <source>On, {tools}. It starts when a run needs it.</source>
        <translation>켜짐, {tools}. 작업에서 필요할 때 시작합니다.</translation>
    </message>
    <message>
        <source>On. It starts when a run needs it.</source>
        <translation>켜짐. 작업에서 필요할 때 시작합니다.</translation>
    </message>
    <message>
        <source>secret</source>
        <translation>비밀로 보관</translation>
    </message>
    <message>
        <source>What a model sends to this server goes to this address:</source>
        <translation>모델이 이 서버에 보내는 내용은 다음 주소로 갑니다:</translation>
    </message>
    <message>
        <source>This runs a program on your computer. The whole command is:</source>
        <translation>이 컴퓨터에서 프로그램을 실행합니다. 전체 명령은 다음과 같습니다:</translation>
    </message>
    <message>
        <source>It works in the folder {path}.</source>
        <translation>작업 위치: {path}</translation>
    </message>
    <message>
        <source>Stored in the system keyring.</source>
        <translation>시스템 키링에 저장되어 있습니다.</translation>
    </message>
    <message>
        <source>Kept until Coterie quits: this system has no keyring.</source>
        <translation>이 시스템에 키링이 없어 Coterie를 종료할 때까지만 보관합니다.</translation>
    </message>
    <message>
        <source>No value yet.</source>
        <translation>아직 값이 없습니다.</translation>
    </message>
    <message>
        <source>Not available: the description of its input is too long</source>
        <translation>제공하지 않음: 입력 설명이 너무 깁니다</translation>
    </message>
    <message>
        <source>Not available: its input is nested too deeply</source>
        <translation>제공하지 않음: 입력 구조가 너무 깊습니다</translation>
    </message>
    <message>
        <source>Not available: its description refers to another address</source>
        <translation>제공하지 않음: 설명이 다른 주소를 가리킵니다</translation>
    </message>
    <message>
        <source>Not available: the description of its input is invalid</source>
        <translation>제공하지 않음: 입력 설명이 올바르지 않습니다</translation>
    </message>
    <message>
        <source>New since you looked</source>
        <translation>확인한 뒤 새로 생김</translation>
    </message>
    <message>
        <source>Changed since you agreed</source>
        <translation>동의한 뒤 바뀜</translation>
    </message>
    <message>
        <source>No longer there</source>
        <translation>더는 없음</translation>
    </message>
    <message>
        <source>hidden characters in its description</source>
        <translation>설명에 보이지 않는 문자가 있음</translation>
    </message>
</context>
<context>
    <name>ServersSection</name>
    <message>
        <source>Tool servers</source>
        <translation>도구 서버</translation>
    </message>
    <message>
        <source>None yet. A tool server gives models more tools, such as a calendar or a database.</source>
        <translation>아직 없습니다. 도구 서버는 달력이나 데이터베이스 같은 도구를 모델에 제공합니다.</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>Programs and addresses that speak the Model Context Protocol. Runs can use their tools.</source>
        <translation>모델 컨텍스트 프로토콜(MCP)을 쓰는 프로그램과 주소입니다. 작업에서 이들의 도구를 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Add a tool server</source>
        <translation>도구 서버 추가</translation>
    </message>
    <message>
        <source>Import from another app</source>
        <translation>다른 앱에서 가져오기</translation>
    </message>
    <message>
        <source>Claude, Cursor, VS Code, and LM Studio keep their servers in a file such as mcp.json. It is read only when you choose it.</source>
        <translation>Claude, Cursor, VS Code, LM Studio는 mcp.json과 같은 파일에 서버를 저장합니다. 파일은 직접 선택할 때만 읽습니다.</translation>
    </message>
</context>
<context>
    <name>SettingLine</name>
    <message>
        <source>Copy: {name}</source>
        <translation>{name} 복사</translation>
    </message>
</context>
<context>
    <name>SettingsIndex</name>
    <message>
        <source>No setting has these words.</source>
        <translation>검색 결과가 없습니다.</translation>
    </message>
    <message>
        <source>Search settings</source>
        <translation>설정 검색</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>New temporary chat</source>
        <translation>새 임시 대화</translation>
    </message>
    <message>
        <source>Open the chat in a new window</source>
        <translation>대화를 새 창에서 열기</translation>
    </message>
    <message>
        <source>New window</source>
        <translation>새 창</translation>
    </message>
    <message>
        <source>Close the chat window</source>
        <translation>대화 창 닫기</translation>
    </message>
    <message>
        <source>Command palette</source>
        <translation>명령 팔레트</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>이 대화에서 찾기</translation>
    </message>
    <message>
        <source>Find next</source>
        <translation>다음 찾기</translation>
    </message>
    <message>
        <source>Find previous</source>
        <translation>이전 찾기</translation>
    </message>
    <message>
        <source>Select text across the chat</source>
        <translation>대화 전체에서 텍스트 선택</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>대화 검색</translation>
    </message>
    <message>
        <source>Next chat</source>
        <translation>다음 대화</translation>
    </message>
    <message>
        <source>Previous chat</source>
        <translation>이전 대화</translation>
    </message>
    <message>
        <source>Export this chat</source>
        <translation>이 대화 내보내기</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>메시지 쓰기</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>파일 첨부</translation>
    </message>
    <message>
        <source>Attach a screenshot</source>
        <translation>화면 캡처 첨부</translation>
    </message>
    <message>
        <source>Collections</source>
        <translation>모음</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>줄 바꾸기</translation>
    </message>
    <message>
        <source>Edit your last message</source>
        <translation>마지막 내 메시지 수정</translation>
    </message>
    <message>
        <source>Copy the last answer</source>
        <translation>마지막 답변 복사</translation>
    </message>
    <message>
        <source>Regenerate the last answer</source>
        <translation>마지막 답변 다시 생성</translation>
    </message>
    <message>
        <source>Stop the answer, or close what is open</source>
        <translation>답변을 중지하거나 열린 것 닫기</translation>
    </message>
    <message>
        <source>End the reasoning and answer now</source>
        <translation>추론을 마치고 바로 답하기</translation>
    </message>
    <message>
        <source>Rename the chat in the list</source>
        <translation>목록에서 대화 이름 바꾸기</translation>
    </message>
    <message>
        <source>Delete the chat in the list</source>
        <translation>목록에서 대화 삭제</translation>
    </message>
    <message>
        <source>Menu of the chat in the list</source>
        <translation>목록에서 대화 메뉴 열기</translation>
    </message>
    <message>
        <source>Select several chats or models in the list</source>
        <translation>목록에서 대화나 모델을 여러 개 선택</translation>
    </message>
    <message>
        <source>Move the chat to a project</source>
        <translation>대화를 프로젝트로 이동</translation>
    </message>
    <message>
        <source>Archive the chat</source>
        <translation>대화 보관</translation>
    </message>
    <message>
        <source>Recently deleted</source>
        <translation>최근 삭제한 대화</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>새 프로젝트</translation>
    </message>
    <message>
        <source>Undo delete</source>
        <translation>삭제 되돌리기</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>모델 선택</translation>
    </message>
    <message>
        <source>Compare models</source>
        <translation>모델 비교</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>Show or hide the list</source>
        <translation>목록 보이기 또는 숨기기</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>작업</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>새 작업</translation>
    </message>
    <message>
        <source>Start the new run</source>
        <translation>새 작업 시작</translation>
    </message>
    <message>
        <source>Models: find and download</source>
        <translation>모델 찾고 다운로드하기</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>다운로드</translation>
    </message>
    <message>
        <source>Model library</source>
        <translation>모델 라이브러리</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>모델 배치</translation>
    </message>
    <message>
        <source>Local server</source>
        <translation>로컬 서버</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>종료</translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>can’t be read</source>
        <translation>읽을 수 없음</translation>
    </message>
    <message>
        <source>doesn’t fit</source>
        <translation>들어가지 않음</translation>
    </message>
    <message>
        <source>doesn’t fit this computer</source>
        <translation>이 컴퓨터에 들어가지 않음</translation>
    </message>
    <message>
        <source>{speed} tokens per second measured</source>
        <translation>초당 {speed}토큰 측정됨</translation>
    </message>
    <message>
        <source>~{speed} tok/s</source>
        <translation>초당 약 {speed}토큰</translation>
    </message>
    <message>
        <source>about {speed} tokens per second predicted</source>
        <translation>초당 약 {speed}토큰 예측</translation>
    </message>
    <message>
        <source>{address} · not connected</source>
        <translation>{address} · 연결 안 됨</translation>
    </message>
    <message>
        <source>{size} RAM</source>
        <translation>RAM {size}</translation>
    </message>
    <message>
        <source>No GPU found: everything runs on the CPU.</source>
        <translation>GPU가 없어 CPU로 실행합니다.</translation>
    </message>
    <message>
        <source>Other PC {name}</source>
        <translation>보조 PC {name}</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>모델 배치</translation>
    </message>
    <message>
        <source>No models yet. Open a model file with Ctrl+O.</source>
        <translation>아직 모델이 없습니다. Ctrl+O로 모델 파일을 열어 주세요.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>이 컴퓨터</translation>
    </message>
    <message>
        <source>Add another PC</source>
        <translation>다른 PC 추가</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>No chat matches “{query}”.</source>
        <translation>‘{query}’에 맞는 대화가 없습니다.</translation>
    </message>
    <message>
        <source>Your chats will appear here.</source>
        <translation>나눈 대화가 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>대화 검색</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>대화 목록</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>새 프로젝트</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>보관한 대화</translation>
    </message>
    <message>
        <source>Recently deleted</source>
        <translation>최근 삭제한 대화</translation>
    </message>
</context>
<context>
    <name>SourceControl</name>
    <message>
        <source>Save a copy</source>
        <translation>사본 저장</translation>
    </message>
    <message>
        <source>Saved as “{name}”</source>
        <translation>‘{name}’ 파일로 저장함</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
</context>
<context>
    <name>SourceList</name>
    <message>
        <source>There is no source with this number.</source>
        <translation>이 번호의 출처가 없습니다.</translation>
    </message>
    <message>
        <source>Not found in the source: “{words}”</source>
        <translation>출처에서 찾을 수 없음: “{words}”</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>출처</translation>
    </message>
    <message>
        <source>Source {number}: {place}</source>
        <translation>출처 {number}: {place}</translation>
    </message>
    <message>
        <source>Show fewer</source>
        <translation>간단히 보기</translation>
    </message>
    <message>
        <source>Show all {count} sources</source>
        <translation>출처 {count}개 모두 보기</translation>
    </message>
</context>
<context>
    <name>SourcePane</name>
    <message>
        <source>Opening…</source>
        <translation>여는 중…</translation>
    </message>
    <message>
        <source>Marked: {words}</source>
        <translation>표시된 부분: {words}</translation>
    </message>
    <message>
        <source>Page {page} of {count}</source>
        <translation>{count}쪽 중 {page}쪽</translation>
    </message>
    <message>
        <source>Part {page} of {count}</source>
        <translation>부분 {count}개 중 {page}번째</translation>
    </message>
    <message>
        <source>Back to the chat</source>
        <translation>대화로 돌아가기</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Previous page (Page Up)</source>
        <translation>이전 쪽(Page Up)</translation>
    </message>
    <message>
        <source>Next page (Page Down)</source>
        <translation>다음 쪽(Page Down)</translation>
    </message>
    <message>
        <source>Show as text</source>
        <translation>텍스트로 보기</translation>
    </message>
    <message>
        <source>Show page</source>
        <translation>쪽 보기</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>폴더에서 보기</translation>
    </message>
    <message>
        <source>Save a copy…</source>
        <translation>사본 저장…</translation>
    </message>
    <message>
        <source>This file has changed since it was read.</source>
        <translation>읽은 뒤에 파일이 바뀌었습니다.</translation>
    </message>
</context>
<context>
    <name>StepDetails</name>
    <message>
        <source>Reasoning</source>
        <translation>추론 내용</translation>
    </message>
    <message>
        <source>Undo this step</source>
        <translation>이 단계 되돌리기</translation>
    </message>
    <message>
        <source>Back to here</source>
        <translation>여기까지 되돌리기</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>모델이 본 내용</translation>
    </message>
    <message>
        <source>Undoes everything after this step</source>
        <translation>이 단계 뒤에 한 일을 모두 되돌립니다</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>할 일</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>인수</translation>
    </message>
    <message>
        <source>New file</source>
        <translation>새 파일</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>변경된 내용</translation>
    </message>
    <message>
        <source>Deleted file</source>
        <translation>삭제된 파일</translation>
    </message>
    <message>
        <source>What changed</source>
        <translation>변경된 내용</translation>
    </message>
    <message>
        <source>beginning and end, as the model sees them</source>
        <translation>모델이 보는 대로 앞과 끝만</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Show all ({size})</source>
        <translation>모두 보기({size})</translation>
    </message>
    <message>
        <source>in a copy of the folder</source>
        <translation>폴더의 사본에서</translation>
    </message>
    <message>
        <source>text from outside</source>
        <translation>외부에서 온 글</translation>
    </message>
    <message>
        <source>1 file couldn’t be kept for undo</source>
        <translation>파일 1개는 되돌리기용으로 저장하지 못함</translation>
    </message>
    <message>
        <source>{count} files couldn’t be kept for undo</source>
        <translation>파일 {count}개는 되돌리기용으로 저장하지 못함</translation>
    </message>
    <message>
        <source>{count} more files</source>
        <translation>외 파일 {count}개</translation>
    </message>
</context>
<context>
    <name>StepRow</name>
    <message>
        <source>undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Undo step {number}</source>
        <translation>{number}단계 되돌리기</translation>
    </message>
    <message>
        <source>Step {number}: {call}</source>
        <translation>{number}단계: {call}</translation>
    </message>
    <message>
        <source>opened</source>
        <translation>열림</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>닫힘</translation>
    </message>
</context>
<context>
    <name>StripCard</name>
    <message>
        <source>Where each layer’s experts are</source>
        <translation>레이어별 전문가의 위치</translation>
    </message>
    <message>
        <source>Where each layer is (this model has no experts)</source>
        <translation>레이어별 위치(전문가가 없는 모델)</translation>
    </message>
    <message>
        <source>layer 0 … {last}</source>
        <translation>레이어 0 … {last}</translation>
    </message>
</context>
<context>
    <name>SummaryEditor</name>
    <message>
        <source>Summary</source>
        <translation>요약</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>사용하기</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>버리기</translation>
    </message>
</context>
<context>
    <name>SwitchSection</name>
    <message>
        <source>Just a moment…</source>
        <translation>잠시만 기다려 주세요…</translation>
    </message>
    <message>
        <source>Off for now. It’s on again at the next start.</source>
        <translation>지금은 꺼져 있습니다. 다음에 시작할 때 다시 켜집니다.</translation>
    </message>
    <message>
        <source>Off. No other program can reach your models.</source>
        <translation>꺼짐. 다른 프로그램이 모델을 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>On. No program is being answered.</source>
        <translation>켜짐. 지금 답변을 받는 프로그램이 없습니다.</translation>
    </message>
    <message>
        <source>Other devices reach it at {addresses}. What they send isn’t encrypted.</source>
        <translation>다른 기기에서는 {addresses} 주소로 접속합니다. 주고받는 내용은 암호화되지 않습니다.</translation>
    </message>
    <message>
        <source>Devices in your network come in with a key. What they send isn’t encrypted, so use this only in a network you trust. Can be changed while the server is off.</source>
        <translation>같은 네트워크의 기기가 키로 접속할 수 있습니다. 주고받는 내용이 암호화되지 않으니 믿을 수 있는 네트워크에서만 쓰세요. 서버가 꺼져 있을 때 바꿀 수 있습니다.</translation>
    </message>
    <message>
        <source>Local server</source>
        <translation>로컬 서버</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>주소 복사</translation>
    </message>
    <message>
        <source>Let other programs use your models</source>
        <translation>다른 프로그램에서 모델 사용</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>For programs on this computer. Those that use OpenAI’s API need /v1 at the end.</source>
        <translation>이 컴퓨터의 프로그램이 쓰는 주소입니다. OpenAI 방식을 쓰는 프로그램에는 뒤에 /⁠v1을 붙여 입력하세요.</translation>
    </message>
    <message>
        <source>Off: they use only the model that is loaded.</source>
        <translation>끄면 이미 불러온 모델만 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Let in other devices</source>
        <translation>다른 기기의 접속 허용</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>포트</translation>
    </message>
    <message>
        <source>Can be changed while the server is off.</source>
        <translation>서버가 꺼져 있을 때 바꿀 수 있습니다.</translation>
    </message>
    <message>
        <source>Programs may load models</source>
        <translation>프로그램이 모델을 불러오도록 허용</translation>
    </message>
</context>
<context>
    <name>TemporaryNote</name>
    <message>
        <source>Save this chat</source>
        <translation>이 대화 저장</translation>
    </message>
    <message>
        <source>Temporary chat. Nothing in it is saved, and it’s gone when you quit Coterie.</source>
        <translation>임시 대화입니다. 내용이 저장되지 않으며 Coterie를 종료하면 사라집니다.</translation>
    </message>
</context>
<context>
    <name>TextBox</name>
    <message>
        <source>Copy this text</source>
        <translation>이 글 복사</translation>
    </message>
</context>
<context>
    <name>TextMenu</name>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy link address</source>
        <translation>링크 주소 복사</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
</context>
<context>
    <name>TextSheet</name>
    <message>
        <source>What it held is no longer kept.</source>
        <translation>내용이 더 이상 보관되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>As the model reads it</source>
        <translation>모델이 읽는 내용</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
</context>
<context>
    <name>TokenField</name>
    <message>
        <source>Contacting Hugging Face…</source>
        <translation>Hugging Face에 확인하는 중…</translation>
    </message>
    <message>
        <source>From the environment variable HF_TOKEN.</source>
        <translation>환경 변수 HF_TOKEN의 값을 씁니다.</translation>
    </message>
    <message>
        <source>None. Needed only for gated and private models.</source>
        <translation>없습니다. 승인이 필요하거나 비공개인 모델에만 필요합니다.</translation>
    </message>
    <message>
        <source>Belongs to {user}. {kept}</source>
        <translation>{user} 님의 토큰입니다. {kept}</translation>
    </message>
    <message>
        <source>Hugging Face access token</source>
        <translation>Hugging Face 액세스 토큰</translation>
    </message>
    <message>
        <source>Check and save</source>
        <translation>확인하고 저장</translation>
    </message>
    <message>
        <source>Check and save this token</source>
        <translation>이 토큰을 확인하고 저장</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Forget the token</source>
        <translation>토큰 삭제</translation>
    </message>
</context>
<context>
    <name>TokenTip</name>
    <message>
        <source>Most likely instead</source>
        <translation>다른 후보</translation>
    </message>
    <message>
        <source>{count} tokens together</source>
        <translation>토큰 {count}개를 합친 확률</translation>
    </message>
</context>
<context>
    <name>TokenView</name>
    <message>
        <source>Getting the model ready to read the answer again…</source>
        <translation>답변을 다시 읽으려고 모델을 준비하고 있습니다…</translation>
    </message>
    <message>
        <source>Reading the answer again… {done} of {total} tokens</source>
        <translation>답변을 다시 읽고 있습니다… {total}토큰 중 {done}토큰</translation>
    </message>
    <message>
        <source>The deeper the color behind a word, the less sure the model was.</source>
        <translation>글자 뒤의 색이 진할수록 모델이 덜 확신한 부분입니다.</translation>
    </message>
    <message>
        <source>1 token.</source>
        <translation>1토큰입니다.</translation>
    </message>
    <message>
        <source>{count} tokens.</source>
        <translation>모두 {count}토큰입니다.</translation>
    </message>
    <message>
        <source>This answer was edited, so this is how the model sees your words.</source>
        <translation>수정한 답변이므로 직접 쓴 글을 모델이 어떻게 보는지 나타냅니다.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Stop reading the answer again</source>
        <translation>답변 다시 읽기 중지</translation>
    </message>
    <message>
        <source>Show formatted</source>
        <translation>서식 적용하여 보기</translation>
    </message>
    <message>
        <source>Show the formatted answer</source>
        <translation>서식을 적용한 답변 보기</translation>
    </message>
    <message>
        <source>Token probabilities</source>
        <translation>토큰별 확률</translation>
    </message>
</context>
<context>
    <name>ToolCallCard</name>
    <message>
        <source>Call of the tool {name}</source>
        <translation>{name} 도구 호출</translation>
    </message>
    <message>
        <source>What is passed to {name}</source>
        <translation>{name}에 넘기는 값</translation>
    </message>
    <message>
        <source>Copy this call</source>
        <translation>이 호출 복사</translation>
    </message>
    <message>
        <source>Show all ({count} lines)</source>
        <translation>모두 보기({count}줄)</translation>
    </message>
    <message>
        <source>Show less</source>
        <translation>접기</translation>
    </message>
    <message>
        <source>Unknown tool</source>
        <translation>알 수 없는 도구</translation>
    </message>
    <message>
        <source>The call could not be read. This is what the model wrote:</source>
        <translation>호출을 읽을 수 없습니다. 모델이 쓴 그대로입니다.</translation>
    </message>
    <message>
        <source>A typing slip was corrected.</source>
        <translation>잘못 쓴 부분을 바로잡았습니다.</translation>
    </message>
    <message>
        <source>The call didn’t fit and was ended early.</source>
        <translation>호출을 다 쓸 자리가 없어 일찍 끝냈습니다.</translation>
    </message>
    <message>
        <source>Converted to the types the tool expects: {changes}</source>
        <translation>도구가 요구하는 형식으로 바꿈: {changes}</translation>
    </message>
</context>
<context>
    <name>ToolCheckNotes</name>
    <message>
        <source>Checking how {name} uses tools; it takes about 30 seconds.</source>
        <translation>{name} 모델이 도구를 얼마나 잘 쓰는지 점검합니다. 30초쯤 걸립니다.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>{name} · {rating}, {passed} of {total} tasks</source>
        <translation>{name} · {rating}, 과제 {total}개 중 {passed}개</translation>
    </message>
</context>
<context>
    <name>ToolLine</name>
    <message>
        <source>No description.</source>
        <translation>설명이 없습니다.</translation>
    </message>
    <message>
        <source>Full description of {tool}</source>
        <translation>{tool}의 설명 전체</translation>
    </message>
    <message>
        <source>Full description</source>
        <translation>설명 전체</translation>
    </message>
    <message>
        <source>What has changed in {tool}</source>
        <translation>{tool}에서 바뀐 내용</translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>list what is in a folder</source>
        <translation>폴더 안의 목록 보기</translation>
    </message>
    <message>
        <source>read a text file</source>
        <translation>텍스트 파일 읽기</translation>
    </message>
    <message>
        <source>find files by their names</source>
        <translation>이름으로 파일 찾기</translation>
    </message>
    <message>
        <source>search in files</source>
        <translation>파일 내용 검색</translation>
    </message>
    <message>
        <source>write a file</source>
        <translation>파일 쓰기</translation>
    </message>
    <message>
        <source>change a part of a file</source>
        <translation>파일 일부 바꾸기</translation>
    </message>
    <message>
        <source>change several files at once</source>
        <translation>여러 파일 한 번에 바꾸기</translation>
    </message>
    <message>
        <source>move or rename a file</source>
        <translation>파일 옮기기와 이름 바꾸기</translation>
    </message>
    <message>
        <source>delete a file, into the run’s trash</source>
        <translation>파일 삭제(작업의 휴지통으로)</translation>
    </message>
    <message>
        <source>run commands, in the sandbox</source>
        <translation>샌드박스에서 명령 실행</translation>
    </message>
    <message>
        <source>run Python programs, in the sandbox</source>
        <translation>샌드박스에서 Python 실행</translation>
    </message>
    <message>
        <source>look after commands in the background</source>
        <translation>백그라운드 명령 관리</translation>
    </message>
    <message>
        <source>calculate</source>
        <translation>계산</translation>
    </message>
    <message>
        <source>tell the date and time</source>
        <translation>날짜와 시각 알기</translation>
    </message>
    <message>
        <source>get a web page; always asks</source>
        <translation>웹 페이지 가져오기(항상 확인)</translation>
    </message>
    <message>
        <source>search the web; asks first</source>
        <translation>웹 검색(먼저 확인)</translation>
    </message>
    <message>
        <source>read PDF and office files</source>
        <translation>PDF와 오피스 문서 읽기</translation>
    </message>
    <message>
        <source>search in documents</source>
        <translation>문서 내용 검색</translation>
    </message>
    <message>
        <source>keep a note for later runs</source>
        <translation>다음 작업을 위한 메모 남기기</translation>
    </message>
    <message>
        <source>read the notes</source>
        <translation>메모 읽기</translation>
    </message>
    <message>
        <source>keep a plan you can see</source>
        <translation>볼 수 있는 계획 세우기</translation>
    </message>
    <message>
        <source>give parts of the task to helpers</source>
        <translation>할 일의 일부를 도우미에게 맡기기</translation>
    </message>
    <message>
        <source>apply what helpers changed in their copies</source>
        <translation>도우미가 사본에서 바꾼 내용 적용하기</translation>
    </message>
</context>
<context>
    <name>ToolsButton</name>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Tools: off</source>
        <translation>도구: 꺼짐</translation>
    </message>
    <message>
        <source>Let answers use tools in a folder</source>
        <translation>답변할 때 폴더에서 도구를 쓰게 합니다</translation>
    </message>
    <message>
        <source>Tools: on in {folder}, {mode}</source>
        <translation>도구: {folder}에서 켜짐, {mode}</translation>
    </message>
</context>
<context>
    <name>ToolsControl</name>
    <message>
        <source>Use tools in this folder</source>
        <translation>이 폴더에서 도구 사용</translation>
    </message>
</context>
<context>
    <name>ToolsFold</name>
    <message>
        <source>all</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>{count} of {total}</source>
        <translation>{total}개 중 {count}개</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>서버</translation>
    </message>
    <message>
        <source>{count} tools of enabled servers</source>
        <translation>켜져 있는 서버의 도구 {count}개</translation>
    </message>
    <message>
        <source>This computer has no sandbox, so commands and Python programs are not available.</source>
        <translation>이 컴퓨터에는 샌드박스가 없어 명령과 Python 프로그램을 실행할 수 없습니다.</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>읽기 도구만</translation>
    </message>
</context>
<context>
    <name>ToolsLine</name>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Check tools (30 s)</source>
        <translation>도구 점검(30초)</translation>
    </message>
    <message>
        <source>tools: not checked</source>
        <translation>도구: 점검하지 않음</translation>
    </message>
    <message>
        <source>This model used tools poorly in its check. Another model is better for tasks.</source>
        <translation>점검에서 도구를 잘 쓰지 못했습니다. 작업에는 다른 모델을 쓰는 편이 좋습니다.</translation>
    </message>
</context>
<context>
    <name>ToolsPart</name>
    <message>
        <source>Its tools</source>
        <translation>도구</translation>
    </message>
    <message>
        <source>New and changed tools are not available to models until you have reviewed them. Permissions for a changed tool no longer apply.</source>
        <translation>새로 생기거나 바뀐 도구는 확인하기 전에는 모델에 제공하지 않습니다. 바뀐 도구에 허용했던 권한은 더는 적용되지 않습니다.</translation>
    </message>
    <message>
        <source>Not checked yet.</source>
        <translation>아직 확인하지 않았습니다.</translation>
    </message>
    <message>
        <source>Accept all</source>
        <translation>모두 받아들이기</translation>
    </message>
    <message>
        <source>Accept the new and changed tools of {name}</source>
        <translation>{name}의 새 도구와 바뀐 도구 모두 받아들이기</translation>
    </message>
    <message>
        <source>Show {count} more</source>
        <translation>{count}개 더 보기</translation>
    </message>
</context>
<context>
    <name>ToolsSheet</name>
    <message>
        <source>Tools in this chat</source>
        <translation>이 대화의 도구</translation>
    </message>
    <message>
        <source>While answering, the model may use tools in this folder. You see each step and can undo what it changed.</source>
        <translation>모델이 답변하면서 이 폴더에서 도구를 쓸 수 있습니다. 모든 단계를 볼 수 있고, 바뀐 것은 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>What it may do without asking</source>
        <translation>확인 없이 할 수 있는 일</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Use tools</source>
        <translation>도구 사용</translation>
    </message>
    <message>
        <source>Turn tools off</source>
        <translation>도구 끄기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Answer finished: {words}</source>
        <translation>답변이 끝났습니다: {words}</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>대화 내용</translation>
    </message>
    <message>
        <source>Jump to the latest message</source>
        <translation>최근 메시지로 가기</translation>
    </message>
</context>
<context>
    <name>TrashCard</name>
    <message>
        <source>Restore {name}</source>
        <translation>{name} 복원</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>휴지통</translation>
    </message>
    <message>
        <source>Kept for 30 days, then deleted.</source>
        <translation>30일 동안 보관한 뒤 삭제합니다.</translation>
    </message>
    <message>
        <source>Permanently delete these? Frees {size}.</source>
        <translation>완전히 삭제할까요? {size}가 확보됩니다.</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>비우기</translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation>휴지통 비우기</translation>
    </message>
    <message>
        <source>Permanently delete</source>
        <translation>완전히 삭제</translation>
    </message>
    <message>
        <source>Permanently delete what is in the trash</source>
        <translation>휴지통의 모델을 완전히 삭제</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>그대로 두기</translation>
    </message>
    <message>
        <source>Keep what is in the trash</source>
        <translation>휴지통의 모델을 그대로 두기</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Server paused</source>
        <translation>서버 일시 정지됨</translation>
    </message>
    <message>
        <source>Server off</source>
        <translation>서버 꺼짐</translation>
    </message>
    <message>
        <source>Server on</source>
        <translation>서버 켜짐</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>불러온 모델 없음</translation>
    </message>
    <message>
        <source>Open Coterie</source>
        <translation>Coterie 열기</translation>
    </message>
    <message>
        <source>Pause server</source>
        <translation>서버 일시 정지</translation>
    </message>
    <message>
        <source>Resume server</source>
        <translation>서버 다시 켜기</translation>
    </message>
    <message>
        <source>Unload model</source>
        <translation>모델 내리기</translation>
    </message>
    <message>
        <source>Quit Coterie</source>
        <translation>Coterie 종료</translation>
    </message>
</context>
<context>
    <name>TuneCard</name>
    <message>
        <source>Nothing faster than {before} tokens per second was found.</source>
        <translation>초당 {before}토큰보다 빠른 배치를 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>Tuning for this PC</source>
        <translation>이 PC에 최적화하는 중</translation>
    </message>
    <message>
        <source>at most {seconds} s left</source>
        <translation>길어야 {seconds}초 남음</translation>
    </message>
    <message>
        <source>Measuring the current plan, then what may be faster.</source>
        <translation>지금 계획을 측정한 뒤 더 빠를 만한 것을 시험합니다.</translation>
    </message>
    <message>
        <source>Tried {kind}: {speed} tokens per second</source>
        <translation>시험함({kind}): 초당 {speed}토큰</translation>
    </message>
    <message>
        <source>Before: {before} tokens per second, prompts at {prompts_before}. Best found: {after}, prompts at {prompts_after}.</source>
        <translation>이전: 초당 {before}토큰, 프롬프트는 초당 {prompts_before}토큰. 찾아낸 가장 빠른 배치: 초당 {after}토큰, 프롬프트는 초당 {prompts_after}토큰.</translation>
    </message>
    <message>
        <source>about a minute</source>
        <translation>약 1분</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Keep and reload</source>
        <translation>사용하고 다시 불러오기</translation>
    </message>
    <message>
        <source>Keep as is</source>
        <translation>그대로 두기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
</context>
<context>
    <name>Tuning</name>
    <message>
        <source>the current plan</source>
        <translation>지금 계획</translation>
    </message>
    <message>
        <source>other numbers of threads</source>
        <translation>다른 스레드 수</translation>
    </message>
    <message>
        <source>other batch sizes</source>
        <translation>다른 배치 크기</translation>
    </message>
    <message>
        <source>another context type</source>
        <translation>다른 컨텍스트 형식</translation>
    </message>
    <message>
        <source>other ways to use the experts</source>
        <translation>전문가를 쓰는 다른 방법</translation>
    </message>
    <message>
        <source>another way to handle missing experts</source>
        <translation>없는 전문가를 다루는 다른 방법</translation>
    </message>
    <message>
        <source>another way to hold the weights</source>
        <translation>가중치를 두는 다른 방법</translation>
    </message>
    <message>
        <source>fewer experts on the device</source>
        <translation>장치에 전문가 줄이기</translation>
    </message>
    <message>
        <source>more experts on the device</source>
        <translation>장치에 전문가 늘리기</translation>
    </message>
</context>
<context>
    <name>UndoDialog</name>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Restore 1 file</source>
        <translation>파일 1개 복원</translation>
    </message>
    <message>
        <source>Undo 1 file</source>
        <translation>파일 1개 되돌리기</translation>
    </message>
    <message>
        <source>Restore {count} files</source>
        <translation>파일 {count}개 복원</translation>
    </message>
    <message>
        <source>Undo {count} files</source>
        <translation>파일 {count}개 되돌리기</translation>
    </message>
    <message>
        <source>Redo this?</source>
        <translation>되돌린 것을 다시 적용할까요?</translation>
    </message>
    <message>
        <source>Undo this?</source>
        <translation>되돌릴까요?</translation>
    </message>
    <message>
        <source>and {count} more files</source>
        <translation>외 파일 {count}개</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>1 file was changed since.</source>
        <translation>그 뒤에 변경된 파일이 1개 있습니다.</translation>
    </message>
    <message>
        <source>{count} files were changed since.</source>
        <translation>그 뒤에 변경된 파일이 {count}개 있습니다.</translation>
    </message>
</context>
<context>
    <name>Undoing</name>
    <message>
        <source>1 file redone</source>
        <translation>파일 1개를 다시 적용했습니다</translation>
    </message>
    <message>
        <source>{count} files redone</source>
        <translation>파일 {count}개를 다시 적용했습니다</translation>
    </message>
    <message>
        <source>1 file restored</source>
        <translation>파일 1개를 되돌렸습니다</translation>
    </message>
    <message>
        <source>{count} files restored</source>
        <translation>파일 {count}개를 되돌렸습니다</translation>
    </message>
    <message>
        <source>{done}. {count} changed since and were left alone</source>
        <translation>{done}. 그 뒤에 바뀐 {count}개는 그대로 두었습니다</translation>
    </message>
    <message>
        <source>Stopped. {done}</source>
        <translation>멈췄습니다. {done}</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>계속하기</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 적용</translation>
    </message>
</context>
<context>
    <name>UpdateNotes</name>
    <message>
        <source>Version {after} failed to start twice, so {before} is back. Nothing was lost.</source>
        <translation>{after} 버전이 두 번 모두 시작되지 않아 {before} 버전으로 되돌렸습니다. 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>Check for new versions once a day? Nothing about you or this computer is sent.</source>
        <translation>하루에 한 번 새 버전을 확인할까요? 사용자나 이 컴퓨터에 대한 정보는 보내지 않습니다.</translation>
    </message>
    <message>
        <source>Check daily</source>
        <translation>매일 확인</translation>
    </message>
    <message>
        <source>Don’t check</source>
        <translation>확인 안 함</translation>
    </message>
</context>
<context>
    <name>UpdateSheet</name>
    <message>
        <source>Downloading: {size}</source>
        <translation>다운로드 중: {size}</translation>
    </message>
    <message>
        <source>Coterie {version}</source>
        <translation>Coterie {version}</translation>
    </message>
    <message>
        <source>Skip this version</source>
        <translation>이 버전 건너뛰기</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Download: {size}</source>
        <translation>다운로드 크기: {size}</translation>
    </message>
    <message>
        <source>Version {version} is ready. It will be used the next time Coterie starts.</source>
        <translation>{version} 버전이 준비되었습니다. Coterie를 다음에 시작할 때부터 사용됩니다.</translation>
    </message>
    <message>
        <source>Making sure that version {version} starts on this computer…</source>
        <translation>{version} 버전이 이 컴퓨터에서 시작되는지 확인하는 중…</translation>
    </message>
    <message>
        <source>Downloading…</source>
        <translation>다운로드 중…</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>지금 다시 시작</translation>
    </message>
    <message>
        <source>Continue in background</source>
        <translation>백그라운드에서 계속</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>완료</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>다운로드</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>업데이트</translation>
    </message>
</context>
<context>
    <name>UpdatesSection</name>
    <message>
        <source>Updates</source>
        <translation>업데이트</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>버전 {version}</translation>
    </message>
    <message>
        <source>Once a day, at {host}. Nothing about you or this computer is sent.</source>
        <translation>하루에 한 번 {host}에서 확인합니다. 사용자나 이 컴퓨터에 대한 정보는 보내지 않습니다.</translation>
    </message>
    <message>
        <source>Newer, but less reliable.</source>
        <translation>더 새롭지만 덜 안정적입니다.</translation>
    </message>
    <message>
        <source>Check for updates</source>
        <translation>업데이트 확인</translation>
    </message>
    <message>
        <source>Include beta versions</source>
        <translation>베타 버전 포함</translation>
    </message>
    <message>
        <source>Check now</source>
        <translation>지금 확인</translation>
    </message>
    <message>
        <source>What’s new…</source>
        <translation>새로운 기능…</translation>
    </message>
    <message>
        <source>Show…</source>
        <translation>보기…</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>지금 다시 시작</translation>
    </message>
    <message>
        <source>Checking for updates…</source>
        <translation>업데이트를 확인하는 중…</translation>
    </message>
    <message>
        <source>A newer version is ready. It will be used the next time Coterie starts.</source>
        <translation>새 버전이 준비되었습니다. Coterie를 다음에 시작할 때부터 사용됩니다.</translation>
    </message>
    <message>
        <source>Downloading version {version}: {size}</source>
        <translation>{version} 버전 다운로드 중: {size}</translation>
    </message>
    <message>
        <source>Making sure that version {version} starts on this computer…</source>
        <translation>{version} 버전이 이 컴퓨터에서 시작되는지 확인하는 중…</translation>
    </message>
    <message>
        <source>Coterie is up to date. Checked {when}.</source>
        <translation>최신 버전입니다. {when}에 확인했습니다.</translation>
    </message>
    <message>
        <source>Version {version} is available.</source>
        <translation>{version} 버전이 나왔습니다.</translation>
    </message>
</context>
<context>
    <name>Usage</name>
    <message>
        <source>1 answer</source>
        <translation>답변 1개</translation>
    </message>
    <message>
        <source>{count} answers</source>
        <translation>답변 {count}개</translation>
    </message>
    <message>
        <source>{read} read ({cached} reused)</source>
        <translation>{read}개 읽음({cached}개 재사용)</translation>
    </message>
    <message>
        <source>{read} read</source>
        <translation>{read}개 읽음</translation>
    </message>
    <message>
        <source>processor</source>
        <translation>프로세서</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>the whole computer, by its battery</source>
        <translation>컴퓨터 전체(배터리 기준)</translation>
    </message>
    <message>
        <source>{joules} read</source>
        <translation>읽기 {joules}</translation>
    </message>
    <message>
        <source>{joules} written</source>
        <translation>쓰기 {joules}</translation>
    </message>
    <message>
        <source>{written} written</source>
        <translation>{written}개 작성</translation>
    </message>
</context>
<context>
    <name>UsageSection</name>
    <message>
        <source>The history of usage is deleted</source>
        <translation>사용량 기록을 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>작성</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>읽음</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>재사용</translation>
    </message>
    <message>
        <source>Nothing in the last 30 days.</source>
        <translation>최근 30일 동안 쓴 것이 없습니다.</translation>
    </message>
    <message>
        <source>Last 30 days: {words}</source>
        <translation>최근 30일: {words}</translation>
    </message>
    <message>
        <source>Tokens by day</source>
        <translation>날짜별 토큰</translation>
    </message>
    <message>
        <source>Usage</source>
        <translation>사용량</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Delete the history of usage</source>
        <translation>사용량 기록 삭제</translation>
    </message>
    <message>
        <source>Kept only on this computer. Temporary chats are not counted.</source>
        <translation>이 컴퓨터에만 보관합니다. 임시 대화는 세지 않습니다.</translation>
    </message>
    <message>
        <source>Models in the last 30 days</source>
        <translation>최근 30일 동안 쓴 모델</translation>
    </message>
    <message>
        <source>Price of a kilowatt-hour</source>
        <translation>1킬로와트시 요금</translation>
    </message>
    <message>
        <source>Used where the energy of answers can be measured.</source>
        <translation>답변에 쓴 에너지를 측정할 수 있을 때 사용합니다.</translation>
    </message>
    <message>
        <source>Not set</source>
        <translation>설정 안 함</translation>
    </message>
    <message>
        <source>Prices of remote models</source>
        <translation>외부 모델 요금</translation>
    </message>
    <message>
        <source>Deletes all days and months, and what each key of the server has used.</source>
        <translation>모든 날짜와 달의 기록, 서버 키마다 쓴 양을 삭제합니다.</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>통화</translation>
    </message>
    <message>
        <source>First month, {month}: {words}</source>
        <translation>첫 달({month}): {words}</translation>
    </message>
    <message>
        <source>Energy for each token: {words}</source>
        <translation>토큰당 에너지: {words}</translation>
    </message>
    <message>
        <source>Energy is what answers used beyond an idle computer. Measured: {domains}</source>
        <translation>에너지는 컴퓨터가 쉴 때보다 답변에 더 쓴 양입니다. 측정 대상: {domains}</translation>
    </message>
    <message>
        <source>This computer counts energy, but only administrators may read it.</source>
        <translation>이 컴퓨터는 에너지를 측정하지만 관리자만 값을 읽을 수 있습니다.</translation>
    </message>
    <message>
        <source>Shown after costs, such as EUR.</source>
        <translation>비용 뒤에 표시합니다. 예: 원</translation>
    </message>
    <message>
        <source>For each million tokens. Without a price, no cost is shown.</source>
        <translation>토큰 100만 개당 요금입니다. 요금을 정하지 않으면 비용을 표시하지 않습니다.</translation>
    </message>
    <message>
        <source>History of usage</source>
        <translation>사용량 기록</translation>
    </message>
</context>
<context>
    <name>UserCard</name>
    <message>
        <source>You, {time}: {words}</source>
        <translation>나, {time}: {words}</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>내 메시지</translation>
    </message>
</context>
<context>
    <name>VariableField</name>
    <message>
        <source>New value</source>
        <translation>새 값</translation>
    </message>
    <message>
        <source>New value of {name}</source>
        <translation>{name}의 새 값</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>저장</translation>
    </message>
    <message>
        <source>Keep this value of {name}</source>
        <translation>{name}의 값 저장</translation>
    </message>
</context>
<context>
    <name>VariantsTable</name>
    <message>
        <source>Quantization</source>
        <translation>양자화</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>이 컴퓨터에서</translation>
    </message>
    <message>
        <source>Quantizations</source>
        <translation>양자화 목록</translation>
    </message>
</context>
<context>
    <name>Waiting</name>
    <message>
        <source>Waiting for another answer…</source>
        <translation>다른 답변 1개가 끝나기를 기다리는 중…</translation>
    </message>
    <message>
        <source>Waiting for {count} other answers…</source>
        <translation>다른 답변 {count}개가 끝나기를 기다리는 중…</translation>
    </message>
    <message>
        <source>Waiting for the model…</source>
        <translation>모델을 기다리는 중…</translation>
    </message>
    <message>
        <source>Reading your message… {percent}%</source>
        <translation>메시지를 읽는 중… {percent}%</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>약 {time} 남음</translation>
    </message>
</context>
<context>
    <name>WebChip</name>
    <message>
        <source>Answers may search the web with {name}. Each search asks you first, unless you allowed it.</source>
        <translation>답변할 때 웹({name})을 검색할 수 있습니다. 허용해 두지 않았다면 검색할 때마다 먼저 확인합니다.</translation>
    </message>
    <message>
        <source>Web search</source>
        <translation>웹 검색</translation>
    </message>
    <message>
        <source>Don’t search the web in this chat</source>
        <translation>이 대화에서 웹 검색하지 않기</translation>
    </message>
</context>
<context>
    <name>WebSearchSection</name>
    <message>
        <source>Web search</source>
        <translation>웹 검색</translation>
    </message>
    <message>
        <source>Sent only to {name}.</source>
        <translation>{name} 외에는 보내지 않습니다.</translation>
    </message>
    <message>
        <source>Your own SearXNG server, or one you trust. It must allow results as JSON.</source>
        <translation>직접 운영하거나 신뢰하는 SearXNG 서버의 주소입니다. 결과를 JSON으로 보낼 수 있어야 합니다.</translation>
    </message>
    <message>
        <source>Search provider</source>
        <translation>검색 서비스</translation>
    </message>
    <message>
        <source>Lets chats and tasks search the web. What is searched for is sent to the provider; each search shows you its words and asks first.</source>
        <translation>대화와 작업에서 웹을 검색할 수 있습니다. 검색어는 검색 서비스로 전송되며, 검색할 때마다 검색어를 보여 주고 먼저 확인합니다.</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 키</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>끔</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Welcome to Coterie</source>
        <translation>Coterie에 오신 것을 환영합니다</translation>
    </message>
    <message>
        <source>Chat with open models on your own computer. Nothing you write leaves it.</source>
        <translation>내 컴퓨터에서 실행되는 공개 모델과 대화하세요. 입력한 내용은 이 컴퓨터를 벗어나지 않습니다.</translation>
    </message>
    <message>
        <source>A small starter model is included</source>
        <translation>작은 기본 모델이 들어 있습니다</translation>
    </message>
    <message>
        <source>It makes mistakes, but is good enough to see how Coterie works. Type below, or press Start.</source>
        <translation>실수할 때도 있지만 Coterie를 둘러보기에는 충분합니다. 아래에 입력하거나 시작을 누르세요.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Start with the starter model</source>
        <translation>기본 모델로 시작</translation>
    </message>
    <message>
        <source>Larger models that suit this computer</source>
        <translation>이 컴퓨터에 맞는 더 큰 모델</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>확인 중…</translation>
    </message>
    <message>
        <source>See all models</source>
        <translation>모든 모델 보기</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Skip and go to the chat</source>
        <translation>건너뛰고 대화로 가기</translation>
    </message>
    <message>
        <source>Offline is on in Settings. You can get models later; the starter model works now.</source>
        <translation>설정에서 오프라인을 켜 두었습니다. 모델은 나중에 받을 수 있고, 기본 모델은 지금 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Checking what this computer can do…</source>
        <translation>이 컴퓨터의 성능을 확인하는 중…</translation>
    </message>
    <message>
        <source>Find larger models under Models whenever you want one.</source>
        <translation>더 큰 모델이 필요하면 언제든 모델 페이지에서 찾을 수 있습니다.</translation>
    </message>
    <message>
        <source>Nothing is downloaded until you press Get. Progress appears on the Models icon.</source>
        <translation>받기를 누르기 전에는 아무것도 다운로드하지 않습니다. 진행 상황은 모델 아이콘에 표시됩니다.</translation>
    </message>
</context>
<context>
    <name>WhenFields</name>
    <message>
        <source>Files that runs write themselves don’t count. * in a name stands for anything.</source>
        <translation>작업이 직접 쓴 파일은 세지 않습니다. 이름의 *는 모든 글자를 뜻합니다.</translation>
    </message>
    <message>
        <source>Minute, hour, day, month and weekday, as cron has them.</source>
        <translation>cron 형식의 분, 시, 일, 월, 요일입니다.</translation>
    </message>
    <message>
        <source>Year, month, day and time.</source>
        <translation>연, 월, 일, 시각 순서입니다.</translation>
    </message>
    <message>
        <source>Every day</source>
        <translation>매일</translation>
    </message>
    <message>
        <source>On certain days</source>
        <translation>특정 요일</translation>
    </message>
    <message>
        <source>Every</source>
        <translation>일정 간격</translation>
    </message>
    <message>
        <source>Once</source>
        <translation>한 번</translation>
    </message>
    <message>
        <source>When files change</source>
        <translation>파일이 바뀔 때</translation>
    </message>
    <message>
        <source>Cron</source>
        <translation>Cron</translation>
    </message>
    <message>
        <source>When</source>
        <translation>언제</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>분마다</translation>
    </message>
    <message>
        <source>hours</source>
        <translation>시간마다</translation>
    </message>
    <message>
        <source>days</source>
        <translation>일마다</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>단위</translation>
    </message>
    <message>
        <source>at</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>Wait until nothing has changed for (seconds)</source>
        <translation>마지막 변경 뒤 기다릴 시간(초)</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>Date and time</source>
        <translation>날짜와 시각</translation>
    </message>
    <message>
        <source>How often</source>
        <translation>간격</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Seconds without a change</source>
        <translation>변경 없이 지날 시간(초)</translation>
    </message>
    <message>
        <source>Five fields of cron</source>
        <translation>cron 필드 다섯 개</translation>
    </message>
    <message>
        <source>All files, or *.pdf</source>
        <translation>모든 파일, 또는 *.pdf</translation>
    </message>
</context>
<context>
    <name>WholeText</name>
    <message>
        <source>… and {count} more characters</source>
        <translation>… 그 밖에 {count}자</translation>
    </message>
</context>
<context>
    <name>WindowEvents</name>
    <message>
        <source>{name} is now set for long chats</source>
        <translation>이제 {name} 모델이 긴 대화에 맞는 방식으로 실행됩니다</translation>
    </message>
</context>
<context>
    <name>WorkerLine</name>
    <message>
        <source>Ready, in use by the loaded model</source>
        <translation>준비됨, 불러온 모델이 사용 중</translation>
    </message>
    <message>
        <source>Ready, {size} free</source>
        <translation>준비됨, {size} 비어 있음</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>확인하는 중…</translation>
    </message>
    <message>
        <source>Not checked yet</source>
        <translation>아직 확인하지 않음</translation>
    </message>
</context>
<context>
    <name>WorkersList</name>
    <message>
        <source>Address and port, such as 192.168.0.7:50052</source>
        <translation>192.168.0.7:50052 같은 주소와 포트</translation>
    </message>
    <message>
        <source>Address of the PC to add</source>
        <translation>추가할 PC의 주소</translation>
    </message>
    <message>
        <source>Add this PC</source>
        <translation>이 PC 추가</translation>
    </message>
    <message>
        <source>Add PC</source>
        <translation>PC 추가</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Check all PCs again</source>
        <translation>모든 PC 다시 확인</translation>
    </message>
</context>
<context>
    <name>WorkersSection</name>
    <message>
        <source>Other PCs</source>
        <translation>보조 PC</translation>
    </message>
    <message>
        <source>Other PCs that share their memory</source>
        <translation>메모리를 나눠 쓰는 PC</translation>
    </message>
    <message>
        <source>A PC that runs llama.cpp’s ggml-rpc-server can hold part of a model. The connection has no password and no encryption: anyone who can reach that PC can read what you write, and could take it over. Use it only on a network you trust.</source>
        <translation>llama.cpp의 ggml-rpc-server를 실행하는 PC는 모델의 일부를 맡을 수 있습니다. 이 연결에는 비밀번호도 암호화도 없어, 그 PC에 접근할 수 있는 사람은 누구나 입력한 글을 읽을 수 있고 PC를 장악할 수도 있습니다. 신뢰하는 네트워크에서만 사용해 주세요.</translation>
    </message>
</context>
<context>
    <name>_Defaults</name>
    <message>
        <source>Model default</source>
        <translation>모델 기본값</translation>
    </message>
</context>
<context>
    <name>_FieldRow</name>
    <message>
        <source>The server needs this.</source>
        <translation>서버에 꼭 필요한 항목입니다.</translation>
    </message>
    <message>
        <source>Enter a number.</source>
        <translation>숫자를 입력하세요.</translation>
    </message>
    <message>
        <source>Enter a whole number.</source>
        <translation>정수를 입력하세요.</translation>
    </message>
    <message>
        <source>Enter {limit} or more.</source>
        <translation>{limit} 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>Enter {limit} or less.</source>
        <translation>{limit} 이하여야 합니다.</translation>
    </message>
    <message>
        <source>Enter at least {limit} characters.</source>
        <translation>{limit}자 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>Enter at most {limit} characters.</source>
        <translation>{limit}자 이하여야 합니다.</translation>
    </message>
    <message>
        <source>Choose {limit} or more.</source>
        <translation>{limit}개 이상 선택하세요.</translation>
    </message>
    <message>
        <source>Choose {limit} or fewer.</source>
        <translation>{limit}개 이하로 선택하세요.</translation>
    </message>
    <message>
        <source>Enter an email address.</source>
        <translation>이메일 주소를 입력하세요.</translation>
    </message>
    <message>
        <source>Enter an address, such as https://example.org.</source>
        <translation>https://example.org 같은 주소를 입력하세요.</translation>
    </message>
    <message>
        <source>Enter a date, such as 2026-04-12.</source>
        <translation>2026-04-12 같은 날짜를 입력하세요.</translation>
    </message>
    <message>
        <source>Enter a date and time, such as 2026-04-12T09:30.</source>
        <translation>2026-04-12T09:30 같은 날짜와 시각을 입력하세요.</translation>
    </message>
    <message>
        <source>{name} (optional)</source>
        <translation>{name}(선택)</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>답하지 않음</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>선택…</translation>
    </message>
</context>
<context>
    <name>_FileRow</name>
    <message>
        <source>Undo this file</source>
        <translation>이 파일 되돌리기</translation>
    </message>
    <message>
        <source>Undo this file: {path}</source>
        <translation>이 파일 되돌리기: {path}</translation>
    </message>
    <message>
        <source>Restore {path} anyway</source>
        <translation>그래도 {path} 복원</translation>
    </message>
    <message>
        <source>Can’t be restored: no copy could be kept.</source>
        <translation>되돌릴 수 없음: 사본을 저장해 두지 못했습니다.</translation>
    </message>
    <message>
        <source>Changed since, by hand or by a later step. It is left alone unless you select it; the current version is kept.</source>
        <translation>그 뒤에 직접 또는 이후 단계에서 변경되었습니다. 선택하지 않으면 그대로 둡니다. 지금 있는 내용은 보관됩니다.</translation>
    </message>
    <message>
        <source>Will be deleted: it wasn’t there before.</source>
        <translation>삭제됩니다: 전에는 없던 파일입니다.</translation>
    </message>
    <message>
        <source>Returns to the run’s version.</source>
        <translation>작업이 만든 상태로 다시 바뀝니다.</translation>
    </message>
    <message>
        <source>Will be restored.</source>
        <translation>다시 생깁니다.</translation>
    </message>
    <message>
        <source>Returns to what it was before.</source>
        <translation>이전 상태로 돌아갑니다.</translation>
    </message>
</context>
<context>
    <name>_OfferRow</name>
    <message>
        <source>Add the skill {name}</source>
        <translation>{name} 스킬 추가</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>읽기</translation>
    </message>
    <message>
        <source>Read the skill {name}</source>
        <translation>{name} 스킬 읽기</translation>
    </message>
</context>
<context>
    <name>_Peek</name>
    <message>
        <source>Reasoning</source>
        <translation>추론 내용</translation>
    </message>
</context>
<context>
    <name>_Variants</name>
    <message>
        <source>Previous variant</source>
        <translation>이전 답변</translation>
    </message>
    <message>
        <source>Next variant</source>
        <translation>다음 답변</translation>
    </message>
</context>
</TS>
