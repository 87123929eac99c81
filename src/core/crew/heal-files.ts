// The files of the workspace as healing reads and changes them: inside the sandbox, as texts whose bytes come back as they were.
import { applyFixes } from '../healing/apply-fixes.ts'
import type { AppliedFixes } from '../healing/apply-fixes.ts'
import { fixPath } from '../healing/fix-path.ts'
import type { DirectoryEntry } from '../ports/sandbox.ts'
import type { FixSuggestion } from '../vocabulary/healing.ts'
import { changeProblem } from './heal-tests.ts'
import type { Workshop } from './workshop.ts'

const MOST_FILES = 5_000
const FILE_BYTES = 1_000_000

export type ProjectFiles = {
  /** Of files, without links. */
  readonly paths: readonly string[]
  readonly read: (path: string) => Promise<string | null>
  readonly entries: readonly DirectoryEntry[]
}

export async function projectFiles(workshop: Workshop): Promise<ProjectFiles> {
  const listed = await workshop.sandbox.list('.', MOST_FILES)
  const entries = 'type' in listed ? [] : listed
  const known = new Map<string, Promise<string | null>>()
  return {
    entries,
    paths: entries.filter(({ type }) => type === 'file').map(({ path }) => path),
    read: (path) => {
      const reading = known.get(path) ?? readText(workshop, path)
      known.set(path, reading)
      return reading
    },
  }
}

/** Null where there is no such file, or none that is UTF-8. A byte order mark stays in the text. */
async function readText(workshop: Workshop, path: string): Promise<string | null> {
  const bytes = await workshop.sandbox.readFile(path, FILE_BYTES)
  if (!(bytes instanceof Uint8Array)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/**
 * Writes what fits, and says what was done and what was not. A file is written whole or not at all; when this is cut off between two
 * files, the files are put back to the last snapshot before it is done again.
 */
export async function applyInSandbox(workshop: Workshop, fixes: readonly FixSuggestion[]): Promise<AppliedFixes> {
  const files = await projectFiles(workshop)
  const texts = new Map<string, { readonly text: string } | { readonly problem: string }>()
  for (const fix of fixes) {
    const named = fixPath(fix.file)
    if ('path' in named && !texts.has(named.path)) texts.set(named.path, await sourceOf(files, named.path))
  }
  const result = applyFixes(fixes, (path) => texts.get(path) ?? { problem: NO_FILE }, changeProblem)
  const unwritten = new Map<string, string>()
  for (const [path, text] of result.changed) {
    const written = await workshop.sandbox.writeFile(path, new TextEncoder().encode(text))
    if (written.type === 'refused') unwritten.set(path, `the file can not be written (${written.reason})`)
  }
  if (unwritten.size === 0) return result
  return {
    changed: new Map([...result.changed].filter(([path]) => !unwritten.has(path))),
    applied: result.applied.filter(({ path }) => !unwritten.has(path)),
    refused: [
      ...result.refused,
      ...result.applied.flatMap(({ fix, path }) => {
        const reason = unwritten.get(path)
        return reason === undefined ? [] : [{ fix, reason }]
      }),
    ],
  }
}

const NO_FILE = 'there is no such file'

async function sourceOf(
  files: ProjectFiles,
  path: string,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  const links = files.entries.filter(({ type }) => type === 'link').map((entry) => entry.path)
  if (links.some((link) => path === link || path.startsWith(`${link}/`))) return { problem: 'it is reached by a link' }
  const text = await files.read(path)
  if (text !== null) return { text }
  const isThere = files.entries.some((entry) => entry.path === path)
  return { problem: isThere ? 'it is no text that could be changed' : NO_FILE }
}
