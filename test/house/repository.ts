// What the house tests look at: the repository's own files, as git knows them.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

const SKIPPED = new Set(['node_modules', '.git', '.factotum', 'dist', 'coverage'])

/** Tracked and new files, not ignored ones; outside a git checkout, everything but what is built or installed. */
export function repositoryFiles(): readonly string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64_000_000,
    })
    return listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)))
  } catch {
    return walk(ROOT).map((path) => relative(ROOT, path).split(sep).join('/'))
  }
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Files of `folders` that end in one of `endings`. */
export function filesIn(folders: readonly string[], endings: readonly string[]): readonly string[] {
  return repositoryFiles().filter(
    (path) =>
      folders.some((folder) => path.startsWith(`${folder}/`)) && endings.some((ending) => path.endsWith(ending)),
  )
}

function walk(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const path = join(directory, entry.name)
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : []
  })
}
