// Lets so many in at once; the others wait in the order in which they came.

/** `work` runs when there is room; whoever gives up waiting rejects with the signal's reason and takes no room. */
export function createGate(room: number) {
  let inside = 0
  const waiting: (() => void)[] = []
  // The place goes from hand to hand: nobody who comes just then slips in between.
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) inside -= 1
    else next()
  }
  return async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    if (inside < room) inside += 1
    else await turn(waiting, signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

async function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const come = Promise.withResolvers<void>()
  const onAbort = (): void => {
    const place = waiting.indexOf(come.resolve)
    if (place >= 0) waiting.splice(place, 1)
    come.reject(signal.reason)
  }
  waiting.push(come.resolve)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await come.promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
