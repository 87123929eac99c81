// How many agents are at work at once in one process: whoever comes when all places are taken waits for their turn.

export type AgentSlots = {
  /** Does `work` in a place of its own, first come, first served; gives the place back however it ends. Rejects with the signal's reason while it waits. */
  readonly use: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>
}

/** For work that is done in a place already. */
export const HELD_SLOT: AgentSlots = { use: (_signal, work) => work() }

export function createAgentSlots(count: number): AgentSlots {
  let free = count
  const waiting: (() => void)[] = []

  function take(signal: AbortSignal): Promise<void> | null {
    signal.throwIfAborted()
    if (free > 0) {
      free -= 1
      return null
    }
    const turn = Promise.withResolvers<void>()
    const leave = (): void => {
      waiting.splice(waiting.indexOf(come), 1)
      turn.reject(signal.reason)
    }
    const come = (): void => {
      signal.removeEventListener('abort', leave)
      turn.resolve()
    }
    signal.addEventListener('abort', leave, { once: true })
    waiting.push(come)
    return turn.promise
  }

  function giveBack(): void {
    const next = waiting.shift()
    // It goes from hand to hand: nobody who comes later gets in between.
    if (next === undefined) free += 1
    else next()
  }

  return {
    use: async (signal, work) => {
      await take(signal)
      try {
        return await work()
      } finally {
        giveBack()
      }
    },
  }
}
