// Trouble at Telegram's end, at random: one fault after the other, each struck once, and connections that break.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { FaultSpec } from '../../testkit/telegram/world/faults.ts'
import type { Random } from '../simulation/random.ts'

const METHODS = ['sendRichMessage', 'editMessageText', 'setMessageReaction', 'sendChatAction'] as const
const KINDS: readonly [Omit<FaultSpec, 'method'>, ...Omit<FaultSpec, 'method'>[]] = [
  { kind: 'rate_limit', retryAfter: 1 },
  { kind: 'server_error', code: 500, accepted: true },
  { kind: 'server_error', code: 500 },
  { kind: 'server_error', code: 502, accepted: true },
  { kind: 'server_error', code: 503 },
  { kind: 'bad_gateway_html', accepted: true },
  { kind: 'bad_gateway_html' },
  { kind: 'invalid_json', accepted: true },
  { kind: 'accept_then_reset' },
  { kind: 'reset_before' },
  { kind: 'slow', ms: 800 },
]
const POLL_KINDS: readonly [Omit<FaultSpec, 'method'>, ...Omit<FaultSpec, 'method'>[]] = [
  { kind: 'rate_limit', retryAfter: 1 },
  { kind: 'server_error', code: 502 },
  { kind: 'bad_gateway_html' },
  { kind: 'invalid_json' },
  { kind: 'reset_before' },
  { kind: 'accept_then_reset' },
]

export type Trouble = {
  /** How many faults have struck so far. */
  readonly struck: () => number
  /** No more from now on; what was planned and has not struck is taken back. */
  readonly end: () => Promise<void>
}

export function startTrouble({ faults }: Telegram, random: Random, everyMs: number): Trouble {
  const stopping = new AbortController()
  const added: ReturnType<typeof faults.add>[] = []

  async function go(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(random.spread(everyMs), undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      if (random.chance(0.03)) faults.dropConnections()
      const spec: FaultSpec = random.chance(0.1)
        ? { ...random.pick(POLL_KINDS), method: 'getUpdates' }
        : { ...random.pick(KINDS), method: random.pick(METHODS) }
      added.push(faults.add({ ...spec, times: 1 }))
    }
  }
  const going = go()

  return {
    struck: () => added.reduce((sum, fault) => sum + fault.count, 0),
    end: async () => {
      stopping.abort()
      await going
      faults.removeAll()
    },
  }
}
