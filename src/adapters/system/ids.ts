// Fresh names from the machine's randomness.
import { createHash, randomBytes, randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'
import type { Ids } from '../../core/ports/ids.ts'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const UNGUESSABLE_CHARACTERS = 26

// Drawn for many ids at once: a call for each costs more than everything else about it.
const POOL_BYTES = 4_096
const UUID_BYTES = 16

export function createSystemIds(): Ids {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES

  /** Nothing is ever given out twice. */
  function random(): Buffer {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    used += UUID_BYTES
    return pool.subarray(used - UUID_BYTES, used)
  }

  let msecs = 0
  let seq = 0

  /** Ids of one process are in order even within a millisecond, and when the machine's clock is put back. */
  function next(): string {
    const bytes = random()
    const now = Date.now()
    if (now > msecs) {
      msecs = now
      // Of its 32 bits the highest stays free for counting.
      seq = bytes.readUInt32BE(0) >>> 1
    } else if (seq === 0xffff_ffff) {
      msecs += 1
      seq = bytes.readUInt32BE(0) >>> 1
    } else seq += 1
    return v7({ random: bytes, msecs, seq })
  }

  return {
    next: <Id extends string>() => next() as Id,
    unguessable: <Id extends string>() => {
      // 26 characters of 5 bits; 32 divides 256, so no character is more likely than another.
      const bytes = randomBytes(UNGUESSABLE_CHARACTERS)
      return [...bytes].map((byte) => BASE32[byte % BASE32.length]).join('') as Id
    },
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}
