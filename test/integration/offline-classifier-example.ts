// What an example of the offline router's evaluation is: a message, what came before it, and what it means.
import type { FactKind } from '../../src/core/vocabulary/memory.ts'
import type { Intent, TaskType } from '../../src/core/vocabulary/task.ts'

/** What came before: nothing, a finished web app, a proposal that the message replaces, or a question of ours. */
export type Before = 'nothing' | 'work' | 'proposal' | 'question'

export type Meant = {
  readonly intent: Intent
  readonly type: TaskType
  /** A question back is the right answer: what else is said of the message does not count then. */
  readonly ask: boolean
  readonly others: number
  readonly continues: boolean
  readonly facts: readonly FactKind[]
}
export type Example = Meant & { readonly says: string; readonly before: Before }

export const WORK = { intent: 'command', type: 'dev_pipeline' } as const
export const RUN = { intent: 'command', type: 'shell_command' } as const
export const KNOW = { intent: 'question', type: 'question' } as const
export const TALK = { intent: 'other', type: 'question' } as const

type Group = Partial<Meant> & Pick<Meant, 'intent' | 'type'> & { readonly before?: Before }

export function examples(group: Group, says: readonly string[]): readonly Example[] {
  const plain = { ask: false, others: 0, continues: false, facts: [], before: 'nothing' } as const
  return says.map((one) => ({ ...plain, ...group, says: one }))
}
