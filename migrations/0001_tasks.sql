-- Tasks and their logs, the leases over them, and what was said. No rules live here: core/task decides, this records.
-- json rather than jsonb: what is stored here is read whole, and the text comes back exactly as it was written.
-- No foreign keys between tasks, events, messages and ledger: the one statement that writes a task writes the rest of
-- them, nothing is deleted, and a key would take a row lock for every event.

-- Every claim of any task draws a larger number; a write under an older one is refused.
create sequence fencing_tokens;

create table threads (
  id uuid primary key,
  interface text not null check (interface in ('http', 'console', 'terminal', 'telegram', 'mcp', 'openserv')),
  chat text not null,
  created_at timestamptz not null,
  unique (interface, chat)
);

create table tasks (
  id uuid primary key,
  user_id text not null,
  thread_id uuid not null,
  input_text text not null,
  task_type text check (task_type in ('dev_pipeline', 'shell_command', 'question')),
  status text not null check (status in (
    'pending', 'routing', 'needs_approval', 'queued', 'running', 'aborting', 'completed', 'failed', 'aborted'
  )),
  source json not null,
  routing json,
  approval json,
  result json,
  error text,
  last_seq integer not null check (last_seq > 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Null while nobody holds the task.
  fencing_token bigint,
  -- Claims since the log last grew by a completed step.
  attempts integer not null default 0,
  worker text,
  -- When a worker may claim the task: the end of the present lease while there is one; null while nobody may.
  claimable_at timestamptz
) with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_cost_delay = 0
);

-- The queue: only what may ever be claimed stands in it, so a claim costs the same however many tasks are over.
create index tasks_claimable on tasks (claimable_at) where claimable_at is not null;
create index tasks_of_user on tasks (user_id, id);
create index tasks_of_status on tasks (status, id);

create table task_events (
  task_id uuid not null,
  seq integer not null check (seq > 0),
  type text not null,
  at timestamptz not null,
  data json not null,
  primary key (task_id, seq)
);

create table messages (
  id uuid primary key,
  thread_id uuid not null,
  role text not null check (role in ('user', 'assistant')),
  author text,
  body text not null,
  task_id uuid,
  created_at timestamptz not null,
  -- How the interface named an incoming message, by which one that arrives twice is known; null for what we say.
  interface text,
  chat text,
  external_id text,
  raw json,
  unique (interface, chat, external_id)
);
create index messages_of_thread on messages (thread_id, created_at, id);

-- One row for each usage.recorded event.
create table ledger (
  task_id uuid not null,
  seq integer not null,
  user_id text not null,
  at timestamptz not null,
  provider text not null,
  model text not null,
  tier text not null check (tier in ('small', 'main', 'review')),
  offline boolean not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_input_tokens bigint not null,
  primary key (task_id, seq)
);
create index ledger_by_time on ledger (at);
create index ledger_of_user on ledger (user_id, at);

create table settings (key text primary key, value json not null);

create table workers (id text primary key, seen_at timestamptz not null);
