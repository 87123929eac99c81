// What every PreviewStore promises.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { PreviewRecord, PreviewStore } from '../../src/core/ports/preview-store.ts'
import type { PreviewId, TaskId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import { newId } from './sample-task.ts'

export type PreviewsUnderTest = { readonly previews: PreviewStore; readonly close: () => Promise<void> }

const NOON = new Date('2026-03-02T12:00:00Z')
const LATER = new Date('2026-03-02T12:30:00Z')

export function previewStoreContract(name: string, open: () => Promise<PreviewsUnderTest>): void {
  const withStore = (title: string, run: (previews: PreviewStore) => Promise<void>) =>
    void test(`${name}: ${title}`, async () => {
      const { previews, close } = await open()
      try {
        await run(previews)
      } finally {
        await close()
      }
    })

  withStore('a preview is found until it expires', async (previews) => {
    const one = preview({})
    await previews.save(one)
    assert.deepEqual(await previews.find(one.id, NOON), one)
    assert.equal(await previews.find(one.id, LATER), null)
    assert.equal(await previews.find('guess\0' as PreviewId, NOON), null)
    assert.deepEqual(await previews.all(), [one])
  })

  withStore('the same port of the same task is one preview: the newest', async (previews) => {
    const old = preview({})
    const young = preview({ taskId: old.taskId })
    const beside = preview({ taskId: old.taskId, port: 8081 })
    for (const one of [old, beside, young]) await previews.save(one)
    assert.equal(await previews.find(old.id, NOON), null)
    assert.deepEqual(await previews.find(young.id, NOON), young)
    assert.equal((await previews.all()).length, 2)
  })

  withStore("a task's previews are taken by one of those who reach for them", async (previews) => {
    const taskId = newId<TaskId>()
    const mine = [preview({ taskId }), preview({ taskId, port: 8081 })]
    const other = preview({})
    for (const one of [...mine, other]) await previews.save(one)
    const taken = (await Promise.all(Array.from({ length: 5 }, () => previews.takeOfTask(taskId)))).flat()
    assert.deepEqual(taken.map(({ id }) => id).toSorted(), mine.map(({ id }) => id).toSorted())
    assert.deepEqual(await previews.all(), [other])
    assert.deepEqual(await previews.takeOfTask('x' as TaskId), [])
  })
}

function preview(wishes: Partial<PreviewRecord>): PreviewRecord {
  const id = randomUUID() as string as PreviewId
  return {
    id,
    taskId: newId<TaskId>(),
    port: 8080,
    url: `http://127.0.0.1:7070/p/${id}/`,
    expiresAt: LATER,
    socketPath: `/run/${id}.sock`,
    worker: 'host-1-ab' as WorkerId,
    ...wishes,
  }
}
