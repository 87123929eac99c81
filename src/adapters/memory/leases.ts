// Leases in memory, measured by the clock that it is given.
import type { Clock } from '../../core/ports/clock.ts'
import type { Lease, Leases } from '../../core/ports/leases.ts'

type Held = Omit<Lease, 'expired'> & { readonly until: number }

export function createMemoryLeases(clock: Clock): Leases {
  const held = new Map<string, Held>()
  const isExpired = ({ until }: Held) => until <= clock.now().getTime()
  return {
    acquire: async (name, holder, ms, note) => {
      const known = held.get(name)
      if (known !== undefined && known.holder !== holder && !isExpired(known)) return false
      held.set(name, { name, holder, note, until: clock.now().getTime() + ms })
      return true
    },
    release: async (name, holder) => {
      if (held.get(name)?.holder === holder) held.delete(name)
    },
    bury: async (holder) => {
      for (const lease of [...held.values()]) if (lease.holder === holder) held.delete(lease.name)
    },
    list: async (prefix) =>
      [...held.values()]
        .filter(({ name }) => name.startsWith(prefix))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((lease) => ({ name: lease.name, holder: lease.holder, note: lease.note, expired: isExpired(lease) })),
  }
}
