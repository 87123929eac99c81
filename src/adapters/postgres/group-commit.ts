// Group commit in the application: writes that are asked for at the same time share one statement and one commit.

export type GroupCommitDeps<Input, Output> = {
  /** Writes the batch all or nothing, and answers each in its place. */
  readonly write: (batch: readonly Input[]) => Promise<readonly Output[]>
  /** Two inputs with one key never share a batch: the later one has to see what the earlier one did. */
  readonly keyOf: (input: Input) => string
  /** Batches under way at once. */
  readonly lanes: number
  readonly maxBatch: number
  /** Whether a failure may be the fault of a single input, so that the others deserve a try without it. */
  readonly isInputsFault: (error: unknown) => boolean
}

type Waiting<Input, Output> = {
  readonly input: Input
  readonly resolve: (output: Output) => void
  readonly reject: (error: unknown) => void
}

/** Returns the function to write with. Sends at once when idle; under load, what came while a batch was under way goes together. */
export function createGroupCommit<Input, Output>(
  deps: GroupCommitDeps<Input, Output>,
): (input: Input) => Promise<Output> {
  let waiting: Waiting<Input, Output>[] = []
  const busyKeys = new Set<string>()
  let underWay = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || underWay >= deps.lanes) return
    scheduled = true
    // After the present turn of the event loop, so that callers of one turn go together.
    setImmediate(() => {
      scheduled = false
      while (underWay < deps.lanes && sendBatch());
    })
  }

  function sendBatch(): boolean {
    const batch: Waiting<Input, Output>[] = []
    const keys: string[] = []
    const rest: Waiting<Input, Output>[] = []
    for (const item of waiting) {
      const key = deps.keyOf(item.input)
      if (batch.length >= deps.maxBatch || busyKeys.has(key)) {
        rest.push(item)
        continue
      }
      busyKeys.add(key)
      keys.push(key)
      batch.push(item)
    }
    if (batch.length === 0) return false
    waiting = rest
    underWay += 1
    void settle(batch).finally(() => {
      underWay -= 1
      for (const key of keys) busyKeys.delete(key)
      if (waiting.length > 0) schedule()
    })
    return true
  }

  async function settle(batch: readonly Waiting<Input, Output>[]): Promise<void> {
    try {
      const outputs = await deps.write(batch.map((item) => item.input))
      batch.forEach((item, index) => item.resolve(outputs[index] as Output))
    } catch (error) {
      if (batch.length === 1 || !deps.isInputsFault(error)) {
        for (const item of batch) item.reject(error)
        return
      }
      for (const item of batch) await settle([item])
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      schedule()
    })
}
