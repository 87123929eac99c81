// Names that a seed can repeat: counted where the platform's are random.
import { createHash } from 'node:crypto'
import type { Ids } from '../../src/core/ports/ids.ts'

export function createCountedIds(): Ids {
  let count = 0
  const next = () => String((count += 1)).padStart(12, '0')
  return {
    next: <Id extends string>() => `0000-${next()}` as Id,
    unguessable: <Id extends string>() => `preview-${next()}` as Id,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}
