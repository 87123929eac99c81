// Text that every store can keep. What people, models and programs say may hold NUL or half of a surrogate pair, and a
// database's JSON takes neither (PostgreSQL refuses both): one such character would keep a whole log from growing.

/** The same JSON with U+FFFD in place of such characters, in keys too; the very same value where there is none. */
export function toStorable<T>(value: T): T {
  return storable(value) as T
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) {
    const items = value.map(storable)
    return items.every((item, index) => item === value[index]) ? value : items
  }
  const entries = Object.entries(value)
  const changed = entries.map(([key, item]) => [plain(key), storable(item)] as const)
  const same = changed.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1])
  return same ? value : Object.fromEntries(changed)
}

function plain(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\u0000') ? whole.replaceAll('\u0000', '\ufffd') : whole
}
