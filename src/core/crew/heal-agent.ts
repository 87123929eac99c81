// A coder at work on failed checks in its tools, for no longer and for no more tokens than healing has left.
import { quote } from '../context/quote.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import { AgentStopped, runAgent } from './agent.ts'
import { briefOf } from './brief.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

export type AgentRepair = {
  /** The journal key of the work. */
  readonly key: string
  /** The journal key under which it is noted that it was stopped half-way. */
  readonly stopped: string
  readonly failed: readonly CheckReport[]
  /** What an analysis gave as causes, unproven. */
  readonly causes: readonly string[]
  readonly tried: readonly string[]
  readonly leftMs: number
  readonly tokens: { readonly spent: number; readonly most: number; readonly prefix: string }
}

/** `stopped`: in the middle, and its files are to be put back. `why` is one sentence, `ms` how long it was at work beyond its steps. */
type Repaired = { readonly type: 'done' } | { readonly type: 'stopped'; readonly why: string; readonly ms: number }

/** Throws TaskFailure where a limit of the task or of healing is met. */
export async function repairByAgent(run: Run, workshop: Workshop, repair: AgentRepair): Promise<Repaired> {
  const { stopped, leftMs } = repair
  const note = async (why: string, ms: number): Promise<Repaired> => {
    const said = { agent: 'platform', title: 'The repair was stopped' } as const
    return { type: 'stopped', ...(await run.journal.step(stopped, said, async () => ({ output: { why, ms } }))) }
  }
  if (run.journal.has(stopped)) return note('', 0)
  const began = run.clock.now().getTime()
  const problem = [
    repair.failed.map(describeCheck).join('\n\n'),
    ...(repair.causes.length === 0 ? [] : [`An analysis, unproven:\n${quote('findings', repair.causes.join('\n'))}`]),
    ...(repair.tried.length === 0 ? [] : [`Tried before:\n${quote('findings', repair.tried.join('\n'))}`]),
  ].join('\n\n')
  const [done, stop] = [new AbortController(), new AbortController()]
  void run.clock.sleep(leftMs, done.signal).then(() => {
    if (!done.signal.aborted) stop.abort(new Error('The time for healing is over.'))
  })
  const limited: Run = { ...run, signal: AbortSignal.any([run.signal, stop.signal]), meter: meterWithin(run, repair) }
  try {
    await repairWith(limited, workshop, { ...ABOUT, key: repair.key, problem })
    return { type: 'done' }
  } catch (error) {
    if (run.signal.aborted) throw error
    if (stop.signal.aborted) return await note('The time for healing was over (HEAL_MINUTES).', leftMs)
    if (error instanceof AgentStopped) return await note(error.message, run.clock.now().getTime() - began)
    throw error
  } finally {
    done.abort()
  }
}

const ABOUT = { subject: 'repair', title: 'Repair the failed checks' } as const

/** The coder's work on one problem, recorded as a step. */
export async function repairWith(
  run: Run,
  workshop: Workshop,
  about: { readonly key: string; readonly subject: string; readonly title: string; readonly problem: string },
): Promise<void> {
  const { key, subject, title, problem } = about
  await run.journal.step(key, { agent: 'coder', title }, async () => {
    const wanted = `${title}. Mend the cause; never weaken or delete a test.\n\n${problem}`
    const brief = await briefOf(run, workshop, key, 'coder', wanted)
    const kind = subject === ABOUT.subject ? ABOUT.subject : null
    return { output: await runAgent(run, workshop, { key, subject, title, role: 'coder', brief, kind }) }
  })
}

function describeCheck(check: CheckReport): string {
  return `${check.check} failed. ${check.reason ?? ''}\n${quote('output', check.output)}`
}

/** Ends the work at the limit of healing as well as at the task's own. */
function meterWithin(run: Run, { tokens }: AgentRepair): Run['meter'] {
  return {
    ...run.meter,
    exhausted: () => {
      const used = tokens.spent + run.meter.tokensOf(tokens.prefix)
      if (used >= tokens.most) return { limit: 'tokens of healing', used, allowed: tokens.most }
      return run.meter.exhausted()
    },
  }
}
