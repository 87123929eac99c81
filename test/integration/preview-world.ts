// Hosted programs and previews of them, for the tests of the preview proxy.
import { createServer as createHttpServer, request as startRequest } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { PreviewId, TaskId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import type { PreviewRecord, PreviewStore } from '../../src/core/ports/preview-store.ts'
import { createPreviews } from '../../src/adapters/preview/previews.ts'
import type { PreviewsDeps } from '../../src/adapters/preview/previews.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'

export const TASK = '01900000-0000-7000-8000-000000000001' as TaskId

export function openPreviews(t: TestContext, changes: Partial<PreviewsDeps> = {}) {
  const store = changes.store ?? recordsInMemory()
  const previews = createPreviews({
    store,
    clock: createSystemClock(),
    ids: createSystemIds(),
    log: () => undefined,
    worker: 'worker-1' as WorkerId,
    keepMs: 60_000,
    previewUrl: null,
    ...changes,
  })
  t.after(() => previews.closeAll())
  return { previews, store }
}

/** An HTTP program inside: its socket's path, and the server for its upgrades. */
export async function program(t: TestContext, listener: RequestListener) {
  const server = createHttpServer(listener)
  return { socketPath: await listenIn(t, server, () => server.closeAllConnections()), server }
}

/** A program inside that speaks whatever it likes. */
export async function rawProgram(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  return listenIn(t, server, () => {
    for (const socket of open) socket.destroy()
  })
}

async function listenIn(t: TestContext, server: Server, cut: () => void): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'preview-'))
  const socketPath = join(directory, 'app.sock')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  t.after(async () => {
    cut()
    server.close()
    await rm(directory, { recursive: true, force: true })
  })
  return socketPath
}

export type Answer = { readonly response: IncomingMessage; readonly text: string }

/** A request with exactly these headers, `host` and `cookie` included, which fetch would not send. */
export function ask(url: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => void (text += chunk))
      response.on('end', () => resolve({ response, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

export function recordsInMemory(): PreviewStore {
  const records = new Map<PreviewId, PreviewRecord>()
  const take = (wanted: (record: PreviewRecord) => boolean) => {
    const taken = [...records.values()].filter(wanted)
    for (const { id } of taken) records.delete(id)
    return taken
  }
  return {
    save: async (record) => {
      take((it) => it.taskId === record.taskId && it.port === record.port)
      records.set(record.id, record)
    },
    find: async (id, now) => {
      const record = records.get(id)
      return record !== undefined && record.expiresAt > now ? record : null
    },
    takeOfTask: async (taskId) => take((it) => it.taskId === taskId),
    all: async () => [...records.values()],
  }
}
