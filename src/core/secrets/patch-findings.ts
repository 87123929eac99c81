// Secrets that a patch adds, by file and line: for whoever has to take them out again.
import type { SecretScanner } from '../ports/secret-scanner.ts'

export type PatchFinding = {
  readonly path: string
  /** In the new file, from 1. */
  readonly line: number
  readonly rule: string
}

type AddedLine = { readonly line: number; readonly text: string }

/** Of a unified diff as git prints it. What a patch takes away or leaves is none of its findings. */
export async function findInPatch(scanner: SecretScanner, patch: string): Promise<readonly PatchFinding[]> {
  const found: PatchFinding[] = []
  for (const [path, added] of addedLines(patch)) {
    const starts: number[] = []
    let text = ''
    for (const line of added) {
      starts.push(text.length)
      text += `${line.text}\n`
    }
    for (const { rule, start } of await scanner.scan(text, path)) {
      const at = starts.findLastIndex((lineStart) => lineStart <= start)
      found.push({ path, line: added[at]?.line ?? 1, rule })
    }
  }
  return found
}

function addedLines(patch: string): ReadonlyMap<string, readonly AddedLine[]> {
  const files = new Map<string, AddedLine[]>()
  let current: AddedLine[] = []
  let line = 1
  let inHunk = false
  for (const text of patch.split('\n')) {
    const header = /^diff --git .* "?b\/(.*?)"?$/.exec(text)
    // Within a hunk each line begins with a sign: none of them is taken for a header.
    if (header !== null) {
      current = []
      files.set(header[1] ?? '', current)
      line = 1
      inHunk = false
    } else if (text.startsWith('@@ ')) {
      line = Number(/\+(\d+)/.exec(text)?.[1] ?? 1)
      inHunk = true
    } else if (text.startsWith('+') && (inHunk || !text.startsWith('+++ '))) {
      current.push({ line, text: text.slice(1) })
      line += 1
    } else if (inHunk && text.startsWith(' ')) line += 1
  }
  return files
}
