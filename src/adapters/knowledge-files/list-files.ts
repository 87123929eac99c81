// Lists the files of a folder: of a repository those that git knows or would add, of any other all but what tools put there.
import { execFile } from 'node:child_process'
import { lstat, readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isToolFolder } from './what-to-skip.ts'

export type Listed = {
  /** Relative to the folder, with `/`, in order. */
  readonly paths: readonly string[]
  readonly skipped: readonly { readonly path: string; readonly reason: string }[]
  readonly repository: boolean
}

const DEPTH = 40
const GIT_MS = 60_000
const GIT_BYTES = 64 * 1024 * 1024
/**
 * A repository may come from anybody, and its own configuration may name programs: none of them is run, and no configuration
 * besides it is read.
 */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.untrackedCache=false']
const GIT_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
}

/** At most `most` files. Throws only where the folder itself can't be read. */
export async function listFiles(root: string, most: number): Promise<Listed> {
  const isRepository = await lstat(join(root, '.git')).then(
    () => true,
    () => false,
  )
  const known = isRepository ? await askGit(root) : null
  const { paths, skipped } = known === null ? await walk(root, most) : { paths: known, skipped: [] }
  const ordered = paths.toSorted()
  const tooMany = ordered.length - most
  const more = tooMany > 0 ? [{ path: `${tooMany} more files`, reason: `more than ${most} files` }] : []
  return { paths: ordered.slice(0, most), skipped: [...skipped, ...more], repository: isRepository }
}

/** Null where git is missing, or does not want to. */
function askGit(root: string): Promise<readonly string[] | null> {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  return new Promise((resolve) => {
    execFile(
      'git',
      [...SAFE, '-C', root, ...list],
      { env: GIT_ENVIRONMENT, timeout: GIT_MS, maxBuffer: GIT_BYTES, encoding: 'utf8' },
      (error, stdout) => resolve(error === null ? stdout.split('\0').filter((path) => path !== '') : null),
    )
  })
}

async function walk(root: string, most: number): Promise<Pick<Listed, 'paths' | 'skipped'>> {
  const paths: string[] = []
  const skipped: { path: string; reason: string }[] = []
  const enter = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (paths.length > most) return
      if (entry.isSymbolicLink()) skipped.push({ path, reason: 'a link' })
      else if (entry.isFile()) paths.push(path.replaceAll(sep, '/'))
      else if (!entry.isDirectory()) skipped.push({ path, reason: 'no ordinary file' })
      else if (isToolFolder(entry.name)) skipped.push({ path, reason: 'what tools put there' })
      else if (depth >= DEPTH) skipped.push({ path, reason: 'too deep' })
      else await enter(path, depth + 1).catch(() => void skipped.push({ path, reason: 'it may not be read' }))
    }
  }
  // The folder itself has to be readable; one inside of it need not be.
  await readdir(root)
  await enter('', 0)
  return { paths, skipped }
}
