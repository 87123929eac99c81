-- Chats: what came in from them and is not worked off, what shall stand in them, and what is remembered of them.
-- What people wrote and what we answer is json rather than jsonb, as in the first migration. What many callers write
-- at once is locked in the order of its key, which is why those keys are compared byte by byte (collate "C").
-- A place is (bot, chat, topic); the chat itself has the empty topic.

create table inbox (
  bot text collate "C" not null,
  update_id bigint not null,
  lane text not null,
  -- Null once it is worked off: from then on only the number matters, so that the same does not count as new.
  raw json,
  received_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'set_aside', 'finished')),
  attempts integer not null default 0,
  error text,
  primary key (bot, update_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index inbox_unfinished on inbox (bot, update_id) where state = 'open';
create index inbox_set_aside on inbox (bot, update_id) where state = 'set_aside';
create index inbox_by_time on inbox (bot, received_at, update_id);

-- What was received last by each bot, once it was pruned.
create table inbox_last (
  bot text collate "C" primary key,
  update_id bigint not null,
  received_at timestamptz not null
);

create table outbox (
  bot text collate "C" not null,
  key text collate "C" not null,
  interface text not null,
  chat text not null,
  topic text not null,
  lane text not null,
  -- Its members in one order, so that equal postings are equal texts.
  posting json not null,
  version integer not null,
  state text not null check (state in ('waiting', 'sending', 'settled', 'ambiguous', 'failed', 'held')),
  refs text[] not null,
  shown integer not null,
  attempts integer not null,
  not_before timestamptz not null,
  error text,
  -- Since when something has been waiting, however often it changed meanwhile.
  waits_from timestamptz not null,
  -- The order in which entries were made, finer than their times.
  line bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bot, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index outbox_unsettled on outbox (bot, line) where state in ('waiting', 'sending');
create index outbox_odd on outbox (state, bot, line) where state in ('ambiguous', 'failed', 'held');
create index outbox_by_age on outbox (updated_at) where state in ('settled', 'failed');

-- Which entry a message stands for: a table of its own, so that an entry that changes its state writes nothing here.
create table outbox_refs (
  bot text collate "C" not null,
  chat text collate "C" not null,
  ref text collate "C" not null,
  key text collate "C" not null,
  primary key (bot, chat, ref)
);

create table leases (
  name text primary key,
  holder text not null,
  until timestamptz not null,
  note json not null
);
create index leases_of_holder on leases (holder);

create table chats (
  bot text collate "C" not null,
  chat text collate "C" not null,
  topic text collate "C" not null,
  interface text not null,
  context integer not null default 0,
  -- What started the last contexts, oldest first: the last one started the present context.
  causes text[] not null default '{}',
  verbosity smallint check (verbosity in (0, 1, 2)),
  open boolean not null default false,
  closed boolean not null default false,
  title text,
  -- What took the held messages here, so that each takes once.
  takes text[] not null default '{}',
  -- Where the chat is now. The row stays: what came from the old one and is worked off again finds its context.
  moved_to text,
  primary key (bot, chat, topic)
);

create table held_messages (
  id bigint generated always as identity primary key,
  bot text collate "C" not null,
  chat text collate "C" not null,
  topic text collate "C" not null,
  -- The chat that it came in, which may have moved since and numbers its messages anew.
  came_in text collate "C" not null,
  external_id text not null,
  ref text not null,
  interface text not null,
  author text not null,
  body text not null,
  sent_at timestamptz not null,
  taken_for text,
  unique (bot, came_in, topic, external_id)
);
create index held_messages_of_place on held_messages (bot, chat, topic);

create table cards (
  task_id uuid primary key,
  bot text collate "C" not null,
  chat text collate "C" not null,
  topic text collate "C" not null,
  interface text not null,
  request text,
  author text not null,
  direct boolean not null,
  opened_at timestamptz not null,
  finished boolean not null
);
create index cards_of_place on cards (bot, chat, topic, opened_at, task_id);
create index cards_of_request on cards (bot, chat, topic, request) where request is not null;
create index cards_unfinished on cards (bot, opened_at, task_id) where not finished;

create table actions (
  id text collate "C" primary key,
  bot text collate "C" not null,
  group_name text collate "C" not null,
  name text collate "C" not null,
  interface text not null,
  chat text not null,
  topic text not null,
  only_for text,
  does json not null,
  expires_at timestamptz not null,
  state text not null default 'live' check (state in ('live', 'used', 'dead')),
  used_by text,
  used_at timestamptz,
  -- Of the one that was tapped; null for the others of its group.
  tap text
);
create unique index actions_live on actions (bot, group_name, name) where state = 'live';
create index actions_by_chat on actions (bot, chat);
create index actions_by_expiry on actions (expires_at);

create table members (
  user_id text primary key,
  role text not null check (role in ('owner', 'member', 'guest')),
  name text not null,
  since timestamptz not null
);

-- Each open request has a place of its own among as many as there may be, which two can't take at once.
create table pairing_requests (
  slot integer primary key,
  user_id text not null unique,
  name text not null,
  code text not null unique,
  interface text not null,
  bot text not null,
  chat text not null,
  topic text not null,
  expires_at timestamptz not null
);

create table standing_approvals (
  user_id text not null,
  digest text not null,
  subject text not null,
  approved_by text not null,
  since timestamptz not null,
  primary key (user_id, digest)
);

-- A file may come with a message before there is a task, or without one.
alter table artifacts alter column task_id drop not null, add column message_id uuid;
create index artifacts_of_message on artifacts (message_id, created_at, id) where message_id is not null;
