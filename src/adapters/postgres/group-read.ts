// Reads that are asked for at the same time share one statement: under load a round trip costs more than what it brings.
import { createGroupCommit } from './group-commit.ts'
import { DatabaseFailure } from './pool.ts'

const LANES = 2
const MAX_BATCH = 250

/** `read` answers each in its place. What is read is as new as the call, never older. */
export function createGroupRead<Input, Output>(
  read: (batch: readonly Input[]) => Promise<readonly Output[]>,
): (input: Input) => Promise<Output> {
  let calls = 0
  return createGroupCommit<Input, Output>({
    write: read,
    keyOf: () => String((calls += 1)),
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault: (error) => error instanceof DatabaseFailure && error.refused,
  })
}
