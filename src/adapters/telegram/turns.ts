// Who may work now: a bounded number at once, one bot after the other, so that a busy bot keeps nobody waiting for long.
import type { BotId } from '../../core/vocabulary/place.ts'

export type Turns = {
  /** Resolves when it is this bot's turn, with the way to give it back. Of one bot, who asked first comes first. */
  readonly take: (bot: BotId) => Promise<() => void>
}

export function createTurns(atOnce: number): Turns {
  /** The first of the map is next; a bot that had its turn goes to the end. */
  const waiting = new Map<BotId, (() => void)[]>()
  let free = atOnce

  function next(): void {
    const [first] = waiting
    if (free === 0 || first === undefined) return
    const [bot, asking] = first
    const go = asking.shift()
    waiting.delete(bot)
    if (asking.length > 0) waiting.set(bot, asking)
    free -= 1
    go?.()
  }

  return {
    take: async (bot) => {
      await new Promise<void>((resolve) => {
        const asking = waiting.get(bot)
        if (asking === undefined) waiting.set(bot, [resolve])
        else asking.push(resolve)
        next()
      })
      let given = false
      return () => {
        if (given) return
        given = true
        free += 1
        next()
      }
    },
  }
}
