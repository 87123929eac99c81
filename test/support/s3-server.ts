// Starts the S3 server of test/servers on loopback, with one bucket in a temporary folder.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./s3-server-process.mjs', import.meta.url))
const NAME = 's3rver'
const INSTALLED = fileURLToPath(new URL(`../servers/node_modules/${NAME}/package.json`, import.meta.url))

/** For `{ skip: withoutS3 }`: false, or what is missing. */
export const withoutS3: string | false = existsSync(INSTALLED) ? false : 'test/servers is not installed: npm ci there'

/** What the server takes as its only account. */
export const S3_KEY = 'S3RVER'
export const S3_BUCKET = 'factotum'

export type S3Server = {
  readonly endpoint: string
  /** At once, as when its machine is lost; what it was told stays. */
  readonly die: () => Promise<void>
  /** Under the same address. */
  readonly comeBack: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 's3-'))
  let child: ChildProcess | null = null
  const start = async (port: number): Promise<number> => {
    const started = spawn(process.execPath, [PROGRAM, folder, S3_BUCKET, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child = started
    for await (const line of createInterface({ input: started.stdout })) return Number(line)
    throw new Error(`The S3 server ended (${started.exitCode}) before it listened`)
  }
  const die = async () => {
    const dying = child
    child = null
    if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return
    const ended = once(dying, 'close')
    dying.kill('SIGKILL')
    await ended
  }
  const port = await start(0)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    die,
    comeBack: async () => void (await start(port)),
    stop: async () => {
      await die()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
