-- The schema as revision 0006 made it, with two conversations, a cut, a project, two models, two downloads and two runs. Not to be changed: it is what people have.
PRAGMA foreign_keys=OFF;
BEGIN;
CREATE TABLE schedule (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	task TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	"when" TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	checked DOUBLE NOT NULL, 
	recipe TEXT NOT NULL, 
	"values" TEXT NOT NULL, 
	model TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	reasoning TEXT NOT NULL, 
	tools TEXT, 
	budget TEXT, 
	paused BOOLEAN NOT NULL, 
	on_battery BOOLEAN NOT NULL, 
	timer BOOLEAN NOT NULL
);
CREATE TABLE firing (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	schedule INTEGER NOT NULL, 
	due DOUBLE NOT NULL, 
	time DOUBLE NOT NULL, 
	state TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	reason TEXT, 
	changed TEXT NOT NULL, 
	writer TEXT NOT NULL, 
	seen BOOLEAN NOT NULL
);
CREATE INDEX firing_run ON firing (run);
CREATE INDEX firing_of ON firing (schedule, id);
CREATE TABLE schedule_seen (
	schedule_id INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (schedule_id), 
	FOREIGN KEY(schedule_id) REFERENCES schedule (id)
);
INSERT INTO "schedule" VALUES(1,'아침 정리','정리해 주세요','/home/u/메모','{"type":"daily","at":"08:00","days":[0,1,2,3,4]}',1700000070.0,1700000071.0,'','{}','','workspace','"auto"',NULL,NULL,0,1,0);
INSERT INTO "firing" VALUES(1,1,1700000072.0,1700000073.0,'failed',1,'{"code":"run.ended_model","params":{}}','[]','1:2.00:abcd',0);
INSERT INTO "schedule_seen" VALUES(1,'{"메모.txt":[5,1700000000000000000]}');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE conversation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title TEXT NOT NULL, 
	title_source TEXT NOT NULL, 
	pinned BOOLEAN NOT NULL, 
	created DOUBLE NOT NULL, 
	updated DOUBLE NOT NULL, 
	deleted DOUBLE, 
	leaf_id INTEGER, 
	draft TEXT NOT NULL, 
	options TEXT NOT NULL, 
	CONSTRAINT conversation_leaf FOREIGN KEY(leaf_id) REFERENCES message (id)
);
CREATE INDEX ix_conversation_leaf_id ON conversation (leaf_id);
CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	parent_id INTEGER, 
	conversation_id INTEGER NOT NULL, 
	used INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	writer TEXT, 
	model TEXT NOT NULL, 
	error TEXT, 
	usage TEXT, 
	timings TEXT, 
	content TEXT NOT NULL, 
	reasoning TEXT NOT NULL, tool_calls TEXT DEFAULT '[]' NOT NULL, notices TEXT DEFAULT '[]' NOT NULL, 
	FOREIGN KEY(parent_id) REFERENCES message (id), 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id)
);
CREATE INDEX message_tree ON message (parent_id, conversation_id);
CREATE INDEX message_use ON message (conversation_id, used);
CREATE INDEX message_writer ON message (writer) WHERE writer IS NOT NULL;
ALTER TABLE message ADD COLUMN run INTEGER DEFAULT '0' NOT NULL;
CREATE TABLE model (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	files TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	added DOUBLE NOT NULL, 
	state TEXT NOT NULL, 
	managed BOOLEAN NOT NULL, 
	repo TEXT NOT NULL, 
	"commit" TEXT NOT NULL, 
	variant TEXT NOT NULL, 
	architecture TEXT NOT NULL, 
	quantisation TEXT NOT NULL, 
	parameters INTEGER NOT NULL, 
	active_parameters INTEGER NOT NULL, 
	experts INTEGER NOT NULL, 
	experts_used INTEGER NOT NULL, 
	used DOUBLE NOT NULL, 
	verified DOUBLE NOT NULL, 
	trashed DOUBLE, 
	PRIMARY KEY (id)
);
CREATE TABLE download (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	model TEXT NOT NULL, 
	repo TEXT NOT NULL, 
	"commit" TEXT NOT NULL, 
	variant TEXT NOT NULL, 
	files TEXT NOT NULL, 
	state TEXT NOT NULL, 
	position DOUBLE NOT NULL, 
	created DOUBLE NOT NULL, 
	received INTEGER NOT NULL, 
	rate DOUBLE NOT NULL, 
	error TEXT, 
	writer TEXT NOT NULL
);
CREATE TABLE run (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title TEXT NOT NULL, 
	task TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	model TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	updated DOUBLE NOT NULL, 
	reason TEXT NOT NULL, 
	recipe TEXT NOT NULL, 
	remote BOOLEAN NOT NULL, 
	step INTEGER NOT NULL, 
	steps INTEGER NOT NULL, 
	tokens INTEGER NOT NULL, 
	context INTEGER NOT NULL, 
	undone BOOLEAN NOT NULL, 
	writer TEXT NOT NULL, 
	trashed DOUBLE, 
	conversation INTEGER NOT NULL
);
CREATE TABLE run_event (
	run_id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	time DOUBLE NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (run_id, seq), 
	FOREIGN KEY(run_id) REFERENCES run (id)
);
CREATE TABLE run_text (
	run_id INTEGER NOT NULL, 
	handle TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (run_id, handle), 
	FOREIGN KEY(run_id) REFERENCES run (id)
);
CREATE TABLE tool_grant (
	id TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	tool TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	pattern TEXT NOT NULL, 
	workspace TEXT NOT NULL, 
	server TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	fingerprint TEXT NOT NULL, 
	used DOUBLE NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE tool_check (
	model TEXT NOT NULL, 
	time DOUBLE NOT NULL, 
	rating TEXT NOT NULL, 
	passed INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	details TEXT NOT NULL, 
	PRIMARY KEY (model)
);
ALTER TABLE conversation ADD COLUMN origin INTEGER;
CREATE TABLE memory (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	text TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	kept BOOLEAN NOT NULL, 
	project INTEGER, 
	conversation INTEGER
);
CREATE TABLE project (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	deleted DOUBLE, 
	options TEXT NOT NULL
);
ALTER TABLE conversation ADD COLUMN project INTEGER;
ALTER TABLE conversation ADD COLUMN archived BOOLEAN DEFAULT '0' NOT NULL;
ALTER TABLE conversation ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE conversation ADD COLUMN queued TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE message ADD COLUMN deleted DOUBLE;
ALTER TABLE message ADD COLUMN better BOOLEAN DEFAULT '0' NOT NULL;
ALTER TABLE conversation ADD COLUMN attachments TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE message ADD COLUMN attachments TEXT DEFAULT '[]' NOT NULL;
ALTER TABLE message ADD COLUMN sources TEXT DEFAULT '[]' NOT NULL;
CREATE INDEX message_attached ON message (conversation_id) WHERE attachments <> '[]';
CREATE TABLE cut (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id INTEGER NOT NULL, 
	first_id INTEGER NOT NULL, 
	created DOUBLE NOT NULL, 
	active BOOLEAN NOT NULL, 
	tokens INTEGER NOT NULL, 
	model TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id), 
	FOREIGN KEY(first_id) REFERENCES message (id)
);
CREATE INDEX cut_of ON cut (conversation_id, id);
CREATE INDEX cut_first ON cut (first_id);
INSERT INTO "run" VALUES(1,'메모 만들기','메모를 만들어 줘','/home/u/메모','starter','workspace','completed',1700000040.0,1700000041.0,'answered','',0,2,25,900,8192,0,'',NULL,0);
INSERT INTO "run" VALUES(2,'Old','Old','/w','openai:http://h/v1#m','ask','running',1700000042.0,1700000042.0,'','',1,0,0,0,0,0,'1:2.00:abcd',1700000043.0,0);
INSERT INTO "run_event" VALUES(1,1,1700000040.0,'{"kind":"run_started","task":"메모를 만들어 줘","workspace":"/home/u/메모","model":"starter","mode":"workspace","budget":{"steps":25,"seconds":1800.0,"tokens":60000,"calls":100,"errors":5,"malformed":3},"tools":["write_file"],"system":"You help.","context":8192,"remote":false,"reasoning":"auto","recipe":"","sandbox":"","before":[]}');
INSERT INTO "run_event" VALUES(1,2,1700000041.0,'{"kind":"model_turn","step":1,"content":"","reasoning":"Hm.","tool_calls":[{"id":"c1","name":"write_file","arguments":{"path":"메모.txt","content":"hello"}}],"finish_reason":"stop","usage":{"prompt_tokens":900,"cached_tokens":0,"completion_tokens":20,"reasoning_tokens":2},"timings":{"load_s":0.0,"ttft_s":0.5,"prefill_tps":0.0,"decode_tps":0.0,"reasoning_s":0.0},"parts":[],"tools":[],"final":false,"error":null,"notices":[]}');
INSERT INTO "run_event" VALUES(1,3,1700000041.0,'{"kind":"run_finished","status":"completed","reason":"answered","answer":"Done.","resumable":true,"error":null}');
INSERT INTO "run_text" VALUES(1,'r1','A long text');
INSERT INTO "tool_check" VALUES('starter',1700000046.0,'poor',2,10,'name: wrong');
INSERT INTO "tool_grant" VALUES('g1','workspace','shell',1700000044.0,'git log','/home/u/메모','',0,'',1700000045.0);
CREATE TABLE server_key (
	name TEXT NOT NULL PRIMARY KEY, 
	prefix TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	rights TEXT NOT NULL, 
	created DOUBLE NOT NULL, 
	used DOUBLE NOT NULL, 
	expires DOUBLE
);
INSERT INTO "server_key" VALUES('편집기','ct-4f9a','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef','["ask","load"]',1700000060.0,1700000061.0,NULL);
CREATE TABLE usage_day (
	day TEXT NOT NULL, 
	use TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	model TEXT NOT NULL, 
	remote BOOLEAN NOT NULL, 
	answers INTEGER NOT NULL, 
	read INTEGER NOT NULL, 
	cached INTEGER NOT NULL, 
	written INTEGER NOT NULL, 
	reasoning INTEGER NOT NULL, 
	seconds DOUBLE NOT NULL, 
	joules DOUBLE NOT NULL, 
	measured INTEGER NOT NULL, 
	domains TEXT NOT NULL, prompt_joules DOUBLE DEFAULT '0' NOT NULL, answer_joules DOUBLE DEFAULT '0' NOT NULL, measured_read INTEGER DEFAULT '0' NOT NULL, measured_written INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (day, use, "key", model)
);
INSERT INTO "usage_day" VALUES('2023-11-14','server','편집기','',0,0,100,60,20,0,0.0,0.0,0,'',0.0,0.0,0,0);
INSERT INTO "usage_day" VALUES('2023-11-15','server','편집기','',0,0,10,0,2,0,0.0,0.0,0,'',0.0,0.0,0,0);
INSERT INTO "usage_day" VALUES('2023-11-15','chat','','starter',0,2,300,100,40,10,3.5,120.0,1,'package-0',20.0,100.0,200,40);
CREATE VIRTUAL TABLE message_fts USING fts5(content, content='message', content_rowid='id', tokenize='trigram');
CREATE TRIGGER message_fts_insert AFTER INSERT ON message WHEN new.state <> 'streaming' BEGIN INSERT INTO message_fts (rowid, content) VALUES (new.id, new.content); END;
CREATE TRIGGER message_fts_delete AFTER DELETE ON message WHEN old.state <> 'streaming' BEGIN INSERT INTO message_fts (message_fts, rowid, content) VALUES ('delete', old.id, old.content); END;
CREATE TRIGGER message_fts_update AFTER UPDATE OF content, state ON message WHEN (old.state <> 'streaming') <> (new.state <> 'streaming') OR (new.state <> 'streaming' AND old.content <> new.content) BEGIN INSERT INTO message_fts (message_fts, rowid, content) SELECT 'delete', old.id, old.content WHERE old.state <> 'streaming'; INSERT INTO message_fts (rowid, content) SELECT new.id, new.content WHERE new.state <> 'streaming'; END;
ALTER TABLE run ADD COLUMN parent INTEGER DEFAULT '0' NOT NULL;
INSERT INTO alembic_version (version_num)
VALUES ('0014');
INSERT INTO conversation (id, title, title_source, pinned, created, updated, deleted, leaf_id, draft, options)
VALUES (1, '여행 계획', 'user', 1, 1700000001.0, 1700000004.0, NULL, 3, '', '{"system_prompt":"Be kind","sampling":{"temperature":0.5}}');
INSERT INTO conversation (id, title, title_source, pinned, created, updated, deleted, leaf_id, draft, options)
VALUES (2, 'Old', 'auto', 0, 1700000005.0, 1700000006.0, 1700000007.0, 4, '', '{}');
INSERT INTO message (id, parent_id, conversation_id, used, role, state, created, writer, model, error, usage, timings, content, reasoning, tool_calls, notices)
VALUES (1, NULL, 1, 1, 'user', 'done', 1700000002.0, NULL, '', NULL, NULL, NULL, '어디로 갈까요?', '', '[]', '[]');
INSERT INTO message (id, parent_id, conversation_id, used, role, state, created, writer, model, error, usage, timings, content, reasoning, tool_calls, notices)
VALUES (2, 1, 1, 2, 'assistant', 'stopped', 1700000003.0, NULL, 'starter', NULL, NULL, NULL, 'To Seoul', '', '[]', '[]');
INSERT INTO message (id, parent_id, conversation_id, used, role, state, created, writer, model, error, usage, timings, content, reasoning, tool_calls, notices)
VALUES (3, 1, 1, 3, 'assistant', 'done', 1700000004.0, NULL, 'starter', NULL, '{"prompt_tokens":12,"cached_tokens":4,"completion_tokens":5,"reasoning_tokens":3}', '{"load_s":0.0,"ttft_s":0.5,"prefill_tps":0.0,"decode_tps":20.0,"reasoning_s":0.0}', 'To Busan 🌊', 'Somewhere by the sea.', '[{"id":"c1","name":"get_weather","arguments":{"city":"부산"},"repaired":true},{"id":"c2","name":"","arguments":"{\"ci"}]', '[{"type":"error","code":"tools.cut_in_call","params":{}}]');
INSERT INTO message (id, parent_id, conversation_id, used, role, state, created, writer, model, error, usage, timings, content, reasoning, tool_calls, notices)
VALUES (4, NULL, 2, 1, 'user', 'done', 1700000006.0, NULL, '', NULL, NULL, NULL, 'bye', '', '[]', '[]');
INSERT INTO model (id, name, files, origin, added, state, managed, repo, "commit", variant, architecture, quantisation, parameters, active_parameters, experts, experts_used, used, verified, trashed)
VALUES ('bartowski/Qwen3-30B-A3B-GGUF:Q4_K_M','Qwen3 30B','[{"path":"/m/bartowski/Qwen3-30B-A3B-GGUF/q-00001-of-00002.gguf","bytes":100,"sha256":"abababababababababababababababababababababababababababababababab","origin_path":"Q4/q-00001-of-00002.gguf"},{"path":"/m/bartowski/Qwen3-30B-A3B-GGUF/q-00002-of-00002.gguf","bytes":50,"sha256":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","origin_path":"Q4/q-00002-of-00002.gguf"}]','hub',1700000010.0,'ready',1,'bartowski/Qwen3-30B-A3B-GGUF','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','Q4_K_M','qwen3moe','Q4_K_M',30532122624,3349000000,128,8,1700000020.0,1700000011.0,1700000030.0);
INSERT INTO model (id, name, files, origin, added, state, managed, repo, "commit", variant, architecture, quantisation, parameters, active_parameters, experts, experts_used, used, verified, trashed)
VALUES ('모델','모델','[{"path":"/home/u/모델.gguf","bytes":7,"sha256":"","origin_path":""}]','file',1700000012.0,'missing',0,'','','','','',0,0,0,0,0.0,0.0,NULL);
INSERT INTO download (id, model, repo, "commit", variant, files, state, position, created, received, rate, error, writer)
VALUES (1,'a/b:Q8_0','a/b','ffffffffffffffffffffffffffffffffffffffff','Q8_0','[{"path":"x.gguf","bytes":1000,"sha256":"1212121212121212121212121212121212121212121212121212121212121212"},{"path":"y.gguf","bytes":5,"sha256":""}]','failed',1.0,1700000013.0,600,12.5,'{"type":"error","code":"hub.unreachable","params":{"host":"h"}}','');
INSERT INTO download (id, model, repo, "commit", variant, files, state, position, created, received, rate, error, writer)
VALUES (2,'a/b:Q4_0','a/b','ffffffffffffffffffffffffffffffffffffffff','Q4_0','[{"path":"z.gguf","bytes":1000,"sha256":"1212121212121212121212121212121212121212121212121212121212121212"}]','running',2.0,1700000014.0,10,1.0,NULL,'1:2.00:abcd');
INSERT INTO cut (id, conversation_id, first_id, created, active, tokens, model, summary)
VALUES (1,1,1,1700000050.0,1,300,'starter','바다에 대해 이야기했습니다.');
INSERT INTO cut (id, conversation_id, first_id, created, active, tokens, model, summary)
VALUES (2,1,1,1700000051.0,0,200,'','');
INSERT INTO project (id, name, created, deleted, options)
VALUES (1, '바다', 1700000060.0, NULL, '{"instructions":"Answer in Korean","files":["/home/u/바다.md"]}');
UPDATE conversation SET origin = 2, project = 1, archived = 1, source = 'chatgpt:1', queued = '["그다음은?"]' WHERE id = 1;
UPDATE message SET deleted = 1700000070.0 WHERE id = 2;
UPDATE message SET better = 1 WHERE id = 3;
UPDATE message SET attachments = '[{"name":"지도.pdf","kind":"pdf","bytes":1000,"sha256":"abababababababababababababababababababababababababababababababab","text":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","tokens":12,"parts":3}]' WHERE id = 1;
UPDATE message SET sources = '[{"number":1,"name":"지도.pdf","text":"부산은 바다에 있습니다.","sha256":"abababababababababababababababababababababababababababababababab","part":2,"label":"page 2","first":10,"last":23}]' WHERE id = 1;
INSERT INTO memory (id, text, created, kept, project, conversation)
VALUES (1, '바다를 좋아합니다.', 1700000080.0, 1, NULL, 1);
COMMIT;
