// Makes a new, empty database cluster. Whole or not at all: it appears under its name only once it is complete.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Layout } from './layout.ts'
import { SYSTEM_PATH } from './run-as.ts'
import type { RunAs } from './run-as.ts'
import { serverFailure } from './server-failure.ts'

export const SUPERUSER = 'factotum'

export type ClusterDeps = {
  readonly layout: Layout
  readonly binaries: Binaries
  readonly runAs: RunAs
  /** False only where the data may be lost with the machine's power, as in tests. */
  readonly durable: boolean
}

/** Does nothing where there is one. Of processes that start together each makes one, and one of them stays. */
export async function ensureCluster(deps: ClusterDeps): Promise<void> {
  const { cluster, root } = deps.layout
  if (existsSync(cluster)) return
  const draft = join(root, `draft-${process.pid}`)
  await rm(draft, { recursive: true, force: true })
  try {
    await initdb(deps, draft)
    await rename(draft, cluster).catch((error: NodeJS.ErrnoException) => {
      // Somebody else's is in its place.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    if (deps.durable) await syncFolder(root)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function initdb({ binaries, runAs, layout, durable }: ClusterDeps, draft: string): Promise<void> {
  const command = [
    ...runAs.prefix,
    binaries.initdb,
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    // Whoever reaches the socket may use the database: the socket's folder is its owner's alone.
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]
  const { code, output } = await run(command, runAs, binaries)
  if (code !== 0) throw serverFailure(output, layout.root)
}

function run([program = '', ...args]: readonly string[], runAs: RunAs, binaries: Binaries) {
  return new Promise<{ readonly code: number | null; readonly output: string }>((resolve) => {
    const env = { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', ...binaries.environment }
    const child = spawn(program, args, { ...runAs.spawnAs, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], env })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** So that the rename outlives a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
