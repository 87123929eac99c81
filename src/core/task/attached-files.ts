// The files that come with a command are part of what a yes to it is bound to.
import type { Artifact } from '../ports/artifact-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { SentFile } from './accept-request.ts'
import type { ApprovalBinding } from '../vocabulary/approval.ts'

export type AttachedDeps = { readonly ids: Pick<Ids, 'digest'>; readonly objects: Pick<ObjectStore, 'get'> }

/** A file as somebody sent it, and not what was read from one. */
export function isAttachedFile({ kind, content }: Pick<Artifact, 'kind' | 'content'>): boolean {
  return kind === 'file' && content === null
}

/**
 * Names the files that work begins with: `tree`, and with it the names and contents of what came along, in whatever order. Bytes that
 * are gone count as such.
 */
export async function treeWith(
  { ids, objects }: AttachedDeps,
  tree: ApprovalBinding['tree'],
  files: readonly SentFile[],
): Promise<ApprovalBinding['tree']> {
  if (files.length === 0) return tree
  const named = new Set<string>()
  // One after the other: together they may be larger than what should be in memory at once.
  for (const { name, objectKey } of files) {
    const bytes = await objects.get(objectKey)
    named.add(JSON.stringify([name, bytes === null ? null : ids.digest(bytes)]))
  }
  return `attached:${ids.digest(JSON.stringify([tree, ...[...named].toSorted()]))}`
}
