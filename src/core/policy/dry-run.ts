// What another policy would have said of what has happened.
import type { ShellReader } from '../ports/shell-reader.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Act, Policy, PolicyDecision } from '../vocabulary/policy.ts'
import { decideAct } from './decide-act.ts'

/** An act of the past, as its log tells of it. */
export type PastAct = { readonly taskId: TaskEvent['task_id']; readonly act: Act }

export type Difference = PastAct & { readonly before: PolicyDecision; readonly after: PolicyDecision }

/** The commands and file changes of one task's log, in order: calls of agents' tools, and commands that a person typed. */
export function pastActs(log: readonly TaskEvent[], by: Act['by']): readonly PastAct[] {
  return log.flatMap((event) => {
    const found = actOf(event)
    if (found === null) return []
    const act: Act = { hosts: [], paths: [], tokens: null, bot: null, ...found, where: 'sandbox', by, at: event.at }
    return [{ taskId: event.task_id, act }]
  })
}

function actOf(event: TaskEvent): (Pick<Act, 'tool' | 'command'> & Partial<Pick<Act, 'paths' | 'tokens'>>) | null {
  if (event.type === 'approval.requested' && event.data.kind === 'shell_command')
    return { tool: 'run', command: event.data.subject, tokens: event.data.binding?.tokens ?? null }
  if (event.type !== 'tool.started') return null
  const [command, path] = ['command', 'path'].map((key) => fieldOf(event.data.input, key))
  return {
    tool: event.data.tool,
    command: typeof command === 'string' ? command : null,
    paths: typeof path === 'string' ? [path] : [],
  }
}

function fieldOf(input: JsonValue, key: string): JsonValue | undefined {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? Object.entries(input).find(([name]) => name === key)?.[1]
    : undefined
}

/** Only what would have come out differently, in order. */
export function differences(
  acts: readonly PastAct[],
  before: Policy,
  after: Policy,
  read: ShellReader,
): readonly Difference[] {
  return acts.flatMap((past) => {
    const [then, now] = [decideAct(before, past.act, read), decideAct(after, past.act, read)]
    return then.verdict === now.verdict && then.people === now.people ? [] : [{ ...past, before: then, after: now }]
  })
}
