-- Conversations as a whole: who started them, everything that was said, what was read from files, and what is remembered.

alter table threads
  add column started_by text,
  add column direct boolean not null default true,
  -- When something was said in it last: the order in which threads are listed. No index holds it: every message moves it, and lists
  -- are asked for seldom.
  add column last_at timestamptz;
alter table threads set (fillfactor = 80);
update threads h set
  started_by = (select m.author from messages m where m.thread_id = h.id and m.role = 'user' order by m.created_at, m.id limit 1),
  last_at = coalesce((select max(m.created_at) from messages m where m.thread_id = h.id), h.created_at);
alter table threads alter column last_at set not null;
create index threads_of_person on threads (started_by);

alter table messages
  add column author_name text,
  -- Whether models are told of it; false for what is kept as a record alone.
  add column in_context boolean not null default true;
create index messages_told on messages (thread_id, created_at, id) where in_context;
create index messages_of_task on messages (task_id, created_at, id) where task_id is not null;

-- Asked for in plain words: work starts only after an OK.
alter table tasks add column confirm boolean not null default false;
-- What tasks of a type took before.
create index tasks_completed on tasks (task_type, id) where status = 'completed';

alter table artifacts
  -- What was read from a file: { text, by, … }; null for a file itself.
  add column content json;

create table facts (
  id uuid primary key,
  scope text not null,
  kind text not null check (kind in ('fact', 'preference', 'constraint', 'lesson')),
  body text not null,
  rule text check (rule in ('never', 'always', 'ask_first')),
  confidence real not null check (confidence between 0 and 1),
  quote text,
  source_user text not null,
  message_id uuid,
  task_id uuid,
  proposed_by text not null check (proposed_by in ('agent', 'person')),
  status text not null check (status in ('proposed', 'kept', 'dropped')),
  decided_by text,
  created_at timestamptz not null,
  decided_at timestamptz
);
create unique index facts_once on facts (scope, lower(body)) where status <> 'dropped';
create index facts_of_scope on facts (scope, status, created_at desc, id);
create index facts_of_person on facts (source_user);

-- Every decision about a fact, so that each can be taken back and none is forgotten.
create table fact_decisions (
  id bigint generated always as identity primary key,
  fact_id uuid not null references facts (id) on delete cascade,
  status text not null check (status in ('proposed', 'kept', 'dropped')),
  decided_by text,
  at timestamptz not null
);
create index fact_decisions_of_fact on fact_decisions (fact_id, id);

create table identity_links (
  user_id text primary key,
  person text not null
);
create index identity_links_of_person on identity_links (person);

create table identity_offers (
  user_id text primary key,
  code_hash text not null unique,
  expires_at timestamptz not null
);

-- Moves on with every change of a source's chunks or vectors, so that other processes see that theirs are old.
create sequence knowledge_revisions;

create table knowledge_sources (
  id uuid primary key,
  scope text not null,
  kind text not null check (kind in ('document', 'code', 'template', 'dialog', 'repository')),
  title text not null,
  uri text not null,
  added_by text not null,
  chunks integer not null,
  revision bigint not null,
  -- The model of which all its chunks have vectors; null where that is not known.
  embedded text,
  updated_at timestamptz not null,
  unique (scope, uri)
);

create table knowledge_chunks (
  source_id uuid not null references knowledge_sources (id) on delete cascade,
  position integer not null,
  digest text not null,
  heading text not null,
  body text not null,
  -- As written, and with paths and camelCase taken apart.
  words tsvector generated always as (
    setweight(to_tsvector('english', heading), 'A')
    || setweight(to_tsvector('english', translate(regexp_replace(heading, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '/\._:#@-', '        ')), 'A')
    || to_tsvector('english', body)
    || to_tsvector('english', translate(regexp_replace(body, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '/\._:#@-', '        '))
  ) stored,
  primary key (source_id, position)
);
create index knowledge_words on knowledge_chunks using gin (words);
create index knowledge_digests on knowledge_chunks (digest);

-- One vector for each chunk and model; chunks that are the same share it. Empty where the model can't take the chunk. Where the server has
-- pgvector, adapters/postgres makes an index for each model over it.
create table knowledge_vectors (
  digest text not null,
  model text not null,
  vector real[] not null,
  primary key (digest, model)
);

-- Whatever takes chunks away, their vectors go with the last of them.
create function forget_vectors() returns trigger language plpgsql as $$
begin
  delete from knowledge_vectors v using (select distinct digest from gone) g
  where v.digest = g.digest and not exists (select from knowledge_chunks c where c.digest = g.digest);
  return null;
end
$$;
create trigger forget_vectors after delete on knowledge_chunks
  referencing old table as gone for each statement execute function forget_vectors();
