// One after the other, by name: what must not overlap in one conversation may well run beside another's.

const last = new Map<string, Promise<unknown>>()

/** Runs `work` once everything that was given before under this name has ended, however it ended. */
export async function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const before = last.get(name) ?? Promise.resolve()
  const mine = before.then(work, work)
  const settled = mine.then(
    () => undefined,
    () => undefined,
  )
  last.set(name, settled)
  try {
    return await mine
  } finally {
    if (last.get(name) === settled) last.delete(name)
  }
}
