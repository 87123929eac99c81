// The policy at an agent's hands: what each call of a turn may do by itself, what a person is asked about first, and what never happens.
import { targetOf } from '../policy/match.ts'
import { decideAct } from '../policy/decide-act.ts'
import type { ToolCall } from '../ports/models.ts'
import { targetText } from '../vocabulary/egress.ts'
import type { ApprovalId, CommitId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Act, PolicyDecision } from '../vocabulary/policy.ts'
import { approvalDigest } from '../task/accept-request.ts'
import type { Answer } from './answers.ts'
import type { EgressGrants } from './egress.ts'
import { askedBy, bindingOf, NeedsApproval } from './needs-approval.ts'
import type { Run } from './run.ts'
import type { ToolName } from './tools/tool.ts'

export type Clearance =
  | { readonly type: 'go'; readonly decision: PolicyDecision | null }
  /** Done by this yes, and by it alone. */
  | { readonly type: 'approved'; readonly approvalId: ApprovalId; readonly decision: PolicyDecision }
  /** Not carried out: the agent is told `why`. */
  | { readonly type: 'refused'; readonly why: string; readonly decision: PolicyDecision | null }

export type Gate = {
  /** The first calls that are carried out together: a call that hangs on a person's answer stands alone. */
  readonly together: (calls: readonly ToolCall[]) => readonly ToolCall[]
  /** Whether this call may be carried out now, on these files. Throws NeedsApproval where a person has to say so first. */
  readonly clear: (step: string, call: ToolCall, tree: CommitId) => Clearance
}

/** A task that asks more often than this does not know what it is doing, and whoever answers does not read any more. */
const MOST_QUESTIONS = 20

export function createGate(run: Run, allowed: readonly ToolName[], grants: EgressGrants): Gate {
  const rulings = new Map<ToolCall, PolicyDecision | null>()

  /** Null for what is refused by the tools themselves. */
  function ruling(call: ToolCall): PolicyDecision | null {
    const known = rulings.get(call)
    if (known !== undefined) return known
    const tool = allowed.includes(call.tool) ? run.crew.tool(call.tool) : undefined
    const fits = tool !== undefined && tool.schema.safeParse(call.input).success
    const decision = fits ? decideAct(run.rules.policy, actOf(run, call, tool.inside), run.shell) : null
    rulings.set(call, decision)
    return decision
  }

  return {
    together: (calls) => {
      const alone = calls.findIndex((call) => ruling(call)?.verdict === 'ask')
      if (alone === -1) return calls
      return calls.slice(0, Math.max(1, alone))
    },
    clear: (step, call, tree) => {
      const decision = ruling(call)
      if (decision === null || decision.verdict === 'allow') return { type: 'go', decision }
      if (decision.verdict === 'deny') return { type: 'refused', why: policyWords(decision), decision }
      if (decision.askedHosts.length > 0) return clearHosts(decision, grants)
      return clearByYes(run, decision, { step, call, tree })
    },
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?)$/

/** The question is not the command but the hosts: once they are allowed, nothing is left to ask. */
function clearHosts(decision: PolicyDecision, grants: EgressGrants): Clearance {
  for (const text of decision.askedHosts) {
    const target = targetOf(text)
    // Its own servers: a sandbox is alone in its network.
    if (LOOPBACK.test(target.host)) continue
    const verdict = grants.decide(target)
    if (verdict.type === 'ask') throw new NeedsApproval(grants.question(target, verdict))
    if (verdict.type === 'deny')
      return { type: 'refused', why: `${targetText(target)} is not to be reached: ${verdict.why}`, decision }
  }
  return { type: 'go', decision }
}

type Asked = { readonly step: string; readonly call: ToolCall; readonly tree: CommitId }

function clearByYes(run: Run, decision: PolicyDecision, { step, call, tree }: Asked): Clearance {
  if (run.answers.begun(step, call.id) !== null) return { type: 'refused', why: OUTCOME_UNKNOWN, decision }
  const subject = subjectOf(call)
  const binding = bindingOf(run, tree)
  const answer = run.answers.unused(approvalDigest(run.ids, 'tool', subject, binding), run.clock.now())
  if (answer === null) {
    if (run.answers.asked('tool') >= MOST_QUESTIONS)
      return {
        type: 'refused',
        why: `People were asked ${MOST_QUESTIONS} times in this task; that is enough.`,
        decision,
      }
    throw new NeedsApproval({ kind: 'tool', subject, binding, policy: askedBy(decision) })
  }
  if (answer.status !== 'approved') return { type: 'refused', why: refusalWords(answer), decision }
  run.answers.use(answer.id)
  return { type: 'approved', approvalId: answer.id, decision }
}

const OUTCOME_UNKNOWN =
  'It was approved and begun once, and its outcome was lost with the worker that ran it. It is not done a second time: find out what came of it.'

/** For the agent. */
function refusalWords({ status, comment }: Pick<Answer, 'status' | 'comment'>): string {
  if (status === 'expired')
    return 'Nobody answered in time whether this may be done, so it was not done. Go on without it.'
  const said = comment === null ? '' : ` They said: ${comment}`
  return `A person said no to this, so it was not done. Go on without it.${said}`
}

export function policyWords({ rule, why }: PolicyDecision): string {
  return `The policy refuses this, and nobody can allow it here: ${why} (Rule ${rule}.)`
}

/** The exact text that is asked about: a command as it is, everything else with the name of its tool. */
function subjectOf(call: ToolCall): string {
  return call.tool === 'shell' ? (textOf(call.input, 'command') ?? '') : `${call.tool} ${JSON.stringify(call.input)}`
}

function actOf(run: Run, call: ToolCall, inside: boolean): Act {
  const path = textOf(call.input, 'path')
  return {
    tool: call.tool,
    inside,
    where: 'sandbox',
    by: run.rules.by,
    bot: run.rules.bot,
    command: textOf(call.input, 'command'),
    paths: path === null ? [] : [path],
    hosts: [],
    tokens: run.limits.tokensPerTask,
    at: run.clock.now(),
  }
}

function textOf(input: JsonValue, name: string): string | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null
  const value = (input as Readonly<Record<string, JsonValue>>)[name]
  return typeof value === 'string' ? value : null
}
