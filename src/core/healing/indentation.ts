// Brings code that was written with one kind of indentation into another, or says that it can't be told how.

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

/**
 * `fixed`, indented as `found` is. `said` are the same lines as `found` but for their blanks: they tell which indentation stands for
 * which. Null where they contradict each other, or where it takes a depth that they do not tell.
 */
export function reindented(
  fixed: readonly string[],
  said: readonly string[],
  found: readonly string[],
): readonly string[] | null {
  const known = new Map<string, string>()
  for (const [index, line] of said.entries()) {
    if (line.trim() === '') continue
    const [from, to] = [indentOf(line), indentOf(found[index] ?? '')]
    const earlier = known.get(from)
    if (earlier !== undefined && earlier !== to) return null
    known.set(from, to)
  }
  const result: string[] = []
  for (const line of fixed) {
    if (line.trim() === '') {
      result.push('')
      continue
    }
    const indent = indentOf(line)
    const to = known.get(indent) ?? deeper(indent, known)
    if (to === null) return null
    result.push(to + line.slice(indent.length))
  }
  return result
}

/** A depth that did not occur: the deepest known one above it, and the rest, where both are written with the same characters. */
function deeper(indent: string, known: ReadonlyMap<string, string>): string | null {
  const bases = [...known].filter(([from]) => indent.startsWith(from)).toSorted(([a], [b]) => b.length - a.length)
  const [base] = bases
  if (base === undefined) return null
  const [from, to] = base
  const rest = indent.slice(from.length)
  if (from === to || sameKind(rest, to) || to === '')
    return from === '' && to !== '' && !sameKind(rest, to) ? null : to + rest
  const unit = unitOf([...known.keys()])
  if (/^ +$/.test(rest) && /^\t*$/.test(to) && unit !== null && rest.length % unit === 0)
    return to + '\t'.repeat(rest.length / unit)
  return null
}

function sameKind(one: string, other: string): boolean {
  return (/^ *$/.test(one) && /^ *$/.test(other)) || (/^\t*$/.test(one) && /^\t*$/.test(other))
}

/** Blanks of one level. */
function unitOf(indents: readonly string[]): number | null {
  const widths = indents.filter((indent) => /^ +$/.test(indent)).map((indent) => indent.length)
  if (widths.length === 0) return null
  return widths.every((width) => width % 4 === 0) ? 4 : widths.every((width) => width % 2 === 0) ? 2 : null
}
