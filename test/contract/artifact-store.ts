// What every ArtifactStore promises.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Artifact, ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { ArtifactId, MessageId, TaskId } from '../../src/core/vocabulary/ids.ts'
import { newId } from './sample-task.ts'

export type ArtifactsUnderTest = { readonly artifacts: ArtifactStore; readonly close: () => Promise<void> }

export function artifactStoreContract(name: string, open: () => Promise<ArtifactsUnderTest>): void {
  const withStore = (title: string, run: (artifacts: ArtifactStore) => Promise<void>) =>
    void test(`${name}: ${title}`, async () => {
      const { artifacts, close } = await open()
      try {
        await run(artifacts)
      } finally {
        await close()
      }
    })

  withStore('what was added is found, by its id and by its task', async (artifacts) => {
    const taskId = newId<TaskId>()
    const one = artifact({ taskId, name: 'Ünïcode "x".png', bytes: 5_000_000_000 })
    await artifacts.add(one)
    assert.deepEqual(await artifacts.get(one.id), one)
    assert.deepEqual(await artifacts.ofTask(taskId), [one])
  })

  withStore('what was read from a file comes back as it was', async (artifacts) => {
    const content = { text: 'Ünïcode "x"\n', by: 'one/reader', words: [{ at: 1.5, word: '🧑🏽‍🚀' }], sure: null }
    const one = artifact({ kind: 'voice_transcript', content })
    await artifacts.add(one)
    assert.deepEqual(await artifacts.get(one.id), one)
  })

  withStore("a task's artifacts come oldest first, and nobody else's", async (artifacts) => {
    const taskId = newId<TaskId>()
    const made = [2, 0, 1].map((minute) => artifact({ taskId, createdAt: new Date(Date.UTC(2026, 1, 1, 0, minute)) }))
    for (const one of [...made, artifact({})]) await artifacts.add(one)
    assert.deepEqual(await artifacts.ofTask(taskId), [made[1], made[2], made[0]])
  })

  withStore('adding twice is adding once, and changes nothing', async (artifacts) => {
    const taskId = newId<TaskId>()
    const one = artifact({ taskId })
    await Promise.all([artifacts.add(one), artifacts.add(one)])
    await artifacts.add({ ...one, name: 'other' })
    assert.deepEqual(await artifacts.ofTask(taskId), [one])
  })

  withStore(
    'what came with a message is found by the message, oldest first, before any task has it',
    async (artifacts) => {
      const messageId = newId<MessageId>()
      const made = [1, 0].map((minute) =>
        artifact({ taskId: null, messageId, createdAt: new Date(Date.UTC(2026, 1, 1, 0, minute)) }),
      )
      for (const one of [...made, artifact({})]) await artifacts.add(one)
      assert.deepEqual(await artifacts.ofMessage(messageId), [made[1], made[0]])
    },
  )

  withStore('what came with a message is given to one task, and stays with it', async (artifacts) => {
    const [messageId, taskId] = [newId<MessageId>(), newId<TaskId>()]
    const one = artifact({ taskId: null, messageId })
    await artifacts.add(one)
    await Promise.all([artifacts.attach(one.id, taskId), artifacts.attach(one.id, taskId)])
    await artifacts.attach(one.id, newId<TaskId>())
    assert.deepEqual(await artifacts.ofTask(taskId), [{ ...one, taskId }])
    assert.deepEqual(await artifacts.ofMessage(messageId), [{ ...one, taskId }])
  })

  withStore('what was uploaded before its message is brought by one message, and stays with it', async (artifacts) => {
    const messageId = newId<MessageId>()
    const one = artifact({ taskId: null, content: { text: 'what it says', by: 'a reader', pages: 3 } })
    await artifacts.add(one)
    await Promise.all([artifacts.bring(one.id, messageId), artifacts.bring(one.id, messageId)])
    await artifacts.bring(one.id, newId<MessageId>())
    assert.deepEqual(await artifacts.ofMessage(messageId), [{ ...one, messageId }])
    assert.deepEqual(await artifacts.get(one.id), { ...one, messageId })
  })

  withStore('what is not there is not there, whatever it is called', async (artifacts) => {
    for (const id of ['', 'x', '\0', newId<ArtifactId>()] as ArtifactId[]) assert.equal(await artifacts.get(id), null)
    assert.deepEqual(await artifacts.ofTask('x' as TaskId), [])
    assert.deepEqual(await artifacts.ofMessage('\0' as MessageId), [])
    for (const id of ['x', newId<ArtifactId>()] as ArtifactId[]) await artifacts.attach(id, newId<TaskId>())
    for (const id of ['x', newId<ArtifactId>()] as ArtifactId[]) await artifacts.bring(id, newId<MessageId>())
  })
}

export function artifact(wishes: Partial<Artifact>): Artifact {
  return {
    id: newId<ArtifactId>(),
    taskId: newId<TaskId>(),
    messageId: null,
    kind: 'file',
    name: 'page.html',
    mediaType: 'text/html',
    bytes: 12,
    objectKey: `artifacts/${newId()}`,
    content: null,
    createdAt: new Date(),
    ...wishes,
  }
}
