// What a yes to a command is bound to, and what the policy says of the command before anybody is asked.
import { decideAct } from '../policy/decide-act.ts'
import type { Clock } from '../ports/clock.ts'
import type { ShellReader } from '../ports/shell-reader.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Workspaces } from '../ports/workspaces.ts'
import type { CommandTerms, WantedCommand } from '../task/accept-request.ts'
import type { ApprovalBinding, ApprovalPolicy } from '../vocabulary/approval.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Act, Policy, PolicyDecision } from '../vocabulary/policy.ts'
import { sourceName } from '../vocabulary/source-words.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { treeWith } from '../task/attached-files.ts'
import type { AttachedDeps } from '../task/attached-files.ts'

export type JudgeDeps = {
  /** As it is in force now. */
  readonly policy: () => Promise<Policy>
  readonly shell: ShellReader
  /** A stranger is a guest. */
  readonly roleOf: (userId: UserId) => Promise<Act['by']['role']>
  readonly clock: Clock
}

export type TermsDeps = JudgeDeps &
  AttachedDeps & {
    readonly workspaces: Pick<Workspaces, 'fingerprint'>
    readonly telemetry: Telemetry
    /** What a task may cost in all. */
    readonly tokensPerTask: number
  }

const ALWAYS_ASKED = {
  rule: 'run.always-asked',
  why: 'A command as a person typed it is asked about every time.',
} as const

/** Never throws for what the files are like: a source that can't be looked at now is bound to nothing, and fails when it is opened. */
export async function commandTerms(deps: TermsDeps, wanted: WantedCommand): Promise<CommandTerms> {
  const { command, person, source, files } = wanted
  const [decision, tree] = await Promise.all([
    judgeCommand(deps, { command, person, tokens: deps.tokensPerTask }),
    fingerprintOf(deps, source).then((source) => treeWith(deps, source, files)),
  ])
  const binding: ApprovalBinding = { where: 'sandbox', person, tree, tokens: deps.tokensPerTask }
  return { binding, policy: askedPolicy(decision), denied: decision.verdict === 'deny' }
}

type Judged = {
  readonly command: string
  readonly person: UserId
  readonly tokens: number
  readonly bot?: string | null
}

/** What the policy in force says of a command that a person typed. */
async function judgeCommand(deps: JudgeDeps, judged: Judged): Promise<PolicyDecision> {
  const [policy, role] = await Promise.all([deps.policy(), deps.roleOf(judged.person)])
  return decideAct(policy, runAct(judged, role, deps.clock.now()), deps.shell)
}

function runAct({ command, person, tokens, bot = null }: Judged, role: Act['by']['role'], at: Date): Act {
  return { tool: 'run', where: 'sandbox', by: { userId: person, role }, bot, command, paths: [], hosts: [], tokens, at }
}

/** A rule that allows does not lift the question. */
function askedPolicy({ verdict, rule, why, classes, people }: PolicyDecision): ApprovalPolicy {
  return { ...(verdict === 'allow' ? ALWAYS_ASKED : { rule, why }), classes, people }
}

async function fingerprintOf(
  { workspaces, telemetry }: TermsDeps,
  source: WantedCommand['source'],
): Promise<string | null> {
  const name = sourceName(source)
  if (name !== null) return name
  try {
    return await workspaces.fingerprint(source)
  } catch (error) {
    telemetry.log('warn', 'The files of a command could not be looked at', { error: messageOf(error) })
    return null
  }
}
