-- Control: credentials that can be taken back, limits, secrets that only a key outside of here opens, and a log of who did what.

create table credentials (
  id text primary key,
  kind text not null check (kind in ('token', 'session')),
  user_id text not null,
  role text not null check (role in ('owner', 'member', 'guest')),
  scopes text[] not null,
  label text not null,
  issued_by text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text
);
create index credentials_of_person on credentials (user_id, issued_at desc);
create index credentials_ended on credentials (expires_at);

-- Every version of a secret that is kept: the newest, and the one before it.
create table secrets (
  name text not null,
  version integer not null check (version > 0),
  owner text,
  hosts text[] not null,
  sealed bytea not null,
  key_id text not null,
  created_by text not null,
  created_at timestamptz not null,
  rotated_at timestamptz not null,
  primary key (name, version)
);
create table secret_uses (name text primary key, last_used_at timestamptz not null);

-- The chain: each entry carries the hash of the one before it. Columns beside the entry are computed from it, so that they can't say
-- anything else.
create table audit (
  seq bigint primary key check (seq > 0),
  entry text not null,
  previous text not null,
  hash text not null,
  actor text generated always as ((entry::json) ->> 'actor') stored,
  action text generated always as ((entry::json) ->> 'action') stored,
  task_id text generated always as ((entry::json) ->> 'task_id') stored
);
create index audit_of_task on audit (task_id, seq) where task_id is not null;
create index audit_of_actor on audit (actor, seq);
create index audit_of_action on audit (action, seq);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only.' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_no_change before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();

-- Appends in the order given, and answers each entry with its place. Appenders wait for one another until the end of their transactions: a
-- chain has one end. So this comes last in a transaction: whoever holds this lock waits for no other.
create function audit_append(entries text[]) returns table (seq bigint, hash text) language plpgsql as $$
declare
  one text;
begin
  perform pg_advisory_xact_lock(7370616921);
  select a.seq, a.hash into seq, hash from audit a order by a.seq desc limit 1;
  seq := coalesce(seq, 0);
  hash := coalesce(hash, repeat('0', 64));
  foreach one in array entries loop
    insert into audit as a (seq, entry, previous, hash)
    values (seq + 1, one, hash,
      encode(sha256(convert_to(hash || E'\n' || (seq + 1) || E'\n' || one, 'UTF8')), 'hex'))
    returning a.seq, a.hash into seq, hash;
    return next;
  end loop;
end $$;
