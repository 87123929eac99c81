// Finds bubblewrap and git, or gets them where the distribution has them: installed when we are root; bubblewrap is
// unpacked under the data directory when we are not.
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findProgram, runProgram, SEARCH_PATH } from './run-program.ts'
import type { ProgramResult } from './run-program.ts'

export type BubblewrapVersion = readonly [major: number, minor: number]
export type Bubblewrap = { readonly path: string; readonly version: BubblewrapVersion }
export type Obtained = ({ readonly type: 'found' } & Bubblewrap) | { readonly type: 'missing'; readonly reason: string }

type Options = {
  readonly dataDir: string
  /** Told in one line what is about to be done to the machine. */
  readonly say: (line: string) => void
  readonly searchPath?: readonly string[]
  readonly asRoot?: boolean
}

// Older ones lack --clearenv and --perms.
const OLDEST: BubblewrapVersion = [0, 5]
const PATIENCE = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20', '-o', 'Acquire::Retries=1']
const APT_TIMEOUT_MS = 180_000
const BY_HAND =
  'Install bubblewrap 0.5 or newer (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap; Arch: pacman -S bubblewrap; Alpine: apk add bubblewrap)'

/** Safe to call again, and by several processes at once. `reason` is one sentence that says what to install. */
export async function obtainBubblewrap(options: Options): Promise<Obtained> {
  const { dataDir, say, searchPath = SEARCH_PATH, asRoot = process.getuid?.() === 0 } = options
  const home = resolve(dataDir, 'tools', 'bubblewrap')
  const folders = [...searchPath, join(home, 'usr', 'bin')]
  const present = await usable(folders)
  if (present !== null) return { type: 'found', ...present }

  if (findProgram('apt-get') === null || findProgram('dpkg-deb') === null) {
    return { type: 'missing', reason: `${BY_HAND}; this system has no apt-get to get it with.` }
  }
  const problem = asRoot ? await install('bubblewrap', 'untrusted commands run in its sandbox', say) : null
  const installed = problem === null ? await usable(folders) : null
  if (installed !== null) return { type: 'found', ...installed }

  const unpacking = await unpack(home, say)
  const unpacked = await usable(folders)
  if (unpacked !== null) return { type: 'found', ...unpacked }
  return {
    type: 'missing',
    reason: `${BY_HAND}; getting it here failed: ${lastLine(problem ?? unpacking ?? 'no usable version')}.`,
  }
}

/** The path of git, or one sentence that says what to install. */
export function findGit(
  searchPath: readonly string[] = SEARCH_PATH,
): { readonly path: string } | { readonly missing: string } {
  const path = findProgram('git', searchPath)
  return path === null
    ? { missing: 'git is not installed: install the package git (Debian, Ubuntu: apt-get install git).' }
    : { path }
}

/** The same, after installing it where it is missing and we are root on Debian or Ubuntu. */
export async function obtainGit({
  say,
  searchPath = SEARCH_PATH,
  asRoot = process.getuid?.() === 0,
}: Omit<Options, 'dataDir'>): Promise<ReturnType<typeof findGit>> {
  const found = findGit(searchPath)
  if ('path' in found || !asRoot || findProgram('apt-get') === null) return found
  await install('git', 'snapshots of workspaces are kept with it', say)
  return findGit(searchPath)
}

async function usable(folders: readonly string[]): Promise<Bubblewrap | null> {
  const path = findProgram('bwrap', folders)
  if (path === null) return null
  const { stdout } = await runProgram(path, ['--version'])
  const [, major, minor] = /bubblewrap (\d+)\.(\d+)/.exec(stdout) ?? []
  const version: BubblewrapVersion = [Number(major), Number(minor)]
  if (isAtLeast(version, OLDEST)) return { path, version }
  // There may be a newer one further down.
  return usable(folders.slice(folders.findIndex((folder) => join(folder, 'bwrap') === path) + 1))
}

export function isAtLeast(version: BubblewrapVersion, wanted: BubblewrapVersion): boolean {
  return version[0] > wanted[0] || (version[0] === wanted[0] && version[1] >= wanted[1])
}

async function install(name: string, purpose: string, say: Options['say']): Promise<string | null> {
  say(`Installing the package ${name} with apt-get: ${purpose}.`)
  const attempt = (): Promise<ProgramResult> => apt(['install', '-y', '--no-install-recommends', name])
  if ((await attempt()).ok) return null
  await apt(['update'])
  const { ok, stderr } = await attempt()
  return ok ? null : stderr
}

async function unpack(home: string, say: Options['say']): Promise<string | null> {
  say(`Unpacking the package bubblewrap into ${home}: untrusted commands run in its sandbox.`)
  await mkdir(resolve(home, '..'), { recursive: true })
  const temporary = await mkdtemp(`${home}-`)
  try {
    const problem = await download(temporary)
    if (problem !== null) return problem
    const archive = (await readdir(temporary)).find((name) => name.endsWith('.deb'))
    if (archive === undefined) return 'apt-get download left no package'
    const { ok, stderr } = await runProgram('dpkg-deb', ['-x', join(temporary, archive), join(temporary, 'root')])
    if (!ok) return stderr
    // Another process may have been faster; what it put there is as good.
    await rename(join(temporary, 'root'), home).catch(() => access(join(home, 'usr', 'bin', 'bwrap')))
    return null
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function download(folder: string): Promise<string | null> {
  if ((await apt(['download', 'bubblewrap'], folder)).ok) return null
  // The system has no package lists, or old ones: fetch some of our own, which needs no privilege.
  const own = join(folder, 'apt')
  await mkdir(join(own, 'lists', 'partial'), { recursive: true })
  await mkdir(join(own, 'cache', 'archives', 'partial'), { recursive: true })
  const places = ['-o', `Dir::State::lists=${own}/lists`, '-o', `Dir::Cache=${own}/cache`, '-o', 'Debug::NoLocking=1']
  await apt([...places, 'update'], folder)
  const { ok, stderr } = await apt([...places, 'download', 'bubblewrap'], folder)
  return ok ? null : stderr
}

function apt(args: readonly string[], cwd = '/'): Promise<ProgramResult> {
  const settings = ['DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C']
  return runProgram('env', [...settings, 'apt-get', '-q', ...PATIENCE, ...args], { cwd, timeoutMs: APT_TIMEOUT_MS })
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.findLast((line) => line.startsWith('E:')) ?? lines.at(-1) ?? ''
  return telling.trim().replace(/\.$/, '').slice(0, 300)
}
