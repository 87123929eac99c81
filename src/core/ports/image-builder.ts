// Whoever builds container images from a workspace's files. Implemented by adapters/containers; off unless the operator turned it on.
import type { WorktreeId } from '../vocabulary/ids.ts'

export type ImageBuild = {
  /** `refused`: nothing was tried, since it would have taken what a build is not given. */
  readonly type: 'built' | 'failed' | 'refused'
  /** What failed, or what is missing, in one sentence; null when it was built. */
  readonly reason: string | null
  readonly exitCode: number | null
  readonly durationMs: number
  /** The end of what the builder printed, without escape sequences, at most 16,000 characters. Hostile input, as the files were. */
  readonly output: string
}

export type ImageEngine =
  | { readonly type: 'available'; /** e.g. `buildah 1.28.2`. */ readonly name: string }
  | { readonly type: 'unavailable'; /** For people, one sentence. */ readonly reason: string }

export interface ImageBuilder {
  /** Never throws. */
  available(): Promise<ImageEngine>
  /**
   * Builds the image of `dockerfile` (relative, with `/`) with its folder `context` from a copy of these files, without a network, and removes
   * image and copy again. What the files get wrong is a `failed` build; throws only where the copy can't be made. Ended within a second of `signal`'s
   * abort, and after a time limit of its own. One build at a time on a machine: others wait.
   */
  build(
    files: WorktreeId,
    target: {
      readonly dockerfile: string
      readonly context: string
      /** Those that it begins with or copies from: a build fetches none, and is refused where one is not there. */
      readonly images: readonly string[]
    },
    signal: AbortSignal,
  ): Promise<ImageBuild>
}
