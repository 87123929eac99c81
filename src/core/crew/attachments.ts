// The files that came with a request, on their way into the workspace: names that are safe there, bytes within bounds.
import type { SentFile } from '../task/accept-request.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { Attachment } from './task-context.ts'
import type { Run } from './run.ts'
import type { Sandbox } from '../ports/sandbox.ts'

export const ATTACHMENTS_FOLDER = 'attachments'

const NAME_CHARACTERS = 80
/** Of all files together; what people send through chats stays far below. */
const MOST_BYTES = 200_000_000
/** Names that mean something to the programs that meet them. */
const RESERVED = /^(?:\.+|\.git.*|\.env.*|\.netrc|\.npmrc|node_modules|con|nul|aux|prn)$/i

/** A path for each name, in order: no two alike, none that leads elsewhere or means something to a program. Deterministic. */
export function attachmentPaths(files: readonly { readonly name: string }[]): readonly string[] {
  const used = new Set<string>()
  return files.map(({ name }) => {
    const safe = safeName(name)
    const [stem, ending] = split(safe)
    let path = `${ATTACHMENTS_FOLDER}/${safe}`
    for (let number = 2; used.has(path.toLowerCase()); number += 1)
      path = `${ATTACHMENTS_FOLDER}/${stem}-${number}${ending}`
    used.add(path.toLowerCase())
    return path
  })
}

/** Letters and digits of any script, and a few signs; everything else becomes a dash. */
function safeName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replaceAll(/[^\p{L}\p{N}\p{M}._+()-]+/gu, '-')
    .replace(/^[-.]+/, '')
    .replace(/[-.]+$/, '')
  const [stem, ending] = split(plain)
  const short = `${Array.from(stem).slice(0, NAME_CHARACTERS).join('')}${ending}`
  return short === '' || RESERVED.test(short) ? `file${short === '' ? '' : `-${short.replace(/^\.+/, '')}`}` : short
}

function split(name: string): readonly [string, string] {
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? ''
  return [name.slice(0, name.length - ending.length), ending]
}

/** What came with the request: as its message brought it, under the names that its sender gave it. */
export async function sentFiles({ artifacts, context }: Pick<Run, 'artifacts' | 'context'>): Promise<SentFile[]> {
  const found = await Promise.all(context.attachments.map(({ artifact_id }) => artifacts.get(artifact_id)))
  return found.flatMap((artifact) => (artifact === null ? [] : [artifact]))
}

/**
 * Writes them inside the sandbox. Files whose bytes are gone are passed over, and the log of the platform says so. Throws TaskFailure
 * where the workspace has no room for them.
 */
export async function writeAttachments(run: Run, sandbox: Sandbox, attachments: readonly Attachment[]): Promise<void> {
  const artifacts = await Promise.all(attachments.map(({ artifact_id }) => run.artifacts.get(artifact_id)))
  let left = MOST_BYTES
  for (const [index, { path, bytes: size }] of attachments.entries()) {
    run.signal.throwIfAborted()
    const artifact = artifacts[index]
    const bytes =
      artifact === null || artifact === undefined || size > left ? null : await run.objects.get(artifact.objectKey)
    if (bytes === null || bytes.length > left) {
      run.telemetry.log('warn', 'An attached file was left out of the workspace', {
        task_id: run.task.id,
        path,
        bytes: size,
      })
      continue
    }
    left -= bytes.length
    const written = await sandbox.writeFile(path, bytes)
    if (written.type === 'refused')
      throw new TaskFailure(`The attached file ${path} could not be put into the workspace (${written.reason}).`)
  }
}
