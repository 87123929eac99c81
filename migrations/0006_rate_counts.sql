-- How often somebody asked lately. Nothing of it matters after a crash, so it is not written twice.

create unlogged table rate_counts (
  key text primary key,
  points integer not null,
  ends_at timestamptz not null
);
create index rate_counts_ended on rate_counts (ends_at);

-- Counts one under each key, or none where one of them is used up: then the key for which one has to wait the longest, and how long.
-- A key's window begins with the first that it counts. Callers with the same keys take turns, always in the same order.
create function take_rates(keys text[], most integer[], per_ms bigint[]) returns table (key text, wait_ms bigint) language plpgsql as $$
declare
  at timestamptz;
begin
  insert into rate_counts as r (key, points, ends_at)
  select a.key, 0, clock_timestamp() from unnest(keys) as a (key) order by a.key on conflict do nothing;
  perform 1 from rate_counts r where r.key = any (keys) order by r.key for update;
  at := clock_timestamp();
  return query
  select a.key, greatest(1, ceil(extract(epoch from r.ends_at - at) * 1000))::bigint
  from unnest(keys, most) as a (key, most) join rate_counts r on r.key = a.key
  where r.points >= a.most and r.ends_at > at
  order by r.ends_at desc limit 1;
  if found then
    return;
  end if;
  update rate_counts r set
    points = case when r.ends_at > at then r.points + 1 else 1 end,
    ends_at = case when r.ends_at > at then r.ends_at else at + a.per_ms * interval '1 millisecond' end
  from unnest(keys, per_ms) as a (key, per_ms) where r.key = a.key;
  if random() < 0.01 then
    delete from rate_counts r where r.key in (
      select o.key from rate_counts o where o.ends_at < at - interval '1 hour' limit 1000 for update skip locked
    );
  end if;
end $$;
