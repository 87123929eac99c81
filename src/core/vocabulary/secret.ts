// Secrets: values that work may use and nobody may read, neither people nor programs.
import type { UserId } from './ids.ts'

/** What may be known of a secret. Its value goes in and never comes out again through any interface. */
export type SecretInfo = {
  /** As the variable in a sandbox is called: letters, digits and `_`. */
  readonly name: string
  /** Whose work may use it; null for everybody's. */
  readonly owner: UserId | null
  /** The only hosts that it is sent to, as in an EgressRule. */
  readonly hosts: readonly string[]
  /** Grows with every new value. */
  readonly version: number
  readonly createdBy: UserId
  readonly createdAt: Date
  /** When the value was last changed. */
  readonly rotatedAt: Date
  readonly lastUsedAt: Date | null
}

/** A value as the vault keeps it: sealed with a key that is not in the database. */
export type SealedSecret = SecretInfo & {
  readonly sealed: Uint8Array
  /** Which key it was sealed with. */
  readonly keyId: string
}

/** The rule of findings that are values of this installation, not only look like some. */
export const KNOWN_SECRET = 'KnownSecret'

/** Something in a text that looks like a secret. */
export type SecretFinding = {
  /** Of the rule set, e.g. `AWSSecretAccessKey`. */
  readonly rule: string
  /** UTF-16 offsets. */
  readonly start: number
  readonly end: number
}

/** Stands where a secret was. */
export const REDACTED = '[secret removed]'

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

export function isSecretName(name: string): boolean {
  return NAME.test(name)
}
