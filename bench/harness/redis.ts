// A redis-server of the benchmark's own, set up as BullMQ's guide asks for production: append-only file, no eviction.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchmarkContext } from './benchmark.ts'

/** Resolves with the path of its socket, or null where there is no redis-server on the machine. */
export async function startRedis({ directory, cleanUp }: BenchmarkContext): Promise<string | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null
  const socket = join(directory, 'redis.sock')
  const settings = { port: '0', unixsocket: socket, dir: directory, appendonly: 'yes', appendfsync: 'everysec' }
  const options = Object.entries({ ...settings, 'maxmemory-policy': 'noeviction' })
  const child = spawn(
    'redis-server',
    options.flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  cleanUp(async () => {
    child.kill('SIGKILL')
    await ended
  })
  for (let tries = 0; !existsSync(socket); tries += 1) {
    if (tries > 200 || child.exitCode !== null) throw new Error('redis-server did not start')
    await sleep(20)
  }
  return socket
}
