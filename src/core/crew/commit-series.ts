// A series of patches as commits on top of a commit of the repository: in an index alone, without a file of it being laid out.
import type { CommandResult, Sandbox } from '../ports/sandbox.ts'
import type { FileContent } from '../ports/workspaces.ts'
import type { Series, SeriesPart } from '../task/delivery-series.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { KNOWN_SECRET } from '../vocabulary/secret.ts'
import type { Run } from './run.ts'

export type PatchedPart = {
  readonly message: string
  readonly at: Date
  readonly patch: Uint8Array
  /** What stands in the patch packed, which nobody can read there. */
  readonly binaries: readonly { readonly path: string; readonly content: FileContent }[]
}

const MOST_BYTES = 50_000_000
const AUTHOR = { name: 'Factotum', email: 'factotum@localhost' } as const

/** What each part changes, without those that change nothing. Throws TaskFailure where it is too large, or holds what looks like a secret. */
export async function patchesOf(run: Run, series: Series, summary: string | null): Promise<readonly PatchedPart[]> {
  const { id } = series.task
  const patched: PatchedPart[] = []
  let left = MOST_BYTES
  const changing = series.parts.filter(({ from, to }) => from !== to)
  for (const part of changing) {
    const patch = await run.workspaces.patch(id, part.from, part.to, left)
    if (patch === null) throw new TaskFailure(`The changes are larger than ${MOST_BYTES / 1_000_000} MB.`)
    left -= patch.length
    if (patch.length === 0) continue
    const body = changing.length === 1 && summary !== null ? [withoutMentions(summary), ''] : []
    const message = [part.title, '', ...body, `Factotum-Task: ${part.taskId}`, ''].join('\n')
    patched.push({ message, at: part.at, patch, binaries: await binariesIn(run, id, part, patch) })
  }
  return patched
}

/** Words of a model notify nobody on a code host. */
function withoutMentions(text: string): string {
  return text.replace(/@(?=\w)/g, '@\u200b')
}

async function binariesIn(
  run: Run,
  id: TaskId,
  { from, to }: Pick<SeriesPart, 'from' | 'to'>,
  patch: Uint8Array,
): Promise<PatchedPart['binaries']> {
  const text = new TextDecoder('utf-8').decode(patch)
  if (!/^GIT binary patch$/m.test(text)) return []
  const changed = await run.workspaces.changed(id, from, to, { fileBytes: MOST_BYTES, totalBytes: 2 * MOST_BYTES })
  return changed
    .filter(({ path, after }) => after !== null && !text.includes(`\n+++ b/${path}\n`))
    .map(({ path, after }) => ({ path, content: after }))
}

/** What of the added lines looks like a secret, and what of binary files is one: files with the rules that found it. Empty where nothing does. */
export async function secretsAdded(
  run: Pick<Run, 'scanner'>,
  parts: readonly PatchedPart[],
): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const { patch, binaries } of parts) {
    for (const { path, content } of binaries) {
      if (content === 'too_large') found.add(`${path} (too large to be looked through)`)
      // Rules would find words in noise. Without zeros, for two bytes may be a letter.
      else if (content !== null && (await holdsKnown(run, content, path))) found.add(`${path} (${KNOWN_SECRET})`)
    }
    const text = new TextDecoder('utf-8').decode(patch)
    for (const section of text.split(/^diff --git /m)) {
      // Git quotes names that are not plain.
      const path = /^\+\+\+ "?b\/(.*?)"?$/m.exec(section)?.[1] ?? 'a file'
      const lines = section.split('\n')
      const hunks = lines.findIndex((line) => line.startsWith('@@'))
      const added =
        hunks === -1 ? [] : lines.slice(hunks).flatMap((line) => (line.startsWith('+') ? [line.slice(1)] : []))
      if (added.length === 0) continue
      for (const { rule } of await run.scanner.scan(added.join('\n'), path)) found.add(`${path} (${rule})`)
    }
  }
  return [...found]
}

async function holdsKnown({ scanner }: Pick<Run, 'scanner'>, content: Uint8Array, path: string): Promise<boolean> {
  const text = new TextDecoder('utf-8').decode(content).replaceAll('\0', '')
  return (await scanner.scan(text, path)).some(({ rule }) => rule === KNOWN_SECRET)
}

/** Where the script below finds them: `folder/1.patch`, `folder/1.message`, … */
export async function writeParts(sandbox: Sandbox, folder: string, parts: readonly PatchedPart[]): Promise<void> {
  const text = new TextEncoder()
  for (const [index, { patch, message, at }] of parts.entries()) {
    const name = `${folder}/${index + 1}`
    for (const [ending, bytes] of [
      ['patch', patch],
      ['message', text.encode(message)],
      ['date', text.encode(`@${Math.floor(at.getTime() / 1_000)} +0000\n`)],
    ] as const) {
      const written = await sandbox.writeFile(`${name}.${ending}`, bytes)
      if (written.type === 'refused')
        throw new TaskFailure(`The changes have no room in the sandbox (${written.reason}).`)
    }
  }
}

export const NOT_APPLIED = 12

/**
 * GIT_DIR, PARTS (an absolute folder), COUNT, BASE (a commit, or empty for none) -> one commit a line, oldest first. The same patches,
 * messages and dates on the same base give the same commits. Exit code 12 where a patch does not apply.
 */
export const COMMIT_PARTS = `
export GIT_INDEX_FILE=/tmp/series.index
export GIT_AUTHOR_NAME=${AUTHOR.name} GIT_AUTHOR_EMAIL=${AUTHOR.email} GIT_COMMITTER_NAME=${AUTHOR.name} GIT_COMMITTER_EMAIL=${AUTHOR.email}
rm -f "$GIT_INDEX_FILE"
parent=$BASE
if [ -n "$BASE" ]; then git read-tree "$BASE"; else git read-tree --empty; fi
number=1
while [ "$number" -le "$COUNT" ]; do
  git apply --cached --binary --whitespace=nowarn "$PARTS/$number.patch" || exit ${NOT_APPLIED}
  tree=$(git write-tree --missing-ok)
  GIT_AUTHOR_DATE=$(cat "$PARTS/$number.date")
  GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
  export GIT_AUTHOR_DATE GIT_COMMITTER_DATE
  parent=$(git commit-tree "$tree" \${parent:+-p "$parent"} -F "$PARTS/$number.message")
  echo "$parent"
  number=$((number + 1))
done
`

/** The names of files that a patch did not fit, as git says it. */
export function conflictsIn({ stderr }: Pick<CommandResult, 'stderr'>): readonly string[] {
  const names = stderr.split('\n').flatMap((line) => {
    const found =
      /^error: patch failed: (.+):\d+$/.exec(line) ??
      /^error: (.+): (?:patch does not apply|already exists in index|does not exist in index|does not match index|already exists in working directory|cannot read the current contents of .*)$/.exec(
        line,
      ) ??
      /^error: (?:cannot apply binary patch to|the patch applies to) '([^']+)'/.exec(line)
    return found?.[1] === undefined ? [] : [found[1].replace(/[^\P{C}]/gu, '?')]
  })
  return [...new Set(names)].slice(0, 50)
}

/** The series as mails, as `git am` takes them: what people without the repository's host pass on. */
export function mailsOf(parts: readonly PatchedPart[]): Uint8Array {
  const text = new TextEncoder()
  const pieces = parts.flatMap(({ message, at, patch }, index) => {
    const [subject = '', ...body] = message.split('\n')
    const head = [
      `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001`,
      `From: ${AUTHOR.name} <${AUTHOR.email}>`,
      `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
      `Subject: [PATCH ${index + 1}/${parts.length}] ${subject}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...body.slice(1),
      '---',
      '',
      '',
    ].join('\n')
    return [text.encode(head), patch, text.encode(`-- \n${AUTHOR.name}\n\n`)]
  })
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** A commit as git says it. Throws where it is none. */
export function commitIn(text: string): string {
  const commit = text.trim()
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw new TaskFailure('Git made no commit of the changes.')
  return commit
}
