// Reads a command line as the shell would: what it would run, and with which words, as far as that can be known without running it.

/** A word as the shell would see it after quotes; `text` is null where it depends on what only running it would tell. */
export type ShellWord = {
  readonly text: string | null
  /** Its pieces in order: text, a script whose output stands there, or null for what only running it would tell. */
  readonly parts: readonly (string | ShellScript | null)[]
  /** As it was written. */
  readonly source: string
  /** Unquoted `*`, `?`, `[…]` or `{a,b}`: it may become several words. */
  readonly globs: boolean
  /** Commands that run to make the word: `$(…)`, backquotes, `<(…)`. */
  readonly scripts: readonly ShellScript[]
}

export type ShellRedirect = {
  /** `reads` a file, `writes` one (also `>|`, `&>`), `appends`, `both` (`<>`), `text` is handed in (here-document, here-string). */
  readonly does: 'reads' | 'writes' | 'appends' | 'both' | 'text' | 'duplicates'
  readonly target: ShellWord
}

/** One command of its own: `A=1 name words… > file`. */
export type ShellCommand = {
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord | null }[]
  /** Null where there are assignments or redirections alone. */
  readonly name: ShellWord | null
  readonly words: readonly ShellWord[]
  readonly redirects: readonly ShellRedirect[]
  /** The command whose output it reads, where it stands behind a `|`. */
  readonly pipedFrom: ShellCommand | null
}

export type ShellScript = {
  /** Every command in it, also those in loops, conditions, groups and functions, in the order of the text. */
  readonly commands: readonly ShellCommand[]
  /** Names of functions that it defines: a call of one is no program. */
  readonly functions: readonly string[]
  /** What is wrong with it, in a few words each; empty for what reads as a whole. */
  readonly problems: readonly string[]
}

export interface ShellReader {
  /** Never throws, whatever the text. */
  read(command: string): ShellScript
}
