// What a change can do to the tests that it has to pass: the words for it.

/** One file as it was and as it is; null where there is none, or where it can't be read as text. */
export type ChangedFile = { readonly path: string; readonly before: string | null; readonly after: string | null }

/** One thing that makes tests, or what steers them, milder than they were. */
export type Weakening = {
  /** Relative to the workspace; where it stands now, or where it stood when it is gone. */
  readonly file: string
  /** From 1, in `after` where the place is still there, in `before` otherwise. */
  readonly line: number
  /** e.g. `removed-test`, `loosened-assertion`, `new-skip`. */
  readonly rule: string
  /** One sentence for a person. */
  readonly message: string
  /** The text that was there and the text that is there now, at most 400 characters each; empty where there is none. */
  readonly before: string
  readonly after: string
  /** `note`: worth reading, and no reason to ask anybody. */
  readonly severity: 'error' | 'note'
}
