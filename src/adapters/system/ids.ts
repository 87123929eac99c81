// Fresh names from the machine's randomness.
import { createHash, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import type { Ids } from '../../core/ports/ids.ts'
import type { PreviewId } from '../../core/vocabulary/ids.ts'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const UNGUESSABLE_CHARACTERS = 26

export function createSystemIds(): Ids {
  return {
    // uuid's v7 keeps ids of one process in order even within a millisecond.
    next: <Id extends string>() => v7() as Id,
    unguessable: () => {
      // 26 characters of 5 bits; 32 divides 256, so no character is more likely than another.
      const bytes = randomBytes(UNGUESSABLE_CHARACTERS)
      return [...bytes].map((byte) => BASE32[byte % BASE32.length]).join('') as PreviewId
    },
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}
