// A repository as the files that a task starts with: fetched as little of it as work needs, by git inside the sandbox.
import type { Sandbox } from '../ports/sandbox.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'
import type { TaskEgress } from './egress.ts'
import { PLAIN_ATTRIBUTES, withRemote } from './git-remote.ts'
import type { Laid } from './laid.ts'
import type { Run } from './run.ts'

const MOST_BYTES = 1_000_000_000
/** Of commits: enough to see how a project is worked on. */
const HISTORY = 50
/** Where the history alone is larger, only the newest files come. */
const HISTORY_BYTES = 300_000_000
const MOST_FILES = 100_000
const MOST_PATHS = 50
const REF = /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[A-Za-z0-9_][A-Za-z0-9_./@#+-]{0,199}$/
const HEAD = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

type GitSource = Extract<WorkspaceSource, { type: 'git' }>

/** Why this can't be a source, in one sentence; null where it may be one. Pure. */
export function gitSourceProblem({ ref, paths }: Pick<GitSource, 'ref' | 'paths'>): string | null {
  if (ref !== null && !REF.test(ref)) return `${JSON.stringify(ref.slice(0, 80))} names no branch, tag or commit.`
  if (paths.length > MOST_PATHS) return `At most ${MOST_PATHS} folders of a repository are named.`
  const odd = paths.find((path) => !isFolderName(path))
  return odd === undefined ? null : `${JSON.stringify(odd.slice(0, 80))} is no folder of a repository.`
}

function isFolderName(path: string): boolean {
  const parts = path.split('/')
  return (
    /^[^\p{Cc}"\\*?[\]!#-][^\p{Cc}"\\*?[\]]{0,499}$/u.test(path) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git')
  )
}

/** As laySource. */
export async function layRepository(run: Run, sandbox: Sandbox, egress: TaskEgress, source: GitSource): Promise<Laid> {
  const paths = source.paths.map((path) => path.replace(/\/+$/, ''))
  const problem = gitSourceProblem({ ref: source.ref, paths })
  if (problem !== null) throw new TaskFailure(problem)
  const most = Math.min(MOST_BYTES, Math.floor(run.limits.sandbox.diskBytes * 0.9))
  return withRemote(run, { sandbox, egress, url: source.url, agreed: false }, async (remote) => {
    const result = await remote.script(FETCH, {
      REF: source.ref ?? '',
      FOLDERS: paths.map((path) => `${path}\n`).join(''),
      MOST: String(most),
      HISTORY: String(HISTORY),
      HISTORY_BYTES: String(Math.min(HISTORY_BYTES, Math.floor(most / 2))),
      MOST_FILES: String(MOST_FILES),
      ATTRIBUTES: PLAIN_ATTRIBUTES,
    })
    const { origin, path } = remote.place
    const shown = `${origin}/${path}`
    switch (result.exitCode) {
      case 0:
        return laidFrom(remote.url, paths, result.stdout)
      case EXIT.noRef:
        throw new TaskFailure(
          source.ref === null
            ? `${shown} has no files yet: there is nothing to start from.`
            : `${shown} has no branch, tag or commit ${source.ref}. A commit is named with all of its 40 digits.`,
        )
      case EXIT.noFolder:
        throw new TaskFailure(`${shown} has no such folder: ${folderNamed(result.stdout)}.`)
      case EXIT.tooLarge:
        throw new TaskFailure(
          `${shown} is larger than a workspace may be (${Math.floor(most / 1_000_000)} MB). Name the folders that the work is about.`,
        )
      case EXIT.tooMany:
        throw new TaskFailure(`${shown} has more than ${MOST_FILES} files. Name the folders that the work is about.`)
      default:
        throw remote.failure(result)
    }
  })
}

function laidFrom(url: string, paths: readonly string[], stdout: string): Laid {
  const said = new Map(
    stdout.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
    }),
  )
  const head = said.get('head') ?? ''
  const branch = said.get('branch') ?? ''
  if (!HEAD.test(head)) throw new TaskFailure('What git fetched could not be read.')
  const count = (name: string): number => Math.max(0, Number.parseInt(said.get(name) ?? '0', 10) || 0)
  const notes = [
    ...(paths.length > 0
      ? [`Only ${paths.join(', ')} and the files at the top are here; the rest stays as it is.`]
      : []),
    ...(count('submodules') > 0 ? [`Its ${count('submodules')} submodules were not fetched.`] : []),
    ...(count('lfs') > 0 ? ['Files that it keeps in Git LFS are here as pointers only.'] : []),
    ...(count('short') > 0 ? ['It is large: its history was not fetched.'] : []),
  ]
  const named = branch !== '' && REF.test(branch) ? branch : null
  const repository = { url, branch: named, head, paths: paths.length === 0 ? null : [...paths] }
  return { repository, files: count('files'), notes }
}

function folderNamed(stdout: string): string {
  return (
    stdout
      .split('\n')
      .at(0)
      ?.replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 200) ?? ''
  )
}

const EXIT = { noRef: 10, noFolder: 11, tooLarge: 20, tooMany: 21 } as const

/** URL, REF, FOLDERS (one a line), MOST, HISTORY, HISTORY_BYTES, MOST_FILES, ATTRIBUTES -> lines of name=value. */
const FETCH = `
set -eu
umask 022
find . -mindepth 1 -type d ! -perm -700 -exec chmod u+rwx {} \\; 2>/dev/null || true
find . -mindepth 1 -delete
git init -q -b main .
printf '%s\\n' "$ATTRIBUTES" >.git/info/attributes
git remote add origin "$URL"

# Stops what grows beyond its bounds: LIMIT, command…
within() {
  limit=$1
  shift
  "$@" &
  pid=$!
  pause=0.02
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$(du -sx --block-size=1 . 2>/dev/null | cut -f 1)" -gt "$limit" ]; then
      kill "$pid" 2>/dev/null || true
      wait "$pid" || true
      return ${EXIT.tooLarge}
    fi
    sleep "$pause"
    # What is small is there at once; what is large is not counted all the time.
    case $pause in 0.02) pause=0.05 ;; 0.05) pause=0.1 ;; *) pause=0.3 ;; esac
  done
  wait "$pid"
}

branch=
if [ -z "$REF" ]; then
  git ls-remote --symref origin HEAD >/tmp/refs
  branch=$(sed -n 's,^ref: refs/heads/\\([^\\t]*\\)\\tHEAD$,\\1,p' /tmp/refs | head -n 1)
  grep -q . /tmp/refs || exit ${EXIT.noRef}
  want=\${branch:+refs/heads/$branch}
  want=\${want:-HEAD}
else
  git ls-remote origin "refs/heads/$REF" "refs/tags/$REF" >/tmp/refs
  if grep -q "	refs/heads/$REF\\$" /tmp/refs; then branch=$REF want=refs/heads/$REF
  elif grep -q "	refs/tags/$REF\\$" /tmp/refs; then want=refs/tags/$REF
  elif printf '%s' "$REF" | grep -Eqx '[0-9a-f]{40}|[0-9a-f]{64}'; then want=$REF
  else exit ${EXIT.noRef}
  fi
fi

lean=
short=0
if [ -n "$FOLDERS" ]; then lean=--filter=blob:none; fi
fetch() { exec git fetch -q --no-tags --no-recurse-submodules "$@" origin "$want"; }
code=0
within "$HISTORY_BYTES" fetch --depth="$HISTORY" $lean || code=$?
if [ "$code" = ${EXIT.tooLarge} ]; then
  short=1
  rm -rf .git/objects/pack/tmp_* .git/shallow.lock
  code=0
  within "$MOST" fetch --depth=1 --filter=blob:none || code=$?
fi
if [ "$code" != 0 ]; then
  if [ "\${#REF}" -ge 40 ] && [ "$code" != ${EXIT.tooLarge} ]; then exit ${EXIT.noRef}; fi
  exit "$code"
fi

if [ -n "$FOLDERS" ]; then
  printf '%s' "$FOLDERS" >/tmp/folders
  while IFS= read -r folder; do
    if [ "$(git cat-file -t "FETCH_HEAD:$folder" 2>/dev/null)" != tree ]; then echo "$folder"; exit ${EXIT.noFolder}; fi
  done </tmp/folders
  git sparse-checkout set --cone --stdin </tmp/folders
fi
count=$( { if [ -n "$FOLDERS" ]; then tr '\\n' '\\0' </tmp/folders | xargs -0 git ls-tree -r FETCH_HEAD --; else git ls-tree -r FETCH_HEAD; fi; } |
  head -n "$((MOST_FILES + 1))" | tee /tmp/listed | wc -l)
if [ "$count" -gt "$MOST_FILES" ]; then exit ${EXIT.tooMany}; fi

if [ -n "$branch" ]; then
  git update-ref "refs/remotes/origin/$branch" FETCH_HEAD
  within "$MOST" git checkout -q -B "$branch" FETCH_HEAD || exit $?
else
  within "$MOST" git checkout -q --detach FETCH_HEAD || exit $?
fi
echo "head=$(git rev-parse HEAD)"
echo "branch=$branch"
echo "files=$count"
echo "short=$short"
echo "submodules=$(grep -c '^160000 ' /tmp/listed || true)"
echo "lfs=$(find . -name .git -prune -o -name .gitattributes -type f -exec grep -l 'filter=lfs' {} + | wc -l)"
`
