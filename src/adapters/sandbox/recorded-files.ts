// The files of a snapshot, read out of its history: what lies in the workspace by now is not looked at, and no link is followed.
import type { Packing, RecordedFile } from '../../core/ports/packing.ts'
import type { CommitId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { checked, createWorkspaceOperations } from './workspace-operations.ts'
import type { WorkspaceOptions } from './workspace-operations.ts'
import { START } from './workspace-scripts.ts'
import { originsOf } from './worktrees.ts'
import { writeZip } from './write-zip.ts'

/** Names and headers, beside the contents. */
const LIST_BYTES = 32 * 1024 ** 2

/**
 * COMMIT, MAX_BYTES -> the length of the list, a newline, the list (NUL-separated), the contents in its order as `git cat-file --batch`
 * gives them. Exit code 3 when there is no such commit; 4, with the size on stdout, when it is larger. Without -z, git writes a name with
 * a newline in quotes: no name can pass for a line of its own.
 */
const RECORDED = `${START}
git ls-tree -r -z --full-tree "$COMMIT" >"$T/list" 2>/dev/null || exit 3
git ls-tree -r --full-tree "$COMMIT" | sed -n 's/^[0-7]* blob \\([0-9a-f]*\\).*/\\1/p' >"$T/objects"
git cat-file --batch-check='%(objectsize)' <"$T/objects" >"$T/sizes"
size=0
while read -r bytes; do size=$((size + bytes)); done <"$T/sizes"
if [ "$size" -gt "$MAX_BYTES" ]; then echo "$size"; exit 4; fi
wc -c <"$T/list"
cat "$T/list"
git cat-file --batch --buffer <"$T/objects"
`

/** Nothing is looked at, obtained or written before the first call. */
export function createPacking(options: WorkspaceOptions): Packing {
  const { home, run, mountsOf } = createWorkspaceOperations(options)

  async function recorded(worktree: WorktreeId, commit: CommitId, maxBytes: number) {
    const { exitCode, stdout, stderr } = await run(worktree, {
      script: RECORDED,
      env: { COMMIT: checked(commit), MAX_BYTES: String(Math.max(0, Math.floor(maxBytes))) },
      mounts: await mountsOf(worktree, await originsOf(home, worktree)),
      maxOutputBytes: LIST_BYTES + maxBytes,
    })
    if (exitCode === 4) return { type: 'too_large', bytes: Number(stdout.toString('latin1').trim()) } as const
    if (exitCode === 3) throw new Error(`there is no commit ${commit} of ${worktree}`)
    if (exitCode !== 0) throw new Error(`the files of ${worktree} could not be read: ${stderr}`)
    return parseRecorded(stdout).toSorted((one, other) => (one.path < other.path ? -1 : 1))
  }

  return { recorded, zip: writeZip }
}

/** Throws where what comes is not what was asked for. */
function parseRecorded(output: Buffer): readonly RecordedFile[] {
  const newline = output.indexOf(10)
  const end = newline + 1 + Number(output.subarray(0, newline).toString('latin1'))
  const list = output
    .subarray(newline + 1, end)
    .toString('utf8')
    .split('\0')
  const files: RecordedFile[] = []
  let at = end
  for (const line of list) {
    const [, mode = '', id = '', path = ''] = /^(\d{6}) blob ([0-9a-f]+)\t([^]*)$/.exec(line) ?? []
    if (path === '') continue
    const headerEnd = output.indexOf(10, at)
    const [, found, size] = /^([0-9a-f]+) blob (\d+)$/.exec(output.subarray(at, headerEnd).toString('latin1')) ?? []
    if (found !== id || size === undefined) throw new Error('the recorded files are not those that were listed')
    const begin = headerEnd + 1
    const bytes = output.subarray(begin, begin + Number(size))
    if (bytes.length !== Number(size)) throw new Error('the recorded files end too early')
    files.push({ path, type: mode === '120000' ? 'link' : mode === '100755' ? 'executable' : 'file', bytes })
    at = begin + Number(size) + 1
  }
  return files
}
