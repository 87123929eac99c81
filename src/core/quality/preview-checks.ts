// Every server that the task left running is asked for its page.
import type { CheckPlan } from './check-plan.ts'
import { pageCheck } from './scripts.ts'

const TIMEOUT_MS = 20_000

export function planPreviews(ports: readonly number[]): readonly CheckPlan[] {
  return ports.map((port) => ({
    type: 'command',
    check: `preview on ${port}`,
    kind: 'preview',
    folder: '',
    command: pageCheck(port),
    env: {},
    timeoutMs: TIMEOUT_MS,
    parse: () => ({ findings: [] }),
  }))
}
