// Finds what looks like a secret in a text: by a maintained rule set, and by the values that this installation itself must never show.
import type { SecretFinding } from '../vocabulary/secret.ts'

export interface SecretScanner {
  /** In the order of their beginnings, without overlaps. Never throws, whatever the text; `path` helps some rules. */
  scan(text: string, path?: string): Promise<readonly SecretFinding[]>
}
