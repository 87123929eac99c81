// Notices an agent that goes round in circles: the same calls again and again, one, two or three at a time.
import type { ToolCall } from '../ports/models.ts'

const REPETITIONS = 5
const LONGEST_CYCLE = 3

/** Keeps a memory of calls. An agent is stuck when its calls so far end in five repetitions of one short cycle. */
export function createLoopBreaker() {
  const seen: string[] = []
  return {
    record: (call: ToolCall): void => {
      seen.push(nameOf(call))
    },
    isStuck: (): boolean => isCircling(seen),
    /** The calls of a turn up to the one with which the agent would be stuck; all of them when it would not. Records nothing. */
    upToStuck: (calls: readonly ToolCall[]): readonly ToolCall[] => {
      const would = [...seen]
      const last = calls.findIndex((call) => {
        would.push(nameOf(call))
        return isCircling(would)
      })
      return last === -1 ? calls : calls.slice(0, last + 1)
    },
  }
}

function nameOf(call: ToolCall): string {
  return `${call.tool} ${JSON.stringify(call.input)}`
}

function isCircling(seen: readonly string[]): boolean {
  for (let cycle = 1; cycle <= LONGEST_CYCLE; cycle += 1) if (endsInCycle(seen, cycle)) return true
  return false
}

function endsInCycle(seen: readonly string[], cycle: number): boolean {
  const tail = seen.slice(-cycle * REPETITIONS)
  if (tail.length < cycle * REPETITIONS) return false
  return tail.every((call, index) => call === tail[index % cycle])
}
