// Runs the real command line in a temporary place of its own, as a person would, and cleans up after it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { createTestDatabase, databaseUrl, hasSharedServer } from './postgres.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const PATIENCE_MS = 90_000

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

export type Started = {
  readonly child: ChildProcess
  /** Resolves with the first line of stdout that matches; rejects when the process ends before. */
  readonly line: (pattern: RegExp) => Promise<RegExpExecArray>
  /** The same for what it notes on stderr. */
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
}

export type Place = {
  readonly dataDir: string
  readonly folder: string
  /** What its processes are given. */
  readonly env: Readonly<Record<string, string>>
  /** To the end. */
  readonly run: (...words: readonly string[]) => Promise<Ended>
  readonly start: (...words: readonly string[]) => Started
  /** Ends what was started and is still running, then removes the folder. */
  readonly leave: () => Promise<void>
}

/**
 * A data directory with nothing in it, no keys, no previews kept unless asked for. Its database is one of the server that all tests share
 * where there is one, because a server of its own takes a second and more to start and every command starts it; `embedded`: always its own,
 * as people have it who set nothing.
 */
export async function newPlace(
  environment: Readonly<Record<string, string>> = {},
  { embedded = false }: { readonly embedded?: boolean } = {},
): Promise<Place> {
  const isOwn = embedded || !hasSharedServer || environment['DATABASE_URL'] !== undefined
  const database = isOwn ? null : await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'place-'))
  const dataDir = join(folder, 'data')
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    DATA_DIR: dataDir,
    HTTP_PORT: '0',
    PREVIEW_MINUTES: '0',
    // Scripts count the calls that reach a provider.
    PROMPT_CACHE_MINUTES: '0',
    ...(database === null ? {} : { DATABASE_URL: databaseUrl(database) }),
    ...environment,
  }
  const children = new Set<ChildProcess>()

  function start(...words: readonly string[]): Started {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    const lines: string[] = []
    let stderr = ''
    const waiting = new Set<() => void>()
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      for (const wake of waiting) wake()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      for (const wake of waiting) wake()
    })
    const ended = new Promise<Ended>((resolve) => {
      child.once('close', (code) => {
        children.delete(child)
        resolve({ code, stdout: lines.join('\n'), stderr })
      })
    })
    const lineAmong = (texts: () => readonly string[], pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          for (const text of texts()) {
            const match = pattern.exec(text)
            if (match === null) continue
            waiting.delete(look)
            return resolve(match)
          }
        }
        waiting.add(look)
        look()
        void ended.then(({ code }) => reject(new Error(`It ended (${code}) without a line like ${pattern}\n${stderr}`)))
      })
    return {
      child,
      line: (pattern) => lineAmong(() => lines, pattern),
      said: (pattern) => lineAmong(() => stderr.split('\n'), pattern),
      ended,
    }
  }

  return {
    dataDir,
    folder,
    env,
    start,
    run: async (...words) => {
      const started = start(...words)
      const timer = setTimeout(() => started.child.kill('SIGKILL'), PATIENCE_MS)
      const ended = await started.ended
      clearTimeout(timer)
      return ended
    },
    leave: async () => {
      for (const child of children) child.kill('SIGTERM')
      await Promise.all([...children].map((child) => new Promise((resolve) => child.once('close', resolve))))
      await database?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const EVENT = z.object({
  task_id: z.string(),
  seq: z.number(),
  type: z.string(),
  at: z.iso.datetime(),
  data: z.record(z.string(), z.json()),
})
export type WireEvent = z.infer<typeof EVENT>

/** The events of `--json` output, one a line. */
export function eventsOf(stdout: string): readonly WireEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => EVENT.parse(JSON.parse(line)))
}
