// A unified patch cut into files and lines, for showing it.
import type { JsonValue } from '../../../src/core/vocabulary/json.ts'

export type DiffFile = {
  readonly path: string
  readonly change: string
  readonly additions: number
  readonly deletions: number
  readonly lines: readonly DiffLine[]
}
export type DiffLine = {
  readonly type: 'add' | 'remove' | 'same' | 'hunk' | 'about'
  readonly text: string
  readonly before: number | null
  readonly after: number | null
}
export type Diff = { readonly files: readonly DiffFile[]; readonly truncated: boolean }

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** Reads the output of the step that recorded the changes; null when it is none. */
export function readDiff(output: JsonValue): Diff | null {
  if (!isObject(output) || !Array.isArray(output['files'])) return null
  const patch = typeof output['patch'] === 'string' ? output['patch'] : ''
  const sections = splitPatch(patch)
  const used = new Set<DiffSection>()
  const files = output['files'].filter(isObject).map((file): DiffFile => {
    const path = typeof file['path'] === 'string' ? file['path'] : ''
    const section = sections.find((candidate) => !used.has(candidate) && candidate.names.includes(path))
    if (section !== undefined) used.add(section)
    return {
      path,
      change: typeof file['change'] === 'string' ? file['change'] : 'modified',
      additions: numberOf(file['additions']),
      deletions: numberOf(file['deletions']),
      lines: section?.lines ?? [],
    }
  })
  return { files, truncated: output['truncated'] === true }
}

type DiffSection = { readonly names: readonly string[]; readonly lines: DiffLine[] }

function splitPatch(patch: string): readonly DiffSection[] {
  const sections: { names: string[]; lines: DiffLine[] }[] = []
  let current: { names: string[]; lines: DiffLine[] } | null = null
  let before = 0
  let after = 0
  let leftBefore = 0
  let leftAfter = 0
  for (const line of patch.split('\n')) {
    // Inside a hunk the counts decide: a removed line may itself look like a header.
    if (current !== null && (leftBefore > 0 || leftAfter > 0)) {
      const sign = line[0]
      if (sign === '+') current.lines.push({ type: 'add', text: line.slice(1), before: null, after: after++ })
      else if (sign === '-') current.lines.push({ type: 'remove', text: line.slice(1), before: before++, after: null })
      else if (sign === '\\') current.lines.push({ type: 'about', text: line.slice(2), before: null, after: null })
      else current.lines.push({ type: 'same', text: line.slice(1), before: before++, after: after++ })
      if (sign !== '+' && sign !== '\\') leftBefore -= 1
      if (sign !== '-' && sign !== '\\') leftAfter -= 1
      continue
    }
    if (line.startsWith('diff --git ')) {
      current = { names: [], lines: [] }
      sections.push(current)
      const names = /^diff --git "?a\/(.*?)"? "?b\/(.*?)"?$/.exec(line)
      if (names !== null) current.names.push(unquote(names[2] ?? ''), unquote(names[1] ?? ''))
      continue
    }
    if (current === null) continue
    const hunk = HUNK.exec(line)
    if (hunk !== null) {
      before = Number(hunk[1])
      after = Number(hunk[3])
      leftBefore = Number(hunk[2] ?? 1)
      leftAfter = Number(hunk[4] ?? 1)
      current.lines.push({ type: 'hunk', text: line, before: null, after: null })
    } else if (line.startsWith('+++ ') || line.startsWith('--- ')) {
      const name = /^(?:\+\+\+|---) "?[ab]\/(.*?)"?$/.exec(line.replace(/\t$/, ''))
      if (name !== null) current.names.push(unquote(name[1] ?? ''))
    } else if (line.startsWith('Binary files') || line.startsWith('\\')) {
      current.lines.push({ type: 'about', text: line.replace(/^\\ /, ''), before: null, after: null })
    }
  }
  return sections
}

/** Git writes unusual paths in quotes, with the bytes in octal. */
function unquote(name: string): string {
  if (!name.includes('\\')) return name
  const bytes: number[] = []
  const encoder = new TextEncoder()
  for (let at = 0; at < name.length; at += 1) {
    const escape = /^\\(?:([0-7]{3})|(.))/.exec(name.slice(at, at + 4))
    if (escape === null) bytes.push(...encoder.encode(name[at] ?? ''))
    else if (escape[1] !== undefined) bytes.push(Number.parseInt(escape[1], 8))
    else bytes.push(...encoder.encode({ n: '\n', t: '\t', r: '\r' }[escape[2] ?? ''] ?? escape[2] ?? ''))
    if (escape !== null) at += escape[0].length - 1
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
