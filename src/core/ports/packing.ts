// Finished work as one file that people can take away. Implemented by adapters/sandbox, and in memory for tests.
import type { CommitId, WorktreeId } from '../vocabulary/ids.ts'

export type RecordedFile = {
  /** Relative, with `/`. Hostile, as everything that was made in a sandbox: it may hold any characters but NUL. */
  readonly path: string
  readonly type: 'file' | 'executable' | 'link'
  /** Of a link: what it points to. */
  readonly bytes: Uint8Array
}

export interface Packing {
  /**
   * The files as the commit has them, by path. They are read from the history: what lies in the workspace now is not looked at, and no
   * link is followed. Throws where there is no such commit.
   */
  recorded(
    worktree: WorktreeId,
    commit: CommitId,
    maxBytes: number,
  ): Promise<readonly RecordedFile[] | { readonly type: 'too_large'; readonly bytes: number }>
  /** In the order given, with one fixed time: the same files are the same bytes, on any machine and at any time. */
  zip(files: readonly RecordedFile[]): Uint8Array
}
