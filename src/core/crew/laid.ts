// What was laid into a workspace from a repository or an archive, as it stands in the task's log.

export type Laid = {
  /** Of a repository. */
  readonly repository: LaidRepository | null
  readonly files: number
  /** What a person should know of what is not there: one sentence each. */
  readonly notes: readonly string[]
}

export type LaidRepository = {
  readonly url: string
  /** Null where a tag or a commit was asked for. */
  readonly branch: string | null
  /** The commit that its files are of, 40 or 64 hex digits. */
  readonly head: string
  /** Null: all of it. */
  readonly paths: readonly string[] | null
}
