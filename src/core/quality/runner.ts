// What a runner of checks is: a thing that knows by itself whether a project calls for it, what to run there, what the output says, and
// which changes can matter to it. Adding one touches its own file and one line of checks/all.ts.
import type { CheckKind, Finding } from '../vocabulary/check.ts'
import type { Project } from './project.ts'

/** What a command printed, without escape sequences and control characters, cut to a bounded length. Hostile. */
export type RawOutput = {
  readonly stdout: string
  readonly stderr: string
  /** Null when a signal or the timeout ended it. */
  readonly exitCode: number | null
}

/** What the output says. The verdict is the exit code's; `skip` alone takes it back, where nothing was looked at. */
export type Parsed = {
  /** Files as the command names them: relative to the folder it ran in, or absolute. Paths, lengths and numbers are bounded afterwards. */
  readonly findings: readonly Finding[]
  /** One sentence on why this was no check at all, e.g. that there were no tests; it is then reported as skipped. */
  readonly skip?: string
}

/** A command to run in the project's folder. */
export type CommandWanted = {
  readonly type: 'command'
  readonly command: string
  readonly timeoutMs: number
  /** Told apart from others of the same runner in the same project: `tsc (tsconfig.app.json)`. */
  readonly part?: string
  /** On top of the environment that every check has. */
  readonly env?: Readonly<Record<string, string>>
  /** Instead of the runner's own. */
  readonly parse?: Runner['parse']
  /** What it does not reach is no question to a person: it says less then, and stands in nobody's way. Runs after all others. */
  readonly isQuiet?: true
}

/** What the platform can see by itself, from the texts that it has read. It failed where a finding is an error. Throws nothing. */
export type LookWanted = {
  readonly type: 'look'
  readonly look: (signal: AbortSignal) => Parsed | Promise<Parsed>
  readonly part?: string
}

/** The project calls for it, and it can't be done here. */
export type SkipWanted = { readonly type: 'skip'; readonly reason: string; readonly part?: string }

export type Wanted = CommandWanted | LookWanted | SkipWanted

export type Runner = {
  /** The check's name, e.g. `tsc`; in a project below the root the folder is added: `tsc (frontend)`. Unique among the runners. */
  readonly name: string
  readonly kind: CheckKind
  /** Asked once for each project (`project`), or once for all files together, as a project with the root as its folder (`workspace`). */
  readonly scope: 'project' | 'workspace'
  /** Small files whose text `detect` wants, by their path in the workspace: at most 1 MB each are read, and 200 in all. */
  readonly reads?: (path: string) => boolean
  /** Pure. Nothing where the project does not call for it. */
  readonly detect: (project: Project) => readonly Wanted[]
  /** Pure, linear in the output, and never throws, whatever it is given. */
  readonly parse: (raw: RawOutput) => Parsed
  /** Whether a change of this path of the workspace can change the verdict of this runner anywhere. In doubt: yes. */
  readonly watches: (path: string) => boolean
}
