// The big red button: everything that runs is stopped and nothing starts until somebody says so.
import type { TaskId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { applyCommand } from '../task/apply-command.ts'
import { decideOnce } from './decide-once.ts'
import { code, escapeMarkdown } from './markdown.ts'
import { answer } from './notes.ts'
import { shortId } from './status-words.ts'
import { oneLine } from './visible.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

const PAGE = 100
const NAMED = 10

export async function panic(deps: ReceiveDeps, visit: Visit, given: string): Promise<void> {
  switch (given.toLowerCase()) {
    case 'on':
      return stopEverything(deps, visit)
    case 'off':
      await deps.queue.setPaused(false)
      deps.signals.publish({ type: 'work' })
      return answer(deps, visit.message, 'Going on: what waits is taken up again. What was stopped stays stopped.')
    default:
      return answer(deps, visit.message, 'Say /panic on to stop everything at once, /panic off to go on.')
  }
}

async function stopEverything(deps: ReceiveDeps, { message, visitor }: Visit): Promise<void> {
  // Paused first: nothing can begin between the look and the stop.
  await deps.queue.setPaused(true)
  const ids = await decideOnce(deps, message, 'panic', async () => (await running(deps)).map((task) => task.id))
  const stopped: Task[] = []
  for (const id of ids) {
    await applyCommand(deps, id, { type: 'abort', by: visitor.userId, reason: 'Panic: everything was stopped.' })
    const task = await deps.store.get(id)
    if (task !== null) stopped.push(task)
  }
  const lines = stopped
    .slice(0, NAMED)
    .map((task) => `- ${code(shortId(task.id))} ${escapeMarkdown(oneLine(task.inputText, 60))}`)
  const more = stopped.length > NAMED ? [`- and ${stopped.length - NAMED} more`] : []
  const count = stopped.length === 1 ? '1 task was' : `${stopped.length} tasks were`
  const what = stopped.length === 0 ? 'Nothing was running.' : `${count} at work and had to stop:`
  const text = `**Everything is stopped.** Nothing starts until /panic off; what waits goes on waiting. ${what}`
  await answer(deps, message, lines.length === 0 ? text : [text, '', ...lines, ...more].join('\n'))
  // The answer comes first: cards of other chats may take a while.
  await Promise.all(ids.map((id) => deps.follower.refresh(id)))
}

async function running(deps: ReceiveDeps): Promise<readonly { readonly id: TaskId }[]> {
  const tasks: Task[] = []
  for (let cursor: string | null = null; ;) {
    const page = await deps.store.list({ userId: null, statuses: ['routing', 'running'], limit: PAGE, cursor })
    tasks.push(...page.items)
    cursor = page.nextCursor
    if (cursor === null) return tasks
  }
}
