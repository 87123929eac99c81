// Notices an agent that goes round in circles: the same calls again and again, one, two or three at a time.
import type { ToolCall } from '../ports/models.ts'

const REPETITIONS = 5
const LONGEST_CYCLE = 3

/** Keeps a memory of calls. `isStuck` says whether the calls so far end in five repetitions of one short cycle. */
export function createLoopBreaker() {
  const seen: string[] = []
  return {
    record: (call: ToolCall): void => {
      seen.push(`${call.tool} ${JSON.stringify(call.input)}`)
    },
    isStuck: (): boolean => {
      for (let cycle = 1; cycle <= LONGEST_CYCLE; cycle += 1) if (endsInCycle(seen, cycle)) return true
      return false
    },
  }
}

function endsInCycle(seen: readonly string[], cycle: number): boolean {
  const tail = seen.slice(-cycle * REPETITIONS)
  if (tail.length < cycle * REPETITIONS) return false
  return tail.every((call, index) => call === tail[index % cycle])
}
