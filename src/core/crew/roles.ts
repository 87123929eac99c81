// Who is in the crew: each role with its prompt, the tier of model it thinks with and the tools it may use.
import type { ModelTier } from '../vocabulary/usage.ts'
import type { SubtaskRole } from '../vocabulary/plan.ts'
import type { PromptName } from './prompts.ts'
import type { ToolName } from './tools/registry.ts'

export type Role = { readonly prompt: PromptName; readonly tier: ModelTier; readonly tools: readonly ToolName[] }

export const ROLES: Readonly<Record<SubtaskRole, Role>> = {
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
