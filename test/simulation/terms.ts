// The built-in policy over memory: for whoever accepts and works on tasks in tests.
import { createBashReader } from '../../src/adapters/shell/bash-reader.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { commandTerms } from '../../src/core/approval/command-terms.ts'
import type { JudgeDeps } from '../../src/core/approval/command-terms.ts'
import type { CrewDeps } from '../../src/core/crew/run.ts'
import { defaultPolicy } from '../../src/core/policy/default-policy.ts'
import type { ObjectStore } from '../../src/core/ports/object-store.ts'
import type { Workspaces } from '../../src/core/ports/workspaces.ts'
import type { AcceptDeps } from '../../src/core/task/accept-request.ts'

export const TOKENS_PER_TASK = 1_000_000

/** Everybody is a member, and there are no secrets. */
export const plainRules = {
  policy: async () => defaultPolicy(),
  shell: createBashReader(),
  roleOf: async () => 'member',
  secretsFor: async () => [],
} as const satisfies Pick<CrewDeps, 'policy' | 'shell' | 'roleOf' | 'secretsFor'>

type Terms = {
  /** Where commands start from files. */
  readonly workspaces?: Pick<Workspaces, 'fingerprint'>
  /** What came with them. */
  readonly objects?: Pick<ObjectStore, 'get'>
  readonly tokensPerTask?: number
  readonly rules?: Omit<JudgeDeps, 'clock'>
}

const NO_FILES = { fingerprint: async () => null }
const NO_OBJECTS = { get: async () => null }

/** What accepting asks: everything may be kept as it is, and the policy says what it says. */
export function plainIntake(terms: Terms = {}): Pick<AcceptDeps, 'keepable' | 'termsOf'> {
  const { workspaces = NO_FILES, objects = NO_OBJECTS, tokensPerTask = TOKENS_PER_TASK, rules = plainRules } = terms
  const telemetry = { log: () => undefined, count: () => undefined, time: () => undefined }
  const deps = {
    ...rules,
    clock: createSystemClock(),
    ids: createSystemIds(),
    telemetry,
    workspaces,
    objects,
    tokensPerTask,
  }
  return { keepable: async (given) => ({ ...given, rules: [] }), termsOf: (wanted) => commandTerms(deps, wanted) }
}
