// What a gate found, as the log of the task has it.
import type { CheckReport } from '../vocabulary/check.ts'
import type { JsonObject } from '../vocabulary/json.ts'
import type { Run } from './run.ts'

/** What a recorded gate found; nothing where there is none. */
export function checksOf(run: Pick<Run, 'journal'>, step: string): readonly CheckReport[] {
  const output = recorded(run, step)
  // Our own log, as everything that the journal gives back.
  return output === null || !Array.isArray(output['checks']) ? [] : (output['checks'] as readonly CheckReport[])
}

/** The output of a step that is done; null where it is not, or has none. */
export function recorded({ journal }: Pick<Run, 'journal'>, step: string): JsonObject | null {
  const output = journal.completed().find(({ data }) => data.step === step)?.data.output
  return typeof output === 'object' && output !== null && !Array.isArray(output) ? (output as JsonObject) : null
}
