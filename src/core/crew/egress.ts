// What a task's sandbox may reach: what the policy lists, what people allowed for this task, and nothing else; and which secrets go where.
import { decideAct } from '../policy/decide-act.ts'
import { egressVerdict } from '../policy/egress-verdict.ts'
import { egressRuleFor } from '../policy/match.ts'
import type { SandboxEgress, SandboxSecret } from '../ports/sandbox.ts'
import type { UsableSecret } from '../secrets/vault.ts'
import { approvalDigest } from '../task/accept-request.ts'
import type { ApprovalBinding } from '../vocabulary/approval.ts'
import { targetText } from '../vocabulary/egress.ts'
import type { EgressTarget, EgressVerdict } from '../vocabulary/egress.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import type { Answer } from './answers.ts'
import { createEgressSums } from './egress-sums.ts'
import { askedBy, bindingOf, NeedsApproval } from './needs-approval.ts'
import type { MidWorkQuestion } from './needs-approval.ts'
import type { Run } from './run.ts'

export type EgressGrants = {
  readonly decide: (target: EgressTarget) => EgressVerdict
  readonly question: (target: EgressTarget, verdict: Extract<EgressVerdict, { type: 'ask' }>) => MidWorkQuestion
}

/** The one place that is reached while it holds. */
export type OnlyPlace = {
  readonly verdict: EgressVerdict
  /** Why the last connection there came to nothing, as far as is known by now. */
  readonly refused: () => string | null
  readonly done: () => void
}

export type TaskEgress = SandboxEgress &
  EgressGrants & {
    /** Allowed from now on, because they stand in a command that was approved as it is. */
    readonly allow: (targets: readonly EgressTarget[]) => void
    /**
     * Until it is done, this place alone is reached, without a question: a person named it. What is denied stays denied. `agreed`: they
     * said yes to sending a secret there, too.
     */
    readonly only: (target: EgressTarget, agreed: boolean) => OnlyPlace
    /** What was refused since the last call for want of a person's answer, in words; empty where nothing was. */
    readonly refused: () => readonly string[]
    /** What `work` alone is refused for want of an answer is asked of nobody. */
    readonly quietly: <T>(work: () => Promise<T>) => Promise<T>
    /** Throws NeedsApproval for the first of what was refused so since the last `refused`; records what was reported. */
    readonly askForRefused: () => void
    /** Records what was reported, summed up. */
    readonly flush: () => void
    /** From now on nothing leaves the sandbox: its task is over. Idempotent. */
    readonly close: () => void
  }

/** More hosts than that are a search, or an attempt to find a hole. */
const MOST_HOSTS = 5
/** Of what was refused for want of an answer; one of it is asked about. */
const MOST_KEPT = 50
const NOTHING_LEAVES = {
  type: 'deny',
  rule: 'task.over',
  why: 'The task is over, or is a replay: nothing leaves it.',
} as const

/** `run.task` is a replay where `isReplay`: it repeats what was, and reaches nothing. */
export async function createTaskEgress(run: Run, isReplay: boolean): Promise<TaskEgress> {
  let closed = isReplay
  const granted = new Set<string>()
  const asked = new Map<string, MidWorkQuestion>()
  const sums = createEgressSums()
  const binding = bindingOf(run, null)
  let only: { readonly target: EgressTarget; readonly agreed: boolean; why: string | null } | null = null

  function ask(key: string, asking: MidWorkQuestion): void {
    if (asked.size < MOST_KEPT) asked.set(key, asking)
  }

  const tell = (kind: 'egress' | 'secret', subject: string): Answer | null => answerOf(run, kind, subject, binding)

  function decide(target: EgressTarget): EgressVerdict {
    if (closed) return NOTHING_LEAVES
    const { policy, by, bot } = run.rules
    const isElsewhere = only !== null && !isSame(only.target, target)
    if (isElsewhere)
      return { type: 'deny', rule: 'source.only', why: 'Just now one repository is reached and nothing else.' }
    const verdict = egressVerdict(policy, target, { by, bot, at: run.clock.now() })
    if (verdict.type !== 'ask') return verdict
    if (only !== null)
      return { type: 'allow', rule: 'named', private: egressRuleFor(policy.egress, target)?.private ?? false }
    const subject = targetText(target)
    const answer = tell('egress', subject)
    // A yes opens no private network, but takes none away either that the operator listed.
    const opened = { type: 'allow', private: egressRuleFor(policy.egress, target)?.private ?? false } as const
    if (answer?.status === 'approved') return { ...opened, rule: 'approved' }
    if (granted.has(subject)) return { ...opened, rule: 'approved.command' }
    if (answer !== null) return { type: 'deny', rule: 'refused', why: noTo(answer) }
    if (run.answers.asked('egress') >= MOST_HOSTS)
      return { type: 'deny', rule: 'task.most-hosts', why: `People were asked about ${MOST_HOSTS} hosts already.` }
    return verdict
  }

  function question(
    target: EgressTarget,
    { rule, why }: { readonly rule: string; readonly why: string },
  ): MidWorkQuestion {
    return {
      kind: 'egress',
      subject: targetText(target),
      binding,
      policy: { rule, why, classes: ['network'], people: 1 },
    }
  }

  function secretVerdict(secret: UsableSecret, target: EgressTarget): 'use' | 'use_asked' | 'ask' | 'refuse' {
    if (closed || secret.use.type === 'refuse') return 'refuse'
    const { policy, by, bot } = run.rules
    const act = { tool: 'secret', where: 'sandbox', by, bot, command: null, paths: [], tokens: null } as const
    const decision = decideAct(
      policy,
      { ...act, hosts: [`${target.host}:${target.port}`], at: run.clock.now() },
      run.shell,
    )
    if (decision.verdict === 'deny') return 'refuse'
    if (only !== null && only.agreed && isSame(only.target, target)) return 'use_asked'
    const subject = `${secret.name} for ${targetText(target)}`
    const answer = tell('secret', subject)
    if (answer?.status === 'approved') return 'use_asked'
    if (answer !== null) return 'refuse'
    if (decision.verdict === 'allow' && secret.use.type !== 'ask') return 'use'
    if (run.answers.asked('secret') < MOST_HOSTS)
      ask(`secret ${subject}`, { kind: 'secret', subject, binding, policy: askedBy(decision) })
    return 'ask'
  }

  async function valueFor(secret: UsableSecret, target: EgressTarget): Promise<string | null> {
    try {
      const verdict = secretVerdict(secret, target)
      if (verdict === 'ask' || verdict === 'refuse') return null
      return await secret.value({ asked: verdict === 'use_asked' })
    } catch (error) {
      run.telemetry.log('error', 'A secret could not be used', { name: secret.name, error: messageOf(error) })
      return null
    }
  }

  function flush(): void {
    const events = sums.take()
    if (events.length > 0) run.writer.note(...events)
  }

  const secrets = isReplay ? [] : await run.secretsFor(run.task.userId)
  return {
    decide: (target) => {
      const verdict = decide(target)
      if (verdict.type === 'ask') ask(targetText(target), question(target, verdict))
      return verdict
    },
    question,
    report: (report) => {
      if (only !== null && isSame(only.target, report)) only.why = report.why ?? only.why
      sums.add(report)
    },
    secrets: secrets.map((secret): SandboxSecret => ({
      name: secret.name,
      placeholder: `secret-${secret.name}-${run.ids.unguessable()}`,
      hosts: secret.hosts,
      valueFor: (target) => valueFor(secret, target),
    })),
    allow: (targets) => {
      for (const target of targets) granted.add(targetText(target))
    },
    only: (target, agreed) => {
      const here = { target, agreed, why: null as string | null }
      only = here
      return { verdict: decide(target), refused: () => here.why, done: () => void (only = only === here ? null : only) }
    },
    refused: () => {
      const subjects = [...asked.values()].map(({ subject }) => subject)
      asked.clear()
      return subjects
    },
    quietly: async (work) => {
      const before = new Set(asked.keys())
      try {
        return await work()
      } finally {
        for (const key of asked.keys()) if (!before.has(key)) asked.delete(key)
      }
    },
    askForRefused: () => {
      const [first] = asked.values()
      asked.clear()
      if (first === undefined) return
      flush()
      throw new NeedsApproval(first)
    },
    flush,
    close: () => {
      closed = true
      flush()
    },
  }
}

function isSame(one: EgressTarget, other: EgressTarget): boolean {
  return one.host === other.host && one.port === other.port
}

/** What people said of exactly this in this task; null where they were not asked, or something of it differs since. */
function answerOf(run: Run, kind: 'egress' | 'secret', subject: string, binding: ApprovalBinding): Answer | null {
  const digest = approvalDigest(run.ids, kind, subject, binding)
  return run.answers.of(kind).findLast((one) => one.digest === digest && one.subject === subject) ?? null
}

function noTo({ status, comment }: Answer): string {
  if (status === 'expired') return 'Nobody answered in time whether it may be reached.'
  return comment === null ? 'A person said no to it.' : `A person said no to it: ${comment}`
}
