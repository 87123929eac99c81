// What can be carried to a repository without us: the work as a git bundle and as mails, for whatever began with a repository.
import type { ArtifactId } from '../vocabulary/ids.ts'
import { seriesOf } from '../task/delivery-series.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { COMMIT_PARTS, mailsOf, patchesOf, secretsAdded, writeParts } from './commit-series.ts'
import type { PatchedPart } from './commit-series.ts'
import { keepFile } from './keep-file.ts'
import type { FileToKeep } from './keep-file.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

const BUNDLE = 'changes.bundle'
const SERIES = 'series.patch'
const FOLDER = '.factotum-bundle'
const BUNDLE_BYTES = 50_000_000
const BUNDLE_MS = 60_000

export type KeptArtifact = { readonly name: string; readonly artifact_id: ArtifactId; readonly bytes: number }

/**
 * Adds `changes.bundle` and `series.patch` to the task; nothing where it did not begin with a repository, or changed nothing. A step of
 * its own: done once, and repeated after a crash it replaces what it added. What can't be made is left out, and the platform's log says so.
 */
export async function repositoryArtifacts(run: Run, workshop: Workshop): Promise<readonly KeptArtifact[]> {
  return run.journal.step('evidence/repository', { agent: 'platform', title: 'Pack the changes' }, async () => {
    const found = await made(run, workshop).catch((error: unknown) => {
      if (!(error instanceof TaskFailure)) throw error
      run.telemetry.log('info', 'The changes could not be packed', { task_id: run.task.id, error: error.message })
      return []
    })
    const kept = await Promise.all(
      found.map(async (file) => {
        const { id, event } = await keepFile(run, file)
        return { artifact: { name: file.name, artifact_id: id, bytes: file.bytes.length }, event }
      }),
    )
    return { output: kept.map(({ artifact }) => artifact), events: kept.map(({ event }) => event) }
  })
}

async function made(run: Run, { sandbox }: Workshop): Promise<readonly FileToKeep[]> {
  const series = await seriesOf(run.gather.store, run.task.id)
  if (series === null || series.repository === null) return []
  const parts = await patchesOf(run, series, null)
  if (parts.length === 0 || (await secretsAdded(run, parts)).length > 0) return []
  const mails = { name: SERIES, mediaType: 'text/x-patch', bytes: mailsOf(parts) }
  const bundle = await bundleOf(run, sandbox, series.repository.head, parts)
  return bundle === null ? [mails] : [mails, { name: BUNDLE, mediaType: 'application/octet-stream', bytes: bundle }]
}

/** Made of the objects that were fetched, in a repository of its own: what an agent made of theirs steers nothing. */
async function bundleOf(
  run: Run,
  sandbox: Workshop['sandbox'],
  head: string,
  parts: readonly PatchedPart[],
): Promise<Uint8Array | null> {
  try {
    await writeParts(sandbox, FOLDER, parts)
    const env = { HOME: '/tmp', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_NO_LAZY_FETCH: '1' }
    const { exitCode, stderr } = await sandbox.exec(
      {
        command: PACK,
        cwd: '.',
        env: { ...env, COUNT: String(parts.length), BASE: head },
        timeoutMs: BUNDLE_MS,
        maxOutputBytes: 8_000,
      },
      run.signal,
    )
    run.signal.throwIfAborted()
    const bytes = exitCode === 0 ? await sandbox.readFile(`${FOLDER}/out`, BUNDLE_BYTES) : null
    if (bytes instanceof Uint8Array) return bytes
    run.telemetry.log('info', 'There is no bundle', { task_id: run.task.id, error: stderr.slice(0, 300) })
    return null
  } finally {
    await sandbox
      .exec({ command: `rm -rf ${FOLDER}`, cwd: '.', env: {}, timeoutMs: BUNDLE_MS, maxOutputBytes: 1_000 }, run.signal)
      .catch(() => undefined)
  }
}

const PACK = `
set -eu
export GIT_DIR=/tmp/bundle.git PARTS=/workspace/${FOLDER}
rm -rf "$GIT_DIR"
git init -q --bare -b main "$GIT_DIR"
echo /workspace/.git/objects >"$GIT_DIR/objects/info/alternates"
if [ -e /workspace/.git/shallow ]; then cp /workspace/.git/shallow "$GIT_DIR/shallow"; fi
make() {
${COMMIT_PARTS}
}
make >/tmp/made
git update-ref refs/heads/factotum "$(tail -n 1 /tmp/made)"
git bundle create -q "$PARTS/out" refs/heads/factotum "^$BASE"
`
