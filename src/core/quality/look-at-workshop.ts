// What detection needs to know of a workspace, asked of its sandbox.
import type { Sandbox } from '../ports/sandbox.ts'
import { RUNNERS } from './checks/all.ts'
import { foldersFrom, isManifest, projectFolders } from './find-projects.ts'
import type { Workshop } from './project.ts'

const MOST_FILES = 20_000
const MOST_TEXTS = 200
const TEXT_BYTES = 1_000_000
const MOST_FOLDERS = 24
/** Looked for on the machine; what dependencies bring is found by listing their folders. */
const PROGRAMS = [
  'npm',
  'node',
  'python3',
  'pytest',
  'ruff',
  'mypy',
  'pyright',
  'basedpyright',
  'go',
  'cargo',
  'bandit',
  'pip-audit',
  'semgrep',
  'docker',
  'podman',
  'hadolint',
]
const LOCAL = ['node_modules/.bin', '.venv/bin']

/** Never throws for what the workspace holds, only where the sandbox is gone. */
export async function lookAtWorkshop(sandbox: Sandbox, signal: AbortSignal): Promise<Workshop> {
  const entries = await sandbox.list('.', MOST_FILES)
  const files = 'type' in entries ? [] : entries.filter(({ type }) => type === 'file').map(({ path }) => path)
  const candidates = [...projectFolders(files).keys()].slice(0, MOST_FOLDERS)
  const folders = [...new Set(['', ...candidates.flatMap(foldersFrom)])]
  const [texts, probe] = await Promise.all([
    readTexts(sandbox, files, new Set(folders)),
    sandbox.exec({ command: probeOf(folders), cwd: '.', env: {}, timeoutMs: 10_000, maxOutputBytes: 256_000 }, signal),
  ])
  return { files, texts, ...toolsOf(probe.stdout, new Set(folders)) }
}

async function readTexts(sandbox: Sandbox, files: readonly string[], folders: ReadonlySet<string>) {
  const isWanted = (path: string) =>
    (isManifest(path) && folders.has(path.slice(0, Math.max(0, path.lastIndexOf('/'))))) ||
    RUNNERS.some(({ reads }) => reads?.(path) === true)
  // Those nearest to the root first: what a deep folder holds must not keep them out.
  const depth = (path: string) => path.split('/').length
  const wanted = files
    .filter(isWanted)
    .toSorted((one, other) => depth(one) - depth(other))
    .slice(0, MOST_TEXTS)
  const texts = new Map<string, string>()
  await Promise.all(
    wanted.map(async (path) => {
      const bytes = await sandbox.readFile(path, TEXT_BYTES)
      if (bytes instanceof Uint8Array) texts.set(path, new TextDecoder().decode(bytes))
    }),
  )
  return texts
}

/** Prints a line for each command: the place, a tab, the name. The place is `.` for the machine's, a folder with `/` for what dependencies brought. */
function probeOf(folders: readonly string[]): string {
  // The folders are plain by construction: nothing in them means anything to a shell.
  const places = folders.map((folder) => (folder === '' ? '.' : folder)).join(' ')
  return [
    `for t in ${PROGRAMS.join(' ')}; do command -v $t >/dev/null 2>&1 && printf '.\\t%s\\n' $t; done`,
    `for f in ${places}; do for b in ${LOCAL.join(' ')}; do [ -d "$f/$b" ] && ls "$f/$b" | while read -r t; do printf '%s/\\t%s\\n' "$f" "$t"; done; done; done; true`,
  ].join('\n')
}

function toolsOf(stdout: string, folders: ReadonlySet<string>): Pick<Workshop, 'tools' | 'localTools'> {
  const tools = new Set<string>()
  const localTools = new Map<string, Set<string>>()
  for (const line of stdout.split('\n')) {
    const [place = '', tool = ''] = line.split('\t')
    if (tool === '') continue
    const folder = place === './' ? '' : place.replace(/\/$/, '')
    if (place === '.') tools.add(tool)
    else if (folders.has(folder)) localTools.set(folder, (localTools.get(folder) ?? new Set()).add(tool))
  }
  return { tools, localTools }
}
