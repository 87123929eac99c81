// Who is in the crew: each role with its prompt, the tier of model it thinks with and the tools it may use.
import { TaskFailure } from '../task/task-failure.ts'
import type { ModelTier } from '../vocabulary/usage.ts'
import type { SubtaskRole } from '../vocabulary/plan.ts'
import type { PromptName } from './prompts.ts'
import type { ToolName } from './tools/registry.ts'

export type Role = { readonly prompt: PromptName; readonly tier: ModelTier; readonly tools: readonly ToolName[] }

export const SUBTASK_ROLES = ['coder', 'executor', 'tester'] as const

export const ROLES: Readonly<Record<(typeof SUBTASK_ROLES)[number], Role>> = {
  coder: {
    prompt: 'coder',
    tier: 'main',
    tools: ['read', 'write', 'edit', 'list', 'search', 'shell', 'skill', 'finish'],
  },
  executor: {
    prompt: 'executor',
    tier: 'main',
    tools: ['read', 'list', 'search', 'shell', 'serve', 'skill', 'finish'],
  },
  tester: {
    prompt: 'tester',
    tier: 'main',
    tools: ['read', 'write', 'edit', 'list', 'search', 'shell', 'skill', 'finish'],
  },
}

/** Throws TaskFailure: a plan may be older than the crew that does it. */
export function roleOf(name: SubtaskRole): Role {
  const known = SUBTASK_ROLES.find((one) => one === name)
  if (known === undefined) throw new TaskFailure(`There is no role "${name}" in this crew.`)
  return ROLES[known]
}
