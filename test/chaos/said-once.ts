// What has to hold of one person's conversation when everything is over, however often the platform died on its way.
import { contentText } from '../../testkit/telegram/user/look.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { StoredMessage } from '../../testkit/telegram/world/model.ts'
import type { ScriptedStage } from '../e2e/scripted-stage.ts'

/** A request, in the words that its task has, and how it has to end. */
export type Ending = {
  readonly words: string
  readonly end: 'answered' | 'done' | 'cancelled' | 'replaced'
}

export type Expected = {
  /** The numbers of the messages that the person sent, in order. */
  readonly sent: readonly number[]
  /** In the order in which they were asked for. */
  readonly tasks: readonly Ending[]
}

/** What is not so, one sentence each: each message kept once, each request one task, said and answered once, and nothing asks any more. */
export async function wrongWith(
  stage: ScriptedStage,
  person: UserClient,
  wanted: Expected,
): Promise<readonly string[]> {
  const { bot, rows } = stage
  const kept = await rows<{ readonly id: string }>(
    `select external_id as id from messages
     where chat = $1 and role = 'user' and external_id not like 'tap:%' and external_id not like '%/also/%'
     order by created_at, id`,
    [`${bot.id}/${person.id}/#0`],
  )
  const tasks = await rows<TaskRow>(TASKS, [`telegram:${person.id}`])
  const said = stage.stored(person).filter(({ fromId }) => fromId === bot.id)
  const asking = person.chat(bot).messages.filter(({ buttons }) => buttons.flat().some(({ text }) => text === 'OK'))
  const facts: readonly Fact[] = [
    ['messages that are kept', kept.map(({ id }) => Number(id)), wanted.sent],
    ['tasks', tasks.map(({ input_text }) => input_text), wanted.tasks.map(({ words }) => words)],
    ['what still asks', asking.map(({ text }) => text), []],
    ['what stands there and is not kept', await notKept(stage, person, said), []],
    ...tasks.flatMap((task, place) => factsOf(task, wanted.tasks[place]?.end ?? 'done', said)),
  ]
  return facts.flatMap(([what, is, should]) =>
    JSON.stringify(is) === JSON.stringify(should)
      ? []
      : [`${person.firstName}: ${what}: ${JSON.stringify(is)}, and not ${JSON.stringify(should)}`],
  )
}

export function isProposal(text: string, words: string): boolean {
  return text.includes('Understood: ') && text.includes(`(${words})`)
}

type Fact = readonly [string, unknown, unknown]

type TaskRow = {
  readonly input_text: string
  readonly status: string
  readonly asked: string
  readonly resolved: string
  readonly ends: string
  readonly twice: readonly string[] | null
  readonly told: readonly string[] | null
}

const TASKS = `
select t.input_text, t.status,
  (select count(*) from task_events e where e.task_id = t.id and e.type = 'approval.requested') as asked,
  (select count(*) from task_events e where e.task_id = t.id and e.type = 'approval.resolved') as resolved,
  (select count(*) from task_events e
   where e.task_id = t.id and e.type in ('task.completed', 'task.failed', 'task.aborted')) as ends,
  (select array_agg(step) from (
     select e.data ->> 'step' as step from task_events e where e.task_id = t.id and e.type = 'step.completed'
     group by 1 having count(*) > 1) twice) as twice,
  (select array_agg(m.body order by m.created_at, m.id) from messages m
   where m.task_id = t.id and m.role = 'assistant' and m.in_context) as told
from tasks t where t.user_id = $1 order by t.created_at, t.id`

function factsOf(task: TaskRow, end: Ending['end'], said: readonly StoredMessage[]): readonly Fact[] {
  const words = task.input_text
  const isWork = end !== 'answered'
  const told = end === 'answered' || end === 'replaced' ? 1 : 2
  const ever = (is: (text: string) => boolean) =>
    said.filter(({ versions }) => versions.some(({ content }) => is(contentText(content)))).length
  return [
    [`“${words}” ended as`, task.status, end === 'answered' || end === 'done' ? 'completed' : 'aborted'],
    [`“${words}” ended so often`, task.ends, '1'],
    [`“${words}” asked for an OK`, task.asked, isWork ? '1' : '0'],
    [`“${words}” was settled`, task.resolved, isWork ? '1' : '0'],
    [`“${words}” did twice`, task.twice, null],
    [`“${words}” said in the conversation`, task.told?.length ?? 0, told],
    [`“${words}” was acknowledged`, ever((text) => isProposal(text, words)), isWork ? 1 : 0],
    [`“${words}” was answered`, ever((text) => text.includes(`This is the answer to: ${words}`)), isWork ? 0 : 1],
    [`“${words}” was handed over`, ever((text) => text.startsWith(`✅ Done · ${words}\n`)), end === 'done' ? 1 : 0],
  ]
}

/** Messages of the bot in the person's chat of which there is no record. */
async function notKept(
  { bot, rows }: ScriptedStage,
  person: UserClient,
  said: readonly StoredMessage[],
): Promise<readonly string[]> {
  const known = await rows<{ readonly ref: string }>(
    `select r.ref from outbox_refs r join messages m on m.role = 'assistant' and m.external_id = r.key
     where r.bot = $1 and r.chat = $2`,
    [String(bot.id), String(person.id)],
  )
  return said
    .filter(({ id, deletedAt }) => deletedAt === undefined && !known.some(({ ref }) => ref === String(id)))
    .map(({ content }) => contentText(content))
}
