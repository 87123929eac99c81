// The cache of answers in a real Redis: what it promises, and that nothing stops when the server does.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisPromptCache } from '../../src/adapters/redis/prompt-cache.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { promptCacheContract } from '../contract/prompt-cache.ts'
import { freePort } from '../support/free-port.ts'

const ADA = 'ada' as UserId
const without =
  spawnSync('redis-server', ['--version']).status === 0 ? null : 'there is no redis-server on this machine'

if (without === null)
  promptCacheContract('redis', async () => {
    const server = await startRedis()
    const options = { url: server.url, log: () => undefined }
    const [cache, elsewhere] = [createRedisPromptCache(options), createRedisPromptCache(options)]
    await Promise.all([settled(cache), settled(elsewhere)])
    const close = async () => {
      cache.close()
      elsewhere.close()
      await server.stop()
    }
    return { cache, elsewhere, pass: sleep, close }
  })

test(
  'a server that dies makes calls reject soon, is told of once, and is found again',
  { skip: without ?? false },
  async () => {
    const logged: string[] = []
    const port = await freePort()
    const first = await startRedis(port)
    const cache = createRedisPromptCache({ url: first.url, log: (_, message) => void logged.push(message) })
    try {
      await settled(cache)
      await first.stop('SIGKILL')
      await assert.rejects(cache.get(ADA, 'k'))
      await assert.rejects(cache.put(ADA, 'k', 1, 1_000))
      const second = await startRedis(port)
      try {
        await settled(cache)
        await cache.put(ADA, 'k', 'again', 60_000)
        assert.equal(await cache.get(ADA, 'k'), 'again')
        assert.equal(logged.length, 1, logged.join('\n'))
      } finally {
        await second.stop()
      }
    } finally {
      cache.close()
    }
  },
)

test(
  'a server that takes connections and never answers holds nobody up for ever',
  { skip: without ?? false },
  async () => {
    const server = await startRedis()
    const cache = createRedisPromptCache({ url: server.url, log: () => undefined })
    try {
      await settled(cache)
      server.child.kill('SIGSTOP')
      await assert.rejects(cache.get(ADA, 'k'))
    } finally {
      server.child.kill('SIGCONT')
      cache.close()
      await server.stop()
    }
  },
)

type Redis = {
  readonly url: string
  readonly child: ChildProcess
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

async function startRedis(given?: number): Promise<Redis> {
  const port = given ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const words = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn('redis-server', words, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) throw new Error('redis-server did not start')
    await sleep(10)
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    child,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** It connects in the background. */
async function settled(cache: ReturnType<typeof createRedisPromptCache>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const isUp = await cache.get(ADA, 'is it up').then(
      () => true,
      () => false,
    )
    if (isUp) return
    await sleep(10)
  }
  throw new Error('Redis was not reached')
}
