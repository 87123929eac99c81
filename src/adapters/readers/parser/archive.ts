// Archives: what is in them is listed with its sizes, and nothing is unpacked for it that need not be.
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LISTED_ENTRIES, UNPACKED_LIMIT, shownName, shownSize } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { zipEntries } from './zip.ts'

type Entry = { readonly name: string; readonly bytes: number }

const BLOCK = 512

export function listZip(bytes: Uint8Array): Parsed {
  return listed(zipEntries(bytes), 'zip', false)
}

/** Null when it is no tar archive. `isPart`: the archive goes on behind these bytes. */
export function listTar(bytes: Uint8Array, isPart: boolean): Parsed | null {
  if (field(bytes, 257, 5) !== 'ustar') return null
  const entries: Entry[] = []
  let longName: string | null = null
  let at = 0
  while (at + BLOCK <= bytes.length) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header[0] === 0) break
    const size = Number.parseInt(field(header, 124, 12).trim(), 8)
    if (!Number.isSafeInteger(size) || size < 0) break
    const body = bytes.subarray(at + BLOCK, at + BLOCK + Math.min(size, 10_000))
    const kind = field(header, 156, 1)
    if (kind === 'L') longName = utf8(body).replace(/\0.*$/s, '')
    else if (kind === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)/.exec(utf8(body))?.[1] ?? longName
    else if (kind !== 'g') {
      const prefix = field(header, 345, 155)
      const name = longName ?? (prefix === '' ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`)
      entries.push({ name, bytes: size })
      longName = null
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return listed(entries, 'tar', isPart)
}

/** Unpacked up to the limit; `isPart` when there is more. Throws for what is no gzip. */
export async function gunzipped(bytes: Uint8Array): Promise<{ readonly bytes: Uint8Array; readonly isPart: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of Readable.from([bytes]).pipe(createGunzip())) {
      const part = Buffer.from(chunk)
      chunks.push(part)
      length += part.length
      if (length > UNPACKED_LIMIT / 2) return { bytes: Buffer.concat(chunks), isPart: true }
    }
  } catch (error) {
    if (length === 0) throw error
    return { bytes: Buffer.concat(chunks), isPart: true }
  }
  return { bytes: Buffer.concat(chunks), isPart: false }
}

function listed(entries: readonly Entry[], format: string, isPart: boolean): Parsed {
  const total = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  const lines = entries.slice(0, LISTED_ENTRIES).map(({ name, bytes }) => `${shownName(name)}  ${shownSize(bytes)}`)
  const more = entries.length - lines.length
  if (more > 0) lines.push(`… and ${more} more`)
  return {
    type: 'read',
    text: lines.join('\n'),
    about: { entries: entries.length, unpacked_bytes: total },
    format,
    truncated: more > 0 || isPart,
  }
}

function field(block: Uint8Array, start: number, length: number): string {
  return utf8(block.subarray(start, start + length)).replace(/\0.*$/s, '')
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
