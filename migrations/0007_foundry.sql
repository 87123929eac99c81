-- The foundry: work that is delivered to repositories, and answers of models that are kept for a while.

alter table tasks drop constraint tasks_task_type_check;
alter table tasks add constraint tasks_task_type_check
  check (task_type in ('dev_pipeline', 'shell_command', 'question', 'delivery'));

-- Answered from prompt_cache: no provider was asked.
alter table ledger add column from_cache boolean not null default false;

-- What a model answered to exactly this person's exact call. Nothing of it matters after a crash, so it is not written twice.
create unlogged table prompt_cache (
  key text primary key,
  user_id text not null,
  answer json not null,
  ends_at timestamptz not null
);
create index prompt_cache_of_user on prompt_cache (user_id);
create index prompt_cache_ended on prompt_cache (ends_at);
