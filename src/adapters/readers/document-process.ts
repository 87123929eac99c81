// Opens documents in a process of their own that may read nothing but its code, has no secrets, and ends in time.
import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { LocalFile, LocalReading } from '../../core/ports/local-readers.ts'

export type DocumentLimits = {
  readonly timeoutMs: number
  /** Of JavaScript objects; all of the process may take three times as much. */
  readonly memoryMegabytes: number
  /** Of the file. */
  readonly fileBytes: number
}

export const DOCUMENT_LIMITS: DocumentLimits = { timeoutMs: 30_000, memoryMegabytes: 256, fileBytes: 50_000_000 }

const PARSER = fileURLToPath(new URL('parser/', import.meta.url))
const VENDORS = ['unpdf', 'fflate', 'saxes', 'xmlchars']
/** Of what the process may print: the text in JSON, where a character can take six, and what it is about. */
const OUTPUT_BYTES = 2_000_000
const LOOK_MS = 100

const ANSWER = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('read'),
    text: z.string(),
    about: z.record(z.string(), z.union([z.string(), z.number()])),
    format: z.string(),
    truncated: z.boolean(),
  }),
  z.object({ type: z.literal('pictures'), pages: z.number() }),
  z.object({ type: z.literal('unsupported'), hint: z.string() }),
  z.object({ type: z.literal('failed'), reason: z.string() }),
])

type Ended =
  | { readonly how: 'exit'; readonly code: number | null }
  | { readonly how: 'late' | 'memory' | 'flood' | 'aborted' }

/** A PDF without text is `pictures`: what is in them takes another reader. */
export type DocumentReading = LocalReading | { readonly type: 'pictures'; readonly pages: number }

/** `parser` is the program that is run, ours unless a test says otherwise. Never throws for what a file holds. */
export async function readApart(
  file: LocalFile,
  limits: DocumentLimits,
  signal: AbortSignal,
  parser = join(PARSER, 'main.ts'),
): Promise<DocumentReading> {
  if (file.bytes.byteLength > limits.fileBytes) {
    const megabytes = Math.floor(limits.fileBytes / 1_000_000)
    return { type: 'failed', reason: `It is larger than the ${megabytes} MB that can be opened: send a part of it.` }
  }
  const { output, ended } = await run(file, limits, signal, parser)
  switch (ended.how) {
    case 'late':
      return { type: 'failed', reason: 'It takes too long to open: send a part of it, or its text.' }
    case 'memory':
      return { type: 'failed', reason: 'It takes too much memory to open: send a part of it, or its text.' }
    case 'flood':
      return { type: 'failed', reason: 'It holds more than can be taken in: send a part of it.' }
    case 'aborted':
      return { type: 'failed', reason: 'The reading was stopped: send it again.' }
    case 'exit': {
      const answer = ended.code === 0 ? ANSWER.safeParse(jsonOf(output)) : null
      if (answer?.success !== true)
        return {
          type: 'failed',
          reason: 'It could not be opened, for it broke its reader: send it as text or as a PDF.',
        }
      if (answer.data.type !== 'read') return answer.data
      const { format, ...rest } = answer.data
      return { ...rest, by: `local/${format}` }
    }
  }
}

async function run(
  { bytes, name, mediaType }: LocalFile,
  { timeoutMs, memoryMegabytes }: DocumentLimits,
  signal: AbortSignal,
  parser: string,
): Promise<{ readonly output: string; readonly ended: Ended }> {
  const apart = await withoutNetwork()
  const node = [process.execPath, ...permissions(dirname(parser)), `--max-old-space-size=${memoryMegabytes}`, parser]
  const [program = '', ...rest] = [...apart, ...node]
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Nothing of ours: no keys, no options for Node, no search path.
    env: {},
    cwd: '/',
    detached: true,
  })
  const ended = Promise.withResolvers<Ended>()
  const chunks: Buffer[] = []
  let printed = 0
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.length
    if (printed > OUTPUT_BYTES) ended.resolve({ how: 'flood' })
    else chunks.push(chunk)
  })
  child.once('error', () => ended.resolve({ how: 'exit', code: null }))
  child.once('close', (code) => ended.resolve({ how: 'exit', code }))
  // It may end before it has read all, and then nobody is there to write to.
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify({ name, mediaType })}\n`)
  child.stdin.end(bytes)
  const timer = setTimeout(() => ended.resolve({ how: 'late' }), timeoutMs)
  const onAbort = (): void => ended.resolve({ how: 'aborted' })
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const watch = watchMemory(child.pid, memoryMegabytes * 3, () => ended.resolve({ how: 'memory' }))
  try {
    return { ended: await ended.promise, output: Buffer.concat(chunks).toString('utf8') }
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    signal.removeEventListener('abort', onAbort)
    killWhole(child.pid)
  }
}

let networkless: Promise<readonly string[]> | null = null

/** What to put before a program so that it has no network, which Node's permissions leave open; nothing where the machine can't. */
export function withoutNetwork(): Promise<readonly string[]> {
  const words = ['/usr/bin/unshare', '--user', '--map-current-user', '--net', '--']
  networkless ??= new Promise((resolve) => {
    const [program = '', ...rest] = words
    execFile(program, [...rest, '/bin/true'], { env: {}, timeout: 5_000 }, (error) =>
      resolve(error === null ? words : []),
    )
  })
  return networkless
}

/** What Node's own limit does not count: buffers. Looked at where the system tells. */
function watchMemory(pid: number | undefined, megabytes: number, onTooMuch: () => void): NodeJS.Timeout {
  return setInterval(() => {
    if (pid === undefined) return
    readFile(`/proc/${pid}/status`, 'utf8').then(
      (status) => {
        const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
        if (kilobytes > megabytes * 1_024) onTooMuch()
      },
      () => {},
    )
  }, LOOK_MS)
}

/** The process is the head of a group: whatever it started goes with it. */
function killWhole(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

function permissions(folder: string): readonly string[] {
  const require = createRequire(import.meta.url)
  const vendors = VENDORS.flatMap((name) => {
    const found = require.resolve.paths(name)?.map((path) => join(path, name)) ?? []
    return found.map((path) => `--allow-fs-read=${path}/`)
  })
  return ['--permission', `--allow-fs-read=${folder}/`, ...vendors, '--disallow-code-generation-from-strings']
}

function jsonOf(output: string): unknown {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}
