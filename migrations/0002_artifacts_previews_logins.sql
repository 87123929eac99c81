-- What tasks take in and give out as files, which previews are open, and one-time logins.

create table artifacts (
  id uuid primary key,
  task_id uuid not null,
  kind text not null check (kind in ('file', 'tool_result', 'file_meta', 'voice_transcript', 'image_json', 'ocr_text')),
  name text not null,
  media_type text not null,
  bytes bigint not null,
  object_key text not null,
  created_at timestamptz not null
);
create index artifacts_of_task on artifacts (task_id, created_at, id);

create table previews (
  id text primary key,
  task_id uuid not null,
  port integer not null,
  url text not null,
  socket_path text not null,
  worker text not null,
  expires_at timestamptz not null,
  unique (task_id, port)
);

create table login_tokens (
  hash text primary key,
  user_id text not null,
  expires_at timestamptz not null
);
