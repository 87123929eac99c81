// Where no engine may be used: images are not built, and whoever asks is told why.
import type { ImageBuilder } from '../../core/ports/image-builder.ts'

/** `reason` is one sentence for people. */
export function createNoImageBuilder(reason: string): ImageBuilder {
  return {
    available: async () => ({ type: 'unavailable', reason }),
    build: async () => ({ type: 'refused', reason, exitCode: null, durationMs: 0, output: '' }),
  }
}
