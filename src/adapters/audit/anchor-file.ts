// The anchor of the audit log as a file that grows by a line at a time, each under our own key.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Anchor, AuditAnchor, BadAnchor } from '../../core/ports/audit-log.ts'

export type AnchorFileDeps = {
  readonly path: string
  /** The first writes; a line may be of any. */
  readonly keys: () => Promise<readonly string[]>
}

const SHAPE = /^\{"seq":([1-9]\d{0,15}),"hash":"([0-9a-f]{64})","at":"([0-9TZ:.-]{20,30})","mac":"([0-9a-f]{64})"\}$/
const NEWLINE = 10

export function createAnchorFile({ path, keys }: AnchorFileDeps): AuditAnchor {
  return {
    append: async (anchor) => {
      const [key] = await keys()
      if (key === undefined) throw new Error('There is no key for the anchor')
      const line = anchorToLine(anchor, key)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      // One write at the end of the file, which no other process's write comes into.
      const file = await open(path, 'a+', 0o600)
      try {
        await file.appendFile((await endsInALine(file)) ? line : `\n${line}`)
        await file.sync()
      } finally {
        await file.close()
      }
      await syncFolder(dirname(path))
    },
    read: async function* () {
      const own = await keys()
      const input = createReadStream(path, 'utf8')
      let line = 0
      try {
        for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
          line += 1
          if (text !== '') yield lineToAnchor(text, line, own)
        }
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
        throw new Error(`The anchor ${path} can't be read`, { cause: error })
      } finally {
        input.destroy()
      }
    },
  }
}

function anchorToLine({ seq, hash, at }: Anchor, key: string): string {
  const time = at.toISOString()
  return `{"seq":${seq},"hash":"${hash}","at":"${time}","mac":"${macOf(seq, hash, time, key)}"}\n`
}

function lineToAnchor(
  text: string,
  line: number,
  keys: readonly string[],
): ({ readonly type: 'anchor' } & Anchor) | BadAnchor {
  const [, number = '', hash = '', at = '', mac = ''] = SHAPE.exec(text) ?? []
  const seq = Number(number)
  if (seq === 0 || Number.isNaN(Date.parse(at))) return { type: 'bad', line, problem: 'can not be read' }
  const isOurs = keys.some((key) =>
    timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(macOf(seq, hash, at, key), 'hex')),
  )
  return isOurs
    ? { type: 'anchor', seq, hash, at: new Date(at) }
    : { type: 'bad', line, problem: 'was not written with the key that we have' }
}

function macOf(seq: number, hash: string, at: string, key: string): string {
  return createHmac('sha256', key).update(`${seq}\n${hash}\n${at}`).digest('hex')
}

/** A crash in the middle of a line leaves it without its end. */
async function endsInALine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] === NEWLINE
}

/** A new file outlasts a power cut only once its folder was written too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
