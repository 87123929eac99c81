// When something was said in a thread last, kept up to date by every statement that records a message.

/**
 * A part of a statement. `said` is what has the columns thread_id and created_at of what was said. A thread that somebody else changes
 * at this very moment is passed over: they tell the same time to within milliseconds, and nobody waits for anybody.
 */
export function bumped(said: string, where: string): string {
  return `bumped as (
  update threads h set last_at = k.at
  from (
    select l.id, s.at
    from (select thread_id, max(created_at) as at from ${said} where ${where} group by thread_id) s
    cross join lateral (
      select t.id from threads t where t.id = s.thread_id and t.last_at < s.at for update skip locked
    ) l
  ) k
  where h.id = k.id
)`
}
