// What a sandbox reached and tried to reach, summed up for the log: as many entries as places, and only so many places.
import { targetText } from '../vocabulary/egress.ts'
import type { EgressReport } from '../vocabulary/egress.ts'
import type { EventOf, TaskEventBody } from '../vocabulary/event.ts'

export type EgressSums = {
  readonly add: (report: EgressReport) => void
  /** What was added since the last call: at most one event for each place and verdict, and one for each secret there. */
  readonly take: () => readonly TaskEventBody[]
}

/** Named in one task; a program makes up as many names as it likes. What was let through is not crowded out by what was not. */
const MOST_REFUSED = 200
const MOST_ALLOWED = 1_000
/** Stands for all places beyond those, for each rule by itself. */
const ANY = { host: '*', port: 0 } as const

type Sum = { decided: EventOf<'egress.decided'>['data']; readonly secrets: Set<string> }

export function createEgressSums(): EgressSums {
  const sums = new Map<string, Sum>()
  const named = { allowed: new Set<string>(), refused: new Set<string>() }

  function isNamed(place: string, isAllowed: boolean): boolean {
    const known = isAllowed ? named.allowed : named.refused
    return known.has(place) || known.size < (isAllowed ? MOST_ALLOWED : MOST_REFUSED)
  }

  return {
    add: ({ host, port, verdict, rule, bytesOut, bytesIn, secrets }) => {
      const place = targetText({ host, port })
      const isAllowed = verdict === 'allow'
      const shown = isNamed(place, isAllowed) ? { host, port } : ANY
      if (shown !== ANY) (isAllowed ? named.allowed : named.refused).add(place)
      const key = JSON.stringify([shown.host, shown.port, verdict, rule])
      const sum = sums.get(key) ?? {
        decided: { ...shown, verdict, rule, connections: 0, bytes_out: 0, bytes_in: 0 },
        secrets: new Set<string>(),
      }
      const { decided } = sum
      sum.decided = {
        ...decided,
        connections: decided.connections + 1,
        bytes_out: decided.bytes_out + bytesOut,
        bytes_in: decided.bytes_in + bytesIn,
      }
      for (const name of secrets) sum.secrets.add(name)
      sums.set(key, sum)
    },
    take: () => {
      const events = [...sums.values()].flatMap(({ decided, secrets }) => [
        { type: 'egress.decided', data: decided } as const,
        ...[...secrets].map((name) => ({ type: 'secret.used', data: { name, host: decided.host } }) as const),
      ])
      sums.clear()
      return events
    },
  }
}
