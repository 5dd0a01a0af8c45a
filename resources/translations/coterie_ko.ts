<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko">
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
        <source>The answer reached its length limit and stops here.</source>
        <translation>답변이 정해진 길이에 이르러 여기서 멈췄습니다.</translation>
    </message>
    <message>
        <source>Stopped. What was written so far is kept.</source>
        <translation>멈췄습니다. 지금까지 쓴 내용은 그대로 있습니다.</translation>
    </message>
    <message>
        <source>No answer came.</source>
        <translation>답변이 오지 않았습니다.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>이어서 쓰기</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Waiting for the model…</source>
        <translation>모델을 기다리는 중…</translation>
    </message>
    <message>
        <source>Reading your words… {percent} %</source>
        <translation>글을 읽는 중… {percent}%</translation>
    </message>
    <message>
        <source>about {seconds} s left</source>
        <translation>약 {seconds}초 남음</translation>
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
        <source>What the model is told before every conversation.</source>
        <translation>대화를 시작하기 전에 모델에게 늘 알려 주는 말입니다.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>온도</translation>
    </message>
    <message>
        <source>Low is exact and repeatable, high is varied. 0 always takes the likeliest word.</source>
        <translation>낮을수록 정확하고 일정하며, 높을수록 다양해집니다. 0이면 늘 가장 그럴듯한 단어를 고릅니다.</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Choose among this many likeliest tokens. 0 is all.</source>
        <translation>가장 그럴듯한 토큰을 이만큼만 두고 고릅니다. 0이면 전부입니다.</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Choose among the likeliest tokens that make up this share together.</source>
        <translation>확률의 합이 이 비율이 될 때까지 그럴듯한 토큰을 모아 그 안에서 고릅니다.</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Leave out tokens less likely than this part of the likeliest one.</source>
        <translation>가장 그럴듯한 토큰의 확률에 이 비율을 곱한 값보다 낮은 토큰은 뺍니다.</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>반복 억제</translation>
    </message>
    <message>
        <source>Above 1, words that were just used become less likely.</source>
        <translation>1보다 크면 방금 쓴 단어가 다시 나올 가능성이 줄어듭니다.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>The same seed and question give the same answer. Otherwise each answer differs.</source>
        <translation>시드와 질문이 같으면 답변도 같습니다. 정하지 않으면 답변이 매번 달라집니다.</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>최대 답변 길이</translation>
    </message>
    <message>
        <source>In tokens, reasoning included.</source>
        <translation>추론을 포함한 토큰 수입니다.</translation>
    </message>
</context>
<context>
    <name>AppearanceSection</name>
    <message>
        <source>Appearance</source>
        <translation>화면</translation>
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
        <source>Theme</source>
        <translation>테마</translation>
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
    <name>CodeBlock</name>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
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
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Stop</source>
        <translation>멈추기</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>보내기</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>멈추기(Esc)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>보내기(Enter)</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>자동</translation>
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
        <translation>중간</translation>
    </message>
    <message>
        <source>High</source>
        <translation>높음</translation>
    </message>
    <message>
        <source>The model is loading. You can send already.</source>
        <translation>모델을 불러오는 중입니다. 지금 보내도 됩니다.</translation>
    </message>
    <message>
        <source>Ask anything</source>
        <translation>무엇이든 물어보세요</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>메시지</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론</translation>
    </message>
</context>
<context>
    <name>ConversationDelegate</name>
    <message>
        <source>Title of the chat</source>
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
        <source>Settings of this chat</source>
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
        <source>MMMM yyyy</source>
        <comment>a month as a heading, in the letters of QDate</comment>
        <translation>yyyy년 M월</translation>
    </message>
</context>
<context>
    <name>DataSection</name>
    <message>
        <source>Nothing was deleted in the last 30 days.</source>
        <translation>지난 30일 동안 삭제한 대화가 없습니다.</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>되살리기</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
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
        <source>Deleted chats</source>
        <translation>삭제한 대화</translation>
    </message>
    <message>
        <source>They are kept for 30 days and then removed for good.</source>
        <translation>30일 동안 보관한 뒤 완전히 지웁니다.</translation>
    </message>
</context>
<context>
    <name>DefaultAnswers</name>
    <message>
        <source>Model&apos;s own</source>
        <translation>모델 기본값</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>자동</translation>
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
        <source>Answers</source>
        <translation>답변</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>추론</translation>
    </message>
    <message>
        <source>Whether a model that can think before it answers does so. Each chat can choose anew.</source>
        <translation>답하기 전에 생각할 수 있는 모델이 추론을 할지 정합니다. 대화마다 다르게 고를 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>What is on your mind?</source>
        <translation>무엇을 도와드릴까요?</translation>
    </message>
    <message>
        <source>The model runs on this machine. What you write stays here.</source>
        <translation>모델은 이 컴퓨터에서 돌아갑니다. 쓰신 내용은 밖으로 나가지 않습니다.</translation>
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
    <name>Footer</name>
    <message>
        <source>Copied</source>
        <translation>복사됨</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>고치기</translation>
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
        <translation>이 메시지 고치기</translation>
    </message>
    <message>
        <source>Write this answer again</source>
        <translation>이 답변 다시 생성</translation>
    </message>
    <message>
        <source>Previous variant</source>
        <translation>이전 답변</translation>
    </message>
    <message>
        <source>Next variant</source>
        <translation>다음 답변</translation>
    </message>
    <message>
        <source>{speed} tok/s</source>
        <translation>{speed} tok/s</translation>
    </message>
    <message>
        <source>first token {seconds} s</source>
        <translation>첫 토큰 {seconds}초</translation>
    </message>
    <message>
        <source>{count} tokens reused</source>
        <translation>{count}토큰 재사용</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>New chat</source>
        <translation>새 대화</translation>
    </message>
    <message>
        <source>Title of the chat</source>
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
        <source>Settings of this chat</source>
        <translation>이 대화의 설정</translation>
    </message>
    <message>
        <source>{used} of {size}</source>
        <translation>{used} / {size}</translation>
    </message>
    <message>
        <source>{used} of {size} tokens of the context are in use</source>
        <translation>컨텍스트 {size}토큰 가운데 {used}토큰을 쓰고 있습니다</translation>
    </message>
    <message>
        <source>Loading {percent} %</source>
        <translation>불러오는 중 {percent}%</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Not saved: {reason}</source>
        <translation>저장되지 않음: {reason}</translation>
    </message>
    <message>
        <source>Chat deleted</source>
        <translation>대화를 삭제했습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
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
    <name>MessageEditor</name>
    <message>
        <source>Edit message</source>
        <translation>메시지 고치기</translation>
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
    <name>ModelMenu</name>
    <message>
        <source>Starter model</source>
        <translation>기본 제공 모델</translation>
    </message>
    <message>
        <source>Load again</source>
        <translation>다시 불러오기</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>모델 파일 열기…</translation>
    </message>
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
        <translation>멈춤</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>불러오지 않음</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>모델 고르기</translation>
    </message>
    <message>
        <source>Model: {name}, {state}</source>
        <translation>모델: {name}, {state}</translation>
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
        <source>How many tokens the model can see at once. More needs more memory.</source>
        <translation>모델이 한 번에 볼 수 있는 토큰 수입니다. 클수록 메모리가 더 필요합니다.</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>스레드</translation>
    </message>
    <message>
        <source>How many processor cores work on an answer.</source>
        <translation>답변에 쓰는 프로세서 코어 수입니다.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
</context>
<context>
    <name>ModelStrip</name>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>Choose another model</source>
        <translation>다른 모델 고르기</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>로그 보기</translation>
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
    <name>OpeningFailed</name>
    <message>
        <source>Coterie cannot open your chats</source>
        <translation>대화를 열 수 없습니다</translation>
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
    <name>Palette</name>
    <message>
        <source>Type a command or the title of a chat</source>
        <translation>명령이나 대화 제목을 입력하세요</translation>
    </message>
    <message>
        <source>Commands and chats</source>
        <translation>명령과 대화</translation>
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
    <name>ProseBlock</name>
    <message>
        <source>Answer text</source>
        <translation>답변 내용</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Chat</source>
        <translation>대화</translation>
    </message>
    <message>
        <source>Show or hide the list of chats</source>
        <translation>대화 목록 보이기·숨기기</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>설정</translation>
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
        <source>Thinking…</source>
        <translation>추론하는 중…</translation>
    </message>
    <message>
        <source>Thought for {seconds} s</source>
        <translation>{seconds}초 동안 추론함</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>추론 내용</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1토큰</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count}토큰</translation>
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
        <source>Preparing the text… {percent} %</source>
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
        <source>Find in this conversation</source>
        <translation>이 대화에서 찾기</translation>
    </message>
    <message>
        <source>The whole conversation</source>
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
        <source>Commands and chats</source>
        <translation>명령과 대화</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>이 대화에서 찾기</translation>
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
        <source>Write a message</source>
        <translation>메시지 쓰기</translation>
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
        <translation>마지막 내 메시지 고치기</translation>
    </message>
    <message>
        <source>Stop the answer, or close what is open</source>
        <translation>답변을 멈추거나 열린 것을 닫기</translation>
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
        <source>Undo the deletion</source>
        <translation>삭제 취소</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>모델 파일 열기</translation>
    </message>
    <message>
        <source>Show or hide the list of chats</source>
        <translation>대화 목록 보이기·숨기기</translation>
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
    <name>Sidebar</name>
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
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>No chat matches “{query}”.</source>
        <translation>“{query}”에 맞는 대화가 없습니다.</translation>
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
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>TranscriptView</name>
    <message>
        <source>Answer finished: {words}</source>
        <translation>답변이 끝났습니다: {words}</translation>
    </message>
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
    <name>UserCard</name>
    <message>
        <source>You, {time}: {words}</source>
        <translation>나, {time}: {words}</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>내 메시지</translation>
    </message>
    <message>
        <source>Show all ({count} characters)</source>
        <translation>모두 보기({count}자)</translation>
    </message>
</context>
</TS>
