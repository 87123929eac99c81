// Tells a typed command from plain text, and finds the one that was meant.
export type Command = {
  /** In lower case, without the slash. */
  readonly name: string
  /** The bot that it names, in lower case; null where it names none. */
  readonly bot: string | null
  /** All that comes behind it, over all lines. */
  readonly rest: string
}

const COMMAND = /^\/([a-z][a-z0-9_]{0,31})(?:@([a-z0-9_]{3,32}))?(?:\s+([\s\S]*))?$/i

/** Null for plain text; `/usr/bin` is plain text. */
export function parseCommand(text: string): Command | null {
  const match = COMMAND.exec(text.trim())
  if (match === null) return null
  const [, name = '', bot, rest = ''] = match
  return { name: name.toLowerCase(), bot: bot?.toLowerCase() ?? null, rest: rest.trim() }
}

/** The one of `names` that was probably meant; null where none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  const ranked = names
    .map((one) => ({ one, far: one.startsWith(name) || name.startsWith(one) ? 1 : distance(name, one) }))
    .toSorted((a, b) => a.far - b.far)
  const best = ranked[0]
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : null
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same, swap))
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] ?? 0
}
