BEGIN TRANSACTION;
CREATE TABLE evidence (
    id text primary key, project text not null references project (id), code text not null, sha256 text not null,
    data text not null
);
INSERT INTO "evidence" VALUES('2y1BkWo4FlJhtpGh','aUrb9BYoTrRuSblJL6jPoTx9','A1','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','{"id":"2y1BkWo4FlJhtpGh","name":"z-premier.pdf","sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":12,"media_type":"application/pdf","added_at":"2026-11-27T10:00:00Z","added_by":"Navigateur 1"}');
INSERT INTO "evidence" VALUES('tOglPpPGnu-VFB3V','aUrb9BYoTrRuSblJL6jPoTx9','A1','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','{"id":"tOglPpPGnu-VFB3V","name":"a-second.pdf","sha256":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","size":12,"media_type":"application/pdf","added_at":"2026-11-27T10:00:00Z","added_by":"Navigateur 1"}');
CREATE TABLE history (
    seq integer primary key, project text not null references project (id), at text not null, by text not null,
    kind text not null, code text, before text not null, after text not null
);
INSERT INTO "history" VALUES(1,'aUrb9BYoTrRuSblJL6jPoTx9','2026-11-27T10:00:00+00:00','Navigateur 1','project',NULL,'{}','{"title": "Les Embruns", "scheme": "performance", "note": ""}');
INSERT INTO "history" VALUES(2,'aUrb9BYoTrRuSblJL6jPoTx9','2026-11-27T10:00:00+00:00','Navigateur 1','state','A1','{"status": "a_faire", "note": ""}','{"status": "fait", "note": "à jour"}');
INSERT INTO "history" VALUES(3,'aUrb9BYoTrRuSblJL6jPoTx9','2026-11-27T10:00:00+00:00','Navigateur 1','evidence_added','A1','{}','{"name": "z-premier.pdf", "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}');
INSERT INTO "history" VALUES(4,'aUrb9BYoTrRuSblJL6jPoTx9','2026-11-27T10:00:00+00:00','Navigateur 1','evidence_added','A1','{}','{"name": "a-second.pdf", "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}');
CREATE TABLE mapping (
    owner text not null, headings text not null, data text not null, primary key (owner, headings)
);
CREATE TABLE member (
    project text not null references project (id), owner text not null, name text not null, n integer not null,
    primary key (project, owner)
);
INSERT INTO "member" VALUES('aUrb9BYoTrRuSblJL6jPoTx9','lea','',1);
CREATE TABLE project (
    id text primary key, data text not null, updated text not null, invitation text unique
);
INSERT INTO "project" VALUES('aUrb9BYoTrRuSblJL6jPoTx9','{"id":"aUrb9BYoTrRuSblJL6jPoTx9","framework":"label-ecoprod","title":"Les Embruns","scheme":"performance","note":"","created_at":"2026-11-27T10:00:00Z","updated_at":"2026-11-27T10:00:00Z","revision":1,"grid":null,"renamed":{},"moved":{},"outside":{}}','2026-11-27T10:00:00+00:00',NULL);
CREATE TABLE state (
    project text not null references project (id), code text not null, data text not null, primary key (project, code)
);
INSERT INTO "state" VALUES('aUrb9BYoTrRuSblJL6jPoTx9','A1','{"code":"A1","status":"fait","note":"à jour","person":"","due":null,"not_applicable_reason":"","level":"","said":"","revision":1,"updated_at":"2026-11-27T10:00:00Z","updated_by":"Navigateur 1"}');
CREATE TABLE upload (
    project text primary key references project (id), name text not null, content blob not null
);
CREATE TABLE visit (
    project text not null references project (id), owner text not null, seen integer not null, at text not null,
    since integer not null, before text, primary key (project, owner)
);
CREATE INDEX member_owner on member (owner);
CREATE INDEX evidence_sha256 on evidence (sha256);
CREATE INDEX evidence_project on evidence (project);
CREATE INDEX history_project on history (project, seq);
COMMIT;
pragma user_version = 2;
