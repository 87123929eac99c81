// What a workspace looks like to those who decide which checks it calls for: its files, a few small texts, and the commands that can be run.

export type Workshop = {
  /** Paths of files, relative to the workspace. */
  readonly files: readonly string[]
  /** Texts of the files that runners read, by path; a file that is too large or gone is not among them. */
  readonly texts: ReadonlyMap<string, string>
  /** Names of the commands that can be run anywhere. */
  readonly tools: ReadonlySet<string>
  /** Commands that dependencies brought, by the folder (`''`: the root) whose node_modules/.bin or .venv/bin holds them. */
  readonly localTools: ReadonlyMap<string, ReadonlySet<string>>
}

export type Manifest = {
  /** Why package.json can't be read as one; null where it can, or where there is none. */
  readonly problem: string | null
  readonly scripts: Readonly<Record<string, string>>
  /** Names of all kinds of dependencies. */
  readonly dependencies: ReadonlySet<string>
  readonly all: Readonly<Record<string, unknown>>
}

/** A folder with a manifest of its own, or the root, which is always one. */
export type Project = {
  /** Relative to the workspace, with `/` between and none at the end; `''` for the root. */
  readonly folder: string
  /** Relative to the folder; without those of the projects inside it. */
  readonly files: readonly string[]
  /** Folders of the projects inside it, relative to it. */
  readonly inner: readonly string[]
  /** package.json, empty where there is none. */
  readonly manifest: Manifest
  /** What can be run in it: commands of the machine, of its own dependencies and of those of the folders above. */
  readonly tools: ReadonlySet<string>
  /** By path relative to the folder; null where it was not read. */
  readonly text: (path: string) => string | null
  /** The root's project; of the root: itself. */
  readonly root: Project
}
