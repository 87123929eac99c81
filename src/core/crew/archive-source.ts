// An archive that somebody sent as the files that a task starts with: unpacked into its own sandbox, where no name leads anywhere else.
import type { Sandbox } from '../ports/sandbox.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { archiveKind } from '../vocabulary/archive-kind.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'
import type { Laid } from './laid.ts'
import type { Run } from './run.ts'

const MOST_BYTES = 1_000_000_000
const MOST_FILE_BYTES = 200_000_000
const MOST_FILES = 20_000
const AT_ONCE = 16
const UNPACK_MS = 5 * 60_000
const NAME_CHARACTERS = 1_000
const PACKED = '.factotum-packed'

/** As laySource. */
export async function layArchive(
  run: Run,
  sandbox: Sandbox,
  source: Extract<WorkspaceSource, { type: 'archive' }>,
): Promise<Laid> {
  const artifact = await run.artifacts.get(source.artifact_id)
  const kind = artifact === null ? null : archiveKind(artifact.name)
  const bytes = artifact === null ? null : await run.objects.get(artifact.objectKey)
  if (artifact === null || bytes === null) throw new TaskFailure('The archive to start from is not there any more.')
  if (kind === null) throw new TaskFailure(`${artifact.name} is no archive: a .zip, .tar, .tar.gz or .tgz is.`)
  const most = Math.min(MOST_BYTES, Math.floor(run.limits.sandbox.diskBytes * 0.9))
  await script(run, sandbox, CLEAR, {})
  const laid = kind === 'zip' ? await unzip(run, sandbox, bytes, most) : await untar(run, sandbox, bytes, most)
  if (laid.files === 0) throw new TaskFailure(`There are no files in ${artifact.name}.`)
  return laid
}

async function unzip(run: Run, sandbox: Sandbox, bytes: Uint8Array, most: number): Promise<Laid> {
  const opened = run.archives.openZip(bytes, { entries: MOST_FILES, fileBytes: MOST_FILE_BYTES, bytes: most })
  if (opened.type === 'refused') throw new TaskFailure(opened.problem)
  const entries = opened.files.filter(({ type }) => type !== 'folder')
  const files = entries.filter(({ type }) => type === 'file')
  const named = files.map((file) => ({ file, path: archivePath(file.name) }))
  const kept = named.flatMap(({ file, path }) => (path === null || isLeftOut(path) ? [] : [{ file, path }]))
  const paths = withoutTop(kept.map(({ path }) => path))
  const byPath = new Map(kept.map(({ file }, index) => [paths[index] ?? '', file]))
  const waiting = [...byPath]
  const write = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      run.signal.throwIfAborted()
      const [path, file] = next
      const content = await file.bytes().catch((error: unknown) => {
        throw new TaskFailure(messageOf(error))
      })
      const written = await sandbox.writeFile(path, content)
      if (written.type === 'refused')
        throw new TaskFailure(`${path} of the archive could not be put into the workspace (${written.reason}).`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, write))
  const programs = [...byPath].flatMap(([path, { executable }]) => (executable ? [path] : []))
  if (programs.length > 0) {
    await sandbox.writeFile(PACKED, new TextEncoder().encode(programs.map((path) => `${path}\0`).join('')))
    await script(run, sandbox, MAKE_EXECUTABLE, {})
  }
  const unsafe = named.filter(({ path }) => path === null).length
  return { repository: null, files: byPath.size, notes: notesOf({ links: entries.length - files.length, unsafe }) }
}

async function untar(run: Run, sandbox: Sandbox, bytes: Uint8Array, most: number): Promise<Laid> {
  const written = await sandbox.writeFile(PACKED, bytes)
  if (written.type === 'refused') throw new TaskFailure(`The archive has no room in the workspace (${written.reason}).`)
  const { exitCode, stdout } = await script(run, sandbox, UNTAR, { MOST: String(most), MOST_FILES: String(MOST_FILES) })
  if (exitCode === EXIT.tooLarge)
    throw new TaskFailure(`Unpacked, the archive is too large: at most ${Math.floor(most / 1_000_000)} MB are taken.`)
  if (exitCode === EXIT.tooMany) throw new TaskFailure(`The archive holds more than ${MOST_FILES} files.`)
  const [files = 0, links = 0, unsafe = 0] = stdout.trim().split(' ').map(Number)
  if (exitCode !== 0 || ![files, links, unsafe].every(Number.isSafeInteger))
    throw new TaskFailure('The archive is broken, or packed in a way that is not known here.')
  return { repository: null, files, notes: notesOf({ links, unsafe }) }
}

function notesOf({ links, unsafe }: { readonly links: number; readonly unsafe: number }): readonly string[] {
  return [
    ...(links > 0 ? [`${links} links in the archive were left out.`] : []),
    ...(unsafe > 0 ? [`${unsafe} files whose names lead elsewhere, or are no text, were left out.`] : []),
  ]
}

async function script(run: Run, sandbox: Sandbox, command: string, env: Readonly<Record<string, string>>) {
  const shared = { HOME: '/tmp', PACKED, ...env }
  const result = await sandbox.exec(
    { command, cwd: '.', env: shared, timeoutMs: UNPACK_MS, maxOutputBytes: 4_000 },
    run.signal,
  )
  run.signal.throwIfAborted()
  if (result.timedOut) throw new TaskFailure('The archive took too long to unpack.')
  return result
}

/** A path below the workspace; null for what is absolute, leads out, or means something to a file system. Pure. */
function archivePath(name: string | null): string | null {
  if (name === null || name.length > NAME_CHARACTERS || /\p{Cc}/u.test(name)) return null
  const parts = name.replaceAll('\\', '/').split('/')
  if (parts[0] === '' || /^[A-Za-z]:/.test(name) || parts.includes('..')) return null
  const path = parts.filter((part) => part !== '' && part !== '.')
  return path.length === 0 || path.length > 60 || path.some((part) => new TextEncoder().encode(part).length > 255)
    ? null
    : path.join('/')
}

/** A repository's insides, and what one system keeps for itself. */
function isLeftOut(path: string): boolean {
  return path.split('/').some((part) => part.toLowerCase() === '.git' || part === '__MACOSX' || part === '.DS_Store')
}

/** Where everything lies in one folder, the folder is left out. Pure; in the order given. */
function withoutTop(paths: readonly string[]): readonly string[] {
  const [first = ''] = paths
  const end = first.indexOf('/')
  const top = first.slice(0, end + 1)
  if (end === -1 || !paths.every((path) => path.startsWith(top))) return paths
  return paths.map((path) => path.slice(top.length))
}

const EXIT = { tooLarge: 20, tooMany: 21 } as const

const CLEAR = `
find . -mindepth 1 -type d ! -perm -700 -exec chmod u+rwx {} \\; 2>/dev/null
find . -mindepth 1 -delete
`

const MAKE_EXECUTABLE = `
xargs -0 -r chmod u+x,go+x -- <"$PACKED"
rm -f -- "$PACKED"
`

/** PACKED, MOST, MOST_FILES -> files, links that were left out, names that were. */
const UNTAR = `
set -eu
umask 022
export LC_ALL=C
mkdir .factotum-unpacked
tar -x -f "$PACKED" -C .factotum-unpacked --no-same-owner --no-same-permissions --no-overwrite-dir --delay-directory-restore \\
  --exclude=.git --exclude=__MACOSX --exclude=.DS_Store --exclude='._*' 2>/tmp/said &
pid=$!
stop() { kill "$pid" 2>/dev/null || true; wait "$pid" || true; exit "$1"; }
check() {
  size=$(du -sx --block-size=1 .factotum-unpacked | cut -f 1)
  if [ "$size" -gt "$MOST" ]; then stop ${EXIT.tooLarge}; fi
  if [ "$(find .factotum-unpacked | head -n "$((MOST_FILES + 2))" | wc -l)" -gt "$((MOST_FILES + 1))" ]; then stop ${EXIT.tooMany}; fi
}
while kill -0 "$pid" 2>/dev/null; do check; sleep 0.2; done
code=0
wait "$pid" || code=$?
check
# Names that lead elsewhere are left out by tar itself, which says so and goes on.
unsafe=$(grep -c "Member name contains '..'" /tmp/said || true)
if [ "$code" != 0 ] && [ "$unsafe" = 0 ]; then exit 1; fi
rm -f -- "$PACKED"
cd .factotum-unpacked
find . -mindepth 1 -type d ! -perm -700 -exec chmod u+rwx {} \\;
find . ! -type d ! -type f ! -type l -delete
find . -type l -lname '/*' -print0 >/tmp/links
find . -type l ! -lname '/*' -print0 | xargs -0 -r sh -c '
  for link; do case $(realpath -m -- "$link") in "$PWD"/*) ;; *) printf "%s\\0" "$link" ;; esac; done
' sh >>/tmp/links
links=$(tr -cd '\\0' </tmp/links | wc -c)
xargs -0 -r rm -f -- </tmp/links
find . -depth -mindepth 1 -print0 | LC_ALL=C.UTF-8 grep -zavx '.*' >/tmp/odd || true
odd=$(tr -cd '\\0' </tmp/odd | wc -c)
xargs -0 -r rm -rf -- </tmp/odd
cd ..
top=$(find .factotum-unpacked -mindepth 1 -maxdepth 1 -printf '%y%f\\n' | head -n 2)
from=.factotum-unpacked
if [ "$(printf '%s\\n' "$top" | wc -l)" = 1 ] && [ "\${top#d}" != "$top" ]; then from=".factotum-unpacked/\${top#d}"; fi
find "$from" -mindepth 1 -maxdepth 1 -exec mv -t . -- {} +
rm -rf .factotum-unpacked
echo "$(find . -type f | wc -l) $links $((odd + unsafe))"
`
