// What goes wrong on purpose: answers of single methods and chats, broken connections, repeated and swapped updates.
export type FaultKind =
  /** 429 with `retryAfter` (default 5) seconds. */
  | 'rate_limit'
  /** `code` (default 500), as JSON. */
  | 'server_error'
  /** 502 with a page instead of JSON. */
  | 'bad_gateway_html'
  /** 200 with half a JSON document. */
  | 'invalid_json'
  /** The method is done, then the connection is reset before the answer. */
  | 'accept_then_reset'
  /** The connection is reset and nothing was done. */
  | 'reset_before'
  /** No answer ever, until the caller gives up. */
  | 'hang'
  /** Done and answered after `ms` (default 1000) of virtual time. */
  | 'slow'
  | 'unauthorized'
  | 'blocked'
  | 'not_modified'
  | 'thread_not_found'
  | 'chat_not_found'

export type FaultSpec = {
  readonly kind: FaultKind
  /** Bot id; without it, every bot. */
  readonly bot?: number
  /** In any case; without it, every method but getUpdates. */
  readonly method?: string
  /** As it stands in the chat_id of the call. */
  readonly chat?: number | string
  /** So often, then never again; without it, until it is removed. */
  readonly times?: number
  /** Lets the first so many matching calls through. */
  readonly after?: number
  readonly retryAfter?: number
  readonly code?: number
  readonly ms?: number
  /** For the kinds that hide the answer (server_error, bad_gateway_html, invalid_json, hang): the method is done nevertheless. */
  readonly accepted?: boolean
}

export type Fault = {
  readonly spec: FaultSpec
  /** How often it has struck. */
  readonly count: number
  readonly remove: () => void
}

export type Faults = {
  /** Several may match: the one that was added first strikes. */
  readonly add: (spec: FaultSpec) => Fault
  readonly removeAll: () => void
  /** The fault that strikes this call, counted. For the server. */
  readonly strike: (call: {
    readonly bot: number
    readonly method: string
    readonly chat?: string
  }) => FaultSpec | undefined
  /** Each update is delivered twice, with the same update_id, though it was confirmed. */
  duplicateUpdates: boolean
  /** Updates that wait together are delivered last first. */
  reorderUpdates: boolean
  /** Resets every open connection, polls too. */
  readonly dropConnections: () => void
}

export function createFaults(dropConnections: () => void): Faults {
  type Active = { readonly spec: FaultSpec; seen: number; struck: number }
  const active = new Set<Active>()
  return {
    add: (spec) => {
      const entry: Active = { spec, seen: 0, struck: 0 }
      active.add(entry)
      return {
        spec,
        get count() {
          return entry.struck
        },
        remove: () => void active.delete(entry),
      }
    },
    removeAll: () => active.clear(),
    strike: (call) => {
      for (const entry of active) {
        if (!isMatch(entry.spec, call)) continue
        entry.seen += 1
        if (entry.seen <= (entry.spec.after ?? 0)) continue
        entry.struck += 1
        if (entry.spec.times !== undefined && entry.struck >= entry.spec.times) active.delete(entry)
        return entry.spec
      }
      return undefined
    },
    duplicateUpdates: false,
    reorderUpdates: false,
    dropConnections,
  }
}

function isMatch(
  spec: FaultSpec,
  call: { readonly bot: number; readonly method: string; readonly chat?: string },
): boolean {
  if (spec.bot !== undefined && spec.bot !== call.bot) return false
  if (spec.chat !== undefined && String(spec.chat) !== call.chat) return false
  const method = call.method.toLowerCase()
  return spec.method === undefined ? method !== 'getupdates' : spec.method.toLowerCase() === method
}
