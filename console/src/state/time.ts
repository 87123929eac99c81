// Times as a person says them.

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `6 d 23 h`. */
export function sayDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return ''
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A running clock, for something that is still going on: `0:07`, `12:40`, `1:02:03`. */
export function sayClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, then the date. */
export function sayAge(at: string, now: number): string {
  const then = Date.parse(at)
  if (Number.isNaN(then)) return ''
  const seconds = (now - then) / 1_000
  if (seconds < 45) return 'just now'
  if (seconds < 3_600) return `${Math.max(1, Math.round(seconds / 60))} min ago`
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h ago`
  if (seconds < 172_800) return 'yesterday'
  return new Date(then).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' })
}

/** A point in time, to the second, short enough for a column: `21 Nov, 22:41:03`. The year where it is not this one. */
export function sayMoment(at: string, now = Date.now()): string {
  const then = new Date(at)
  if (Number.isNaN(then.getTime())) return ''
  const sameYear = then.getFullYear() === new Date(now).getFullYear()
  return then.toLocaleString(undefined, {
    ...(sameYear ? {} : { year: 'numeric' as const }),
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
}

/** How long until `at`: `in 4 min`, or `expired`. */
export function sayUntil(at: string, now: number): string {
  const left = Date.parse(at) - now
  if (Number.isNaN(left)) return ''
  if (left <= 0) return 'expired'
  return `in ${sayDuration(left < 10_000 ? Math.ceil(left / 1_000) * 1_000 : left)}`
}

export function sayCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

export function sayBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** What such work took before: `Usually about 40 s and 12,000 tokens.` */
export function sayEstimate({ seconds, tokens }: { readonly seconds: number; readonly tokens: number }): string {
  const spent = tokens === 0 ? '' : ` and ${tokens.toLocaleString('en')} tokens`
  return `Usually about ${sayDuration(seconds * 1_000)}${spent}.`
}
