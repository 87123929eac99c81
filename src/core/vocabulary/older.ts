// Records as older versions wrote them: what was not asked for then is filled in, in one place for logs and tables alike.
import type { Approval } from './approval.ts'
import type { Routing, TaskResult } from './task.ts'

type Lacking<T, Names extends keyof T> = Omit<T, Names> & Partial<Pick<T, Names>>

export type OlderRouting = Lacking<Routing, 'intent' | 'ask' | 'source'>
export type OlderResult = Lacking<TaskResult, 'sources'>
export type OlderApproval = Lacking<Approval, 'estimate' | 'binding' | 'policy' | 'secondedBy'>

export function wholeRouting(older: OlderRouting): Routing {
  const { intent = older.task_type === 'question' ? 'question' : 'command', ask = null, source = null } = older
  return { ...older, intent, ask, source }
}

export function wholeResult({ sources = [], ...older }: OlderResult): TaskResult {
  return { ...older, sources }
}

export function wholeApproval(older: OlderApproval): Approval {
  const { estimate = null, binding = null, policy = null, secondedBy = [] } = older
  return { ...older, estimate, binding, policy, secondedBy }
}
