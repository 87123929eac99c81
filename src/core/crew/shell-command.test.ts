// A yes to a command is to these files, for this time: what comes later or is another thing is asked about anew, or not run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, createWorkbench } from '../../../test/simulation/workbench.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import { applyCommand, isRefusal } from '../task/apply-command.ts'
import type { ArtifactId, MessageId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'

const OWNER = 'owner' as UserId
const COMMAND = 'sh attachments/run.sh'
const AN_HOUR = 3_600_000

function stage({ onRun = () => {} }: { readonly onRun?: () => void } = {}) {
  const ran: string[] = []
  let ahead = 0
  const bench = createWorkbench({
    sandbox: {
      exec: async ({ command }) => {
        ran.push(command)
        onRun()
        return {}
      },
    },
    tamper: ({ clock }) => ({ clock: { ...clock, now: () => new Date(clock.now().getTime() + ahead) } }),
  })
  const approve = async (id: TaskId): Promise<Task> => {
    const command = { type: 'approve', approvalId: null, by: OWNER, comment: null } as const
    const after = await applyCommand(bench.deps, id, command)
    assert.ok(!isRefusal(after), JSON.stringify(after))
    return after
  }
  return { bench, ran, approve, pass: (ms: number) => void (ahead += ms) }
}

test('a yes whose turn comes only after it ran out is asked for anew, and holds once it is given again', async () => {
  const { bench, ran, approve, pass } = stage()
  const { id, approval } = await bench.accept('shell_command', 'ls')
  await approve(id)
  pass(AN_HOUR)
  assert.equal((await bench.runOnce(id)).type, 'waiting')
  const asked = (await bench.task(id)).approval
  assert.equal(asked?.status, 'pending')
  assert.notEqual(asked.id, approval?.id)
  assert.deepEqual([asked.kind, asked.subject, asked.digest], [approval?.kind, approval?.subject, approval?.digest])
  assert.match(asked.policy?.why ?? '', /only after that had run out/)
  assert.deepEqual(ran, [])
  await approve(id)
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.deepEqual(ran, ['ls'])
})

test('a no to what is asked for anew is the end of it', async () => {
  const { bench, ran, approve, pass } = stage()
  const { id } = await bench.accept('shell_command', 'ls')
  await approve(id)
  pass(AN_HOUR)
  await bench.runOnce(id)
  await applyCommand(bench.deps, id, { type: 'reject', approvalId: null, by: OWNER, comment: null })
  assert.equal((await bench.task(id)).status, 'aborted')
  assert.deepEqual(ran, [])
})

test('what was begun in time is finished, however late that is', async () => {
  const dying = new AbortController()
  const { bench, ran, approve, pass } = stage({ onRun: () => dying.abort('lost') })
  const { id } = await bench.accept('shell_command', 'ls')
  await approve(id)
  assert.equal((await bench.runOnce(id, dying.signal)).type, 'dropped')
  pass(AN_HOUR)
  await bench.expireLeases()
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.deepEqual(ran, ['ls', 'ls'])
})

/** A command with files, each as its name and what is in it. */
async function withFiles(scene: ReturnType<typeof stage>, files: Readonly<Record<string, string>>) {
  const { bench } = scene
  const said = { interface: 'http', chat: 'c', externalId: `files-${bench.base.ids.next()}`, author: ADA } as const
  const message = await bench.memories.conversations.hear({ ...said, text: COMMAND, raw: {} }, bench.base.clock.now())
  const artifacts: Artifact[] = []
  const add = async (name: string, text: string): Promise<void> => {
    artifacts.push(await addFile(scene, message.id, name, text))
  }
  for (const [name, text] of Object.entries(files)) await add(name, text)
  const { id, approval } = await bench.ask({ ...said, text: COMMAND, taskType: 'shell_command', files: artifacts })
  const change = (text: string) => bench.base.objects.put(artifacts[0]?.objectKey ?? '', new TextEncoder().encode(text))
  return { id, approval, add, change }
}

async function addFile({ bench }: ReturnType<typeof stage>, messageId: MessageId, name: string, text: string) {
  const id = bench.base.ids.next<ArtifactId>()
  const bytes = new TextEncoder().encode(text)
  const artifact: Artifact = {
    id,
    taskId: null,
    messageId,
    kind: 'file',
    name,
    mediaType: 'text/plain',
    bytes: bytes.length,
    objectKey: `uploads/${id}`,
    content: null,
    createdAt: bench.base.clock.now(),
  }
  await bench.base.objects.put(artifact.objectKey, bytes)
  await bench.base.artifacts.add(artifact)
  return artifact
}

test('the files that came with a command are part of what was approved', async () => {
  const scene = stage()
  const { bench, ran, approve } = scene
  const good = await withFiles(scene, { 'run.sh': 'echo one', 'b.txt': 'b' })
  assert.match(good.approval?.binding?.tree ?? '', /^attached:/)
  const turned = await withFiles(scene, { 'b.txt': 'b', 'run.sh': 'echo one' })
  assert.equal(turned.approval?.digest, good.approval?.digest)
  const other = await withFiles(scene, { 'run.sh': 'echo two', 'b.txt': 'b' })
  assert.notEqual(other.approval?.digest, good.approval?.digest)
  await approve(good.id)
  await bench.runOnce(good.id)
  assert.equal((await bench.task(good.id)).status, 'completed')
  assert.deepEqual(ran, [COMMAND])

  await approve(other.id)
  await other.add('c.txt', 'late')
  await bench.runOnce(other.id)
  assert.match((await bench.task(other.id)).error ?? '', /files changed since the command was approved/)
  await approve(turned.id)
  await turned.change('echo three')
  await bench.runOnce(turned.id)
  assert.equal((await bench.task(turned.id)).status, 'failed')
  assert.deepEqual(ran, [COMMAND])
})
