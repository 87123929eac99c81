// Several requests in one message: each that is not the first becomes a task of its own, once.
import type { TaskId } from '../vocabulary/ids.ts'
import type { Run } from './run.ts'

const SPLIT_STEP = 'split'
type Split = { readonly parts: readonly string[]; readonly task_ids: readonly TaskId[] }

/**
 * Of plain words alone: an order is one thing, however many parts it has. What was split off is not split again. Safe to repeat; a part that
 * is refused is logged, and the rest goes on.
 */
export async function splitOff(run: Run, others: readonly string[]): Promise<void> {
  const { task, journal, gather } = run
  if (others.length === 0 || !task.confirm) return
  const about = { agent: 'platform', title: 'Make tasks of the further requests' } as const
  await journal.step<Split>(SPLIT_STEP, about, async () => {
    const [thread, message] = await Promise.all([
      gather.conversations.thread(task.threadId),
      gather.conversations.ofTask(task.id),
    ])
    const nothing: Split = { parts: [], task_ids: [] }
    if (thread === null || message === null || !message.inContext) return { output: nothing }
    const made: { readonly part: string; readonly id: TaskId }[] = []
    for (const [index, part] of others.entries()) {
      const accepted = await run.accept({
        interface: thread.interface,
        chat: thread.chat,
        externalId: `${task.id}/also/${index + 1}`,
        author: task.userId,
        authorName: message.authorName,
        direct: thread.direct,
        text: part,
        raw: {},
        // The words stand in the conversation already, in the message that they were part of.
        inContext: false,
        taskType: null,
        source: task.source,
        confirm: true,
      })
      if ('type' in accepted)
        run.telemetry.log('warn', 'A further request was refused', { task_id: task.id, reason: accepted.type })
      else made.push({ part, id: accepted.task.id })
    }
    const output: Split = { parts: made.map(({ part }) => part), task_ids: made.map(({ id }) => id) }
    return made.length === 0
      ? { output }
      : { output, events: [{ type: 'task.split', data: { task_ids: output.task_ids } }] }
  })
}

/** The parts of a request that are tasks of their own: recorded, so that nobody works on them twice. */
export function splitParts(run: Pick<Run, 'journal'>): readonly string[] {
  const step = run.journal.completed().find(({ data }) => data.step === SPLIT_STEP)
  return step === undefined ? [] : (step.data.output as Split).parts
}
