// The finished project as one file: everything that was recorded of it, without dependencies, caches and secrets.
import type { RecordedFile } from '../ports/packing.ts'
import type { ReportedFile } from '../evidence/report.ts'
import { keepEvidence } from './evidence-files.ts'
import { withoutSecretsOf } from './redaction.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const ASSEMBLY_STEP = 'assembly'
export const PROJECT_ZIP = { name: 'project.zip', mediaType: 'application/zip' } as const

const MOST_BYTES = 100_000_000
const MOST_FILES = 20_000
const LISTED = 100
const LONGEST_PATH = 1_000

/** What is got or made anew, and a repository's own history. */
const REMADE = new Set([
  ...['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.cache', '.pytest_cache', '.mypy_cache', '.ruff_cache'],
  ...['.tox', '.nox', '.gradle', '.npm', '.pnpm-store', '.parcel-cache', '.turbo', '.DS_Store', 'Thumbs.db'],
])
/** Files that hold secrets by custom. Private keys among texts are found by what is in them. */
const SECRETS = /^(?:\.env|\.env\.(?!.*(?:example|sample|template)$).*|\.netrc|.*\.(?:p12|pfx|jks|keystore))$/i
/** What some program or system that unpacks it would take for something else. */
const UNSAFE = /^[A-Za-z]:|(?:^|\/)(?:\.{1,2})?(?:\/|$)/
const UNSAFE_SIGNS = /[\\\u0000-\u001f\u007f\ufffd]/

export type Assembled = {
  /** Null where nothing was put together; `reason` says why. */
  readonly artifact: ReportedFile | null
  readonly reason: string | null
  readonly files: number
  /** At most 100 of those that stayed behind, with why. */
  readonly left_out: readonly { readonly path: string; readonly why: string }[]
}

type Sorted = { readonly taken: readonly RecordedFile[]; readonly leftOut: Assembled['left_out'] }

/** Pure: which of these belong into the project as others get it. */
export function sortOut(files: readonly RecordedFile[]): Sorted {
  const taken: RecordedFile[] = []
  const leftOut: { readonly path: string; readonly why: string }[] = []
  for (const file of files) {
    const why = whyLeftOut(file)
    if (why === null) taken.push(file)
    else leftOut.push({ path: file.path.slice(0, LONGEST_PATH), why })
  }
  return { taken: taken.toSorted((one, other) => (one.path < other.path ? -1 : 1)), leftOut }
}

function whyLeftOut({ path, type, bytes }: RecordedFile): string | null {
  const parts = path.split('/')
  if (UNSAFE.test(path) || UNSAFE_SIGNS.test(path) || path.length > LONGEST_PATH)
    return 'its name is not safe everywhere'
  if (parts.some((part) => REMADE.has(part))) return 'it is made anew where it is needed'
  if (SECRETS.test(parts.at(-1) ?? '')) return 'it holds secrets by custom'
  if (type === 'link' && !staysInside(parts.slice(0, -1), new TextDecoder().decode(bytes)))
    return 'it is a link out of the project'
  return null
}

function staysInside(folder: readonly string[], target: string): boolean {
  let depth = folder.length
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1
    else if (part !== '.') depth += 1
    // An empty part: the target is absolute, or nothing at all.
    if (depth < 0 || part === '') return false
  }
  return !UNSAFE_SIGNS.test(target)
}

/**
 * Puts `project.zip` together of the newest snapshot and keeps it as an artifact of the task. Recorded as a step: a resumed task has the
 * same file. The same snapshot gives the same bytes. Texts with something in them that looks like a secret come without it.
 */
export function assemble(run: Run, workshop: Workshop): Promise<Assembled> {
  const about = { agent: 'platform', title: 'Put the project together' } as const
  return run.journal.step<Assembled>(ASSEMBLY_STEP, about, async () => {
    const commit = run.journal.lastCommit() ?? workshop.baseline
    const recorded = await run.packing.recorded(run.task.id, commit, MOST_BYTES)
    if ('type' in recorded)
      return { output: nothing(`The project holds ${recorded.bytes} bytes; at most ${MOST_BYTES} are put together.`) }
    const { taken, leftOut } = sortOut(recorded)
    if (taken.length === 0) return { output: nothing('There are no files.') }
    if (taken.length > MOST_FILES)
      return { output: nothing(`The project has ${taken.length} files; at most ${MOST_FILES} are put together.`) }
    const clean: RecordedFile[] = []
    for (const file of taken) {
      run.signal.throwIfAborted()
      clean.push(await withoutSecrets(run, file))
    }
    const { files, events } = await keepEvidence(run, [{ ...PROJECT_ZIP, bytes: run.packing.zip(clean) }])
    const output: Assembled = {
      artifact: files[0] ?? null,
      reason: null,
      files: clean.length,
      left_out: leftOut.slice(0, LISTED),
    }
    return { output, events }
  })
}

function nothing(reason: string): Assembled {
  return { artifact: null, reason, files: 0, left_out: [] }
}

async function withoutSecrets(run: Run, file: RecordedFile): Promise<RecordedFile> {
  const text = file.type === 'link' ? null : textOf(file.bytes)
  if (text === null) return file
  const clean = await withoutSecretsOf(run, text, `${file.path} in ${PROJECT_ZIP.name}`)
  return clean === text ? file : { ...file, bytes: new TextEncoder().encode(clean) }
}

/** Null for what is no text. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
