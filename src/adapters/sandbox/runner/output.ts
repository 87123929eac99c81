// What a command prints, with a bound on what is kept and sent: a flood costs time, never memory.
import type { Readable } from 'node:stream'
import type { StreamName } from './protocol.ts'
import type { Wire } from './wire.ts'

const PIECE_BYTES = 48_000

/** The last bytes of a stream. */
export type Tail = { readonly push: (bytes: Buffer) => void; readonly bytes: () => Buffer }

/** Keeps the last `limit` bytes. */
export function createTail(limit: number): Tail {
  let chunks: Buffer[] = []
  let held = 0
  return {
    push: (bytes) => {
      // A copy, because a piece of a pooled buffer would keep the whole of it alive.
      const chunk = Buffer.from(bytes.length > limit ? bytes.subarray(bytes.length - limit) : bytes)
      chunks.push(chunk)
      held += chunk.length
      for (let first = chunks[0]; first !== undefined && held - first.length >= limit; first = chunks[0]) {
        held -= first.length
        chunks = chunks.slice(1)
      }
      // Many tiny writes would otherwise leave many tiny buffers.
      if (chunks.length > 64) chunks = [Buffer.concat(chunks)]
    },
    bytes: () => {
      const all = Buffer.concat(chunks)
      return all.subarray(Math.max(0, all.length - limit))
    },
  }
}

/** Sends a stream as it comes until `limit` bytes, then only counts; keeps the end of it. Pauses it while the host is slow. */
export function relay(
  source: Readable,
  stream: StreamName,
  id: number,
  limit: number,
  wire: Wire,
): { total: () => number; sendTail: () => void } {
  const tail = createTail(Math.floor(limit / 2))
  let total = 0
  source.on('data', (bytes: Buffer) => {
    const live = bytes.subarray(0, Math.max(0, limit - total))
    total += bytes.length
    tail.push(bytes)
    let quick = true
    for (const piece of pieces(live)) quick = wire.send({ type: 'output', id, stream, data: piece }) && quick
    if (quick) return
    source.pause()
    void wire.drained().then(() => source.resume())
  })
  source.on('error', () => source.destroy())
  return {
    total: () => total,
    sendTail: () => {
      if (total <= limit) return
      for (const piece of pieces(tail.bytes())) wire.send({ type: 'tail', id, stream, data: piece })
    },
  }
}

/** Base64 pieces of a size that fits in a line. */
export function* pieces(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES).toString('base64')
  }
}
