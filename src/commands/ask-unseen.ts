// Takes a value that nobody may see: piped in, or typed without being shown.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

const MOST_BYTES = 256 * 1024

/** Without the line end behind it; null where nothing came. The question goes to stderr: stdout is for results. */
export async function askUnseen(question: string): Promise<string | null> {
  const value = process.stdin.isTTY ? await typed(question) : await piped()
  const clean = value?.replace(/\r?\n$/, '') ?? ''
  return clean === '' ? null : clean
}

async function piped(): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of process.stdin) {
    const piece = Buffer.from(part as Uint8Array | string)
    bytes += piece.length
    parts.push(piece)
    if (bytes > MOST_BYTES) break
  }
  return Buffer.concat(parts).toString('utf8')
}

async function typed(question: string): Promise<string | null> {
  process.stderr.write(question)
  // What readline would show of what is typed goes nowhere.
  const nowhere = new Writable({ write: (_, __, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  const closed = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
  try {
    return await Promise.race([terminal.question(''), closed])
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
