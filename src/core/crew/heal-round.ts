// One round of healing: look, change, check again, and put everything back where it did not help; recorded step by step.
import { isAnalysisNext, isRuleNext, triedLines, wasTried, whyNoAgent, whyNotFollowed } from '../healing/escalation.ts'
import type { HealingLimits, PastRound } from '../healing/escalation.ts'
import { compareStates, countOf, mergedStates } from '../healing/compare-states.ts'
import type { Comparison } from '../healing/compare-states.ts'
import { signatureOf } from '../healing/failure-signature.ts'
import type { Remedy } from '../healing/rule.ts'
import { remedyFor } from '../healing/rules.ts'
import { affected } from '../quality/affected.ts'
import { isPassed } from '../quality/gate.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { FixSuggestion, Healer, HealRound } from '../vocabulary/healing.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { diffBetween } from './changes.ts'
import { checkWork } from './check-work.ts'
import { repairByAgent } from './heal-agent.ts'
import { analyseFailures } from './heal-analysis.ts'
import { applyInSandbox, projectFiles } from './heal-files.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

export type HealingState = {
  readonly plan: Plan
  readonly rounds: readonly HealRound[]
  readonly past: readonly PastRound[]
}

export type RoundEnd =
  | { readonly type: 'over'; readonly checks: readonly CheckReport[]; readonly state: HealingState }
  /** Nobody is left who could try. `why` is the end of a sentence. */
  | { readonly type: 'stop'; readonly why: string; readonly state: HealingState }

/** What was changed, or that nothing was. */
type Attempt = {
  readonly by: Healer
  readonly causes: readonly string[]
  readonly applied: readonly string[]
  readonly refused: readonly string[]
  /** Names the change; null where none was made. */
  readonly change: string | null
  /** Milliseconds beyond those of its recorded steps. */
  readonly lateMs: number
}

type Round = {
  readonly run: Run
  readonly workshop: Workshop
  readonly state: HealingState
  readonly limits: HealingLimits
  readonly number: number
  readonly key: string
  readonly before: readonly CheckReport[]
  readonly failed: readonly CheckReport[]
  readonly signature: string
  /** The journal keys of the round, whose times are the round's. */
  readonly keys: string[]
}

type Looked = { readonly from: CommitId; readonly remedy: (Remedy & { readonly rule: string }) | null }

/** `checkAll` runs the whole gate, as a step of its own whose key it returns. */
export async function healRound(
  run: Run,
  workshop: Workshop,
  state: HealingState,
  limits: HealingLimits,
  before: readonly CheckReport[],
  checkAll: () => Promise<{ readonly key: string; readonly checks: readonly CheckReport[] }>,
): Promise<RoundEnd> {
  const number = state.rounds.length + 1
  const key = `heal/${number}`
  // What failed before the task began, and may go on failing, is nobody's business here.
  const failed = before.filter((check) => !isPassed([check]))
  const signature = signatureOf(before)
  const round: Round = { run, workshop, state, limits, number, key, before, failed, signature, keys: [] }
  const looked = await look(round)
  const attempt = await tryToHeal(round, looked)
  if (typeof attempt === 'string') return { type: 'stop', why: attempt, state }
  const checked = attempt.change === null ? null : await checkAgain(round, looked.from, checkAll)
  const done = await closeRound(round, looked.from, attempt, checked)
  const past: PastRound = {
    by: attempt.by,
    outcome: done.outcome,
    signature,
    change: attempt.change,
    ms: attempt.lateMs + durationOf(run, [...round.keys, key]),
    tokens: tokensOf(round, attempt),
  }
  const next = { ...state, rounds: [...state.rounds, done], past: [...state.past, past] }
  if (done.rolled_back) await workshop.refreshServers()
  const checks = done.rolled_back || checked === null ? before : checked.checks
  return { type: 'over', checks, state: next }
}

/** Notes where the round begins, and what the rules say. */
function look(round: Round): Promise<Looked> {
  const { run, workshop, key, failed, state, signature } = round
  const step = keyOf(round, 'look')
  return run.journal.step(step, { agent: 'platform', title: `Look for a known pattern (${key})` }, async () => {
    const from = run.journal.lastCommit() ?? workshop.baseline
    if (!isRuleNext(state.past)) return { output: { from, remedy: null } }
    const { paths, read } = await projectFiles(workshop)
    const found = await remedyFor({ failed, paths, read, servedPorts: workshop.servedPorts() })
    const isNew = found !== null && !wasTried(state.past, signature, changeName(run, found.fixes, found.commands))
    return { output: { from, remedy: isNew ? found : null } }
  })
}

/** Why nobody can try, as the end of a sentence, or what was tried. */
async function tryToHeal(round: Round, { from, remedy }: Looked): Promise<Attempt | string> {
  const { run, workshop, key, failed, state, limits, signature } = round
  if (remedy !== null) return applied(round, 'rule', [remedy.cause], remedy.fixes, remedy.commands)
  const notes: string[] = []
  const causes: string[] = []
  if (isAnalysisNext(state.past, limits)) {
    round.keys.push(`${key}/analysis`)
    const analysed = await analyseFailures(run, workshop, key, { failed, plan: state.plan, rounds: state.rounds })
    if ('problem' in analysed) notes.push(analysed.problem)
    else {
      const { analysis } = analysed
      causes.push(...analysis.root_causes)
      const change = changeName(run, analysis.fix_suggestions, [])
      const against =
        whyNotFollowed(analysis) ??
        (wasTried(state.past, signature, change) ? 'the analysis proposes what was tried before' : null)
      if (against === null) return applied(round, 'analysis', causes, analysis.fix_suggestions, [])
      notes.push(against)
    }
  }
  const against = whyNoAgent(state.past, limits)
  if (against !== null) return against
  const number = state.past.filter(({ by }) => by === 'agent').length + 1
  round.keys.push(`repair/${number}`)
  const spent = state.past.reduce((sum, { ms }) => sum + ms, 0)
  const repaired = await repairByAgent(run, workshop, {
    key: `repair/${number}`,
    stopped: keyOf(round, 'stopped'),
    failed,
    causes,
    tried: triedLines(state.rounds),
    leftMs: Math.max(1, limits.ms - spent),
    tokens: {
      spent: state.past.reduce((sum, past) => sum + past.tokens, 0),
      most: limits.tokens,
      prefix: `repair/${number}/`,
    },
  })
  const base = { by: 'agent', causes, refused: notes } as const
  if (repaired.type === 'stopped')
    return { ...base, refused: [repaired.why, ...notes], applied: [], change: null, lateMs: repaired.ms }
  const to = await run.journal.step(
    keyOf(round, 'changed'),
    { agent: 'platform', title: 'Note what was changed' },
    async () => {
      const diff = await diffBetween(run, from, run.journal.lastCommit() ?? from, CHANGE_BYTES)
      const files = diff.files.map(({ path, additions, deletions }) => `${path}: +${additions} -${deletions}`)
      return { output: { files: files.slice(0, SHOWN), name: run.ids.digest(diff.patch) } }
    },
  )
  return { ...base, applied: to.files, change: to.name, lateMs: 0 }
}

const CHANGE_BYTES = 2_000_000
const SHOWN = 30
const COMMAND_OUTPUT_BYTES = 8_000

/** Puts the fixes in and runs the commands, as one step. */
async function applied(
  round: Round,
  by: Healer,
  causes: readonly string[],
  fixes: readonly FixSuggestion[],
  commands: Remedy['commands'],
): Promise<Attempt> {
  const { run, workshop } = round
  const title = by === 'rule' ? 'Mend a known pattern' : 'Apply the proposed fixes'
  const done = await run.journal.step(keyOf(round, 'apply'), { agent: 'platform', title }, async () => {
    const result = await applyInSandbox(workshop, fixes)
    const ran: string[] = []
    const failedCommands: string[] = []
    for (const { command, says } of commands) {
      const outcome = await workshop.sandbox.exec(
        {
          command,
          cwd: '.',
          env: { CI: 'true' },
          timeoutMs: run.limits.commandMs,
          maxOutputBytes: COMMAND_OUTPUT_BYTES,
        },
        run.signal,
      )
      run.signal.throwIfAborted()
      if (outcome.exitCode === 0) ran.push(says)
      else failedCommands.push(`${says}: it did not work (exit code ${outcome.exitCode ?? 'none'})`)
    }
    workshop.egress.flush()
    const commit = await workshop.snapshot(title)
    const output = {
      applied: [
        ...result.applied.map(
          ({ fix, path, line, moved }) =>
            `${path}:${line}: ${fix.explanation}${moved ? ` (it stood there and not on line ${fix.line_number})` : ''}`,
        ),
        ...ran,
      ],
      refused: [
        ...result.refused.map(({ fix, reason }) => `${fix.file}:${fix.line_number}: ${reason}`),
        ...failedCommands,
      ],
    }
    return { output, commit }
  })
  const change = done.applied.length === 0 ? null : changeName(run, fixes, commands)
  return { by, causes, applied: done.applied, refused: done.refused, change, lateMs: 0 }
}

type Checked = { readonly checks: readonly CheckReport[]; readonly comparison: Comparison }

/** First what the change can have an influence on; where that passes, or is everything, all of them. */
async function checkAgain(
  round: Round,
  from: CommitId,
  checkAll: () => Promise<{ readonly key: string; readonly checks: readonly CheckReport[] }>,
): Promise<Checked> {
  const { run, workshop, before, failed } = round
  const step = keyOf(round, 'scope')
  const only = await run.journal.step(step, { agent: 'platform', title: 'See which checks are affected' }, async () => {
    const { files } = await diffBetween(run, from, run.journal.lastCommit() ?? from, 0)
    const touched = affected(
      before,
      files.map(({ path }) => path),
    )
    return { output: [...new Set([...failed.map(({ check }) => check), ...touched])] }
  })
  const isEverything = before.every(({ check, status }) => status === 'skipped' || only.includes(check))
  if (!isEverything) {
    const after = await checkWork(run, workshop, keyOf(round, 'checks'), { only: new Set(only) })
    const checks = mergedStates(before, after)
    const comparison = compareStates(before, after, false)
    if (!isPassed(checks) || comparison.outcome === 'worse') return { checks, comparison }
  }
  const whole = await checkAll()
  round.keys.push(whole.key)
  return { checks: whole.checks, comparison: compareStates(before, whole.checks, true) }
}

/** Says what came of it, and puts the files back where it helped nothing: the step's snapshot is then the one that they went back to. */
function closeRound(round: Round, from: CommitId, attempt: Attempt, checked: Checked | null): Promise<HealRound> {
  const { run, workshop, key, number, before, failed } = round
  const { by, causes, applied: changes, refused } = attempt
  const title = `Round ${number} of healing`
  return run.journal.step(key, { agent: by === 'agent' ? 'coder' : 'platform', title }, async () => {
    const outcome = outcomeOf(checked)
    // A targeted change that changes nothing about the failures is no part of their mending. A coder may be half-way.
    const isIdle = by !== 'agent' && outcome === 'same' && checked?.comparison.unchanged === true
    const back = outcome === 'worse' || outcome === 'unapplied' || isIdle
    if (back) await putBack(run, workshop, from)
    const done: HealRound = {
      round: number,
      by,
      checks: failed.map(({ check }) => check),
      causes,
      applied: changes,
      refused: [...refused, ...(checked?.comparison.against ?? [])],
      outcome,
      failures_before: checked?.comparison.failuresBefore ?? countOf(before),
      failures_after: checked?.comparison.failuresAfter ?? countOf(before),
      from,
      rolled_back: back,
    }
    const event = {
      type: 'heal.finished',
      data: { step: key, agent: by === 'agent' ? 'coder' : 'platform', ...done },
    } as const
    return { output: done, events: [event], ...(back ? { commit: from } : {}) }
  })
}

function outcomeOf(checked: Checked | null): HealRound['outcome'] {
  if (checked === null) return 'unapplied'
  const { outcome } = checked.comparison
  return outcome !== 'worse' && isPassed(checked.checks) ? 'healed' : outcome
}

/** Byte for byte. Throws where the files are not those of the snapshot afterwards. */
async function putBack(run: Run, workshop: Workshop, from: CommitId): Promise<void> {
  await run.workspaces.reset(run.task.id, from)
  const now = await workshop.snapshot('put back')
  if (now !== from) throw new Error(`The files could not be put back to ${from}: they are ${now}`)
}

function keyOf(round: Round, part: string): string {
  const key = `${round.key}/${part}`
  round.keys.push(key)
  return key
}

function changeName(run: Run, fixes: readonly FixSuggestion[], commands: Remedy['commands']): string {
  const changes = fixes.map(({ file, current_code, fixed_code }) => [file, current_code, fixed_code])
  return run.ids.digest(JSON.stringify([changes, commands.map(({ command }) => command)]))
}

function durationOf(run: Run, keys: readonly string[]): number {
  const wanted = new Set(keys)
  return run.journal.completed().reduce((sum, { data }) => (wanted.has(data.step) ? sum + data.duration_ms : sum), 0)
}

function tokensOf({ run, key, state }: Round, { by }: Attempt): number {
  const agent = state.past.filter((past) => past.by === 'agent').length + 1
  return run.meter.tokensOf(`${key}/`) + (by === 'agent' ? run.meter.tokensOf(`repair/${agent}/`) : 0)
}
