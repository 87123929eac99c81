// What every Previews promises. Each implementation's test calls this with its own way to make one and to reach its URLs.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { PreviewStore } from '../../src/core/ports/preview-store.ts'
import type { Previews } from '../../src/core/ports/previews.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'

export type PreviewsUnderTest = {
  readonly previews: Previews
  readonly store: PreviewStore
  /** The status and text that a browser without any cookie gets. */
  readonly get: (url: string) => Promise<{ readonly status: number; readonly text: string }>
}

const task = '01900000-0000-7000-8000-000000000001' as TaskId
const other = '01900000-0000-7000-8000-000000000002' as TaskId

export function previewsContract(name: string, make: (t: TestContext) => Promise<PreviewsUnderTest>): void {
  test(`${name}: an opened preview leads to the socket, and is on record`, async (t) => {
    const { previews, store, get } = await make(t)
    const preview = await previews.open(task, 3_000, await greeter(t, 'hello'))
    assert.deepEqual(await get(preview.url), { status: 200, text: 'hello' })
    assert.equal(preview.port, 3_000)
    const now = createSystemClock().now()
    assert.ok(preview.expiresAt > now)
    assert.equal((await store.find(preview.id, now))?.url, preview.url)
  })
  test(`${name}: an id can't be guessed from another`, async (t) => {
    const { previews } = await make(t)
    const socket = await greeter(t, 'hello')
    const ids = new Set<string>()
    for (let port = 3_000; port < 3_010; port += 1) ids.add((await previews.open(task, port, socket)).id)
    assert.equal(ids.size, 10)
    for (const id of ids) assert.ok(id.length >= 26)
  })
  test(`${name}: opening the same port again replaces the former preview`, async (t) => {
    const { previews, get } = await make(t)
    const first = await previews.open(task, 3_000, await greeter(t, 'old'))
    const second = await previews.open(task, 3_000, await greeter(t, 'new'))
    assert.equal((await get(second.url)).text, 'new')
    assert.notEqual((await get(first.url)).text, 'old')
    assert.deepEqual(
      (await previews.close(task)).map((it) => it.id),
      [second.id],
    )
  })
  test(`${name}: closing ends that task's previews and no other's`, async (t) => {
    const { previews, get } = await make(t)
    const mine = await previews.open(task, 3_000, await greeter(t, 'mine'))
    const foreign = await previews.open(other, 3_000, await greeter(t, 'foreign'))
    assert.deepEqual(await previews.close(task), [mine])
    assert.notEqual((await get(mine.url)).status, 200)
    assert.equal((await get(foreign.url)).text, 'foreign')
    assert.deepEqual(await previews.close(task), [])
  })
}

/** A program that answers everything with `text`; its socket's path. */
export async function greeter(t: TestContext, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'preview-'))
  const socketPath = join(directory, 'app.sock')
  const server = createServer((_request, response) => response.end(text))
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(directory, { recursive: true, force: true })
  })
  return socketPath
}
