// Several subtasks at once, each in a branch and a sandbox of its own, merged into the task's own files in the order of the plan. When one
// of them fails or has to ask a person, the others stop where they are; what was recorded of them stays.
import type { CommitId } from '../vocabulary/ids.ts'
import type { Subtask } from '../vocabulary/plan.ts'
import type { AgentReport } from './agent.ts'
import { HELD_SLOT } from './agent-slots.ts'
import { openBranch } from './branch-workshop.ts'
import { mergeBranch } from './merge-branch.ts'
import type { Run } from './run.ts'
import type { Branch } from './schedule.ts'
import type { Workshop } from './workshop.ts'

/** Does one subtask with the run and in the workshop that are given; records nothing of it but its agent's own steps. */
export type SubtaskWork = (
  run: Run,
  workshop: Workshop,
  subtask: Subtask,
  knows: readonly string[],
) => Promise<AgentReport>

export type SideBySide = {
  /** Under which the beginning is recorded. */
  readonly step: string
  /** In the order in which they are merged; none begins with what comes after it. */
  readonly branches: readonly Branch[]
  readonly subtaskOf: (id: string) => Subtask
  readonly work: SubtaskWork
  /** What was reported so far; what these report is added. */
  readonly reports: Map<string, AgentReport>
}

type Done = { readonly tip: CommitId; readonly report: AgentReport }

/** Resolves when all are done and merged. Rejects with what ended the first of them, when all have come to rest and no sandbox of theirs is open. */
export async function doSideBySide(run: Run, workshop: Workshop, given: SideBySide): Promise<void> {
  const { step, branches, subtaskOf, work, reports } = given
  const begin = await run.journal.step(step, { agent: 'platform', title: 'Begin side by side' }, async () => ({
    output: run.journal.lastCommit() ?? workshop.baseline,
  }))
  const stop = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal])
  const here: Run = { ...run, signal, journal: run.journal.on(null, signal) }
  let first: { readonly error: unknown } | null = null
  const tips = new Map<string, Promise<Done>>()
  const merges = new Map<string, Promise<CommitId>>()

  /** The first that goes wrong stops the others. */
  async function orStop<T>(doing: () => Promise<T>): Promise<T> {
    try {
      return await doing()
    } catch (error) {
      first ??= { error }
      stop.abort(new Error('Another part of the work stopped'))
      throw error
    }
  }

  async function beginningOf({ base }: Branch): Promise<CommitId> {
    switch (base.type) {
      case 'begin':
        return begin
      case 'tip':
        return (await known(tips, base.of)).tip
      case 'merged':
        return known(merges, base.after)
    }
  }

  let before: Promise<unknown> = Promise.resolve()
  for (const branch of branches) {
    const subtask = subtaskOf(branch.id)
    const done = orStop(async () => {
      const result = await doInBranch(here, subtask, await beginningOf(branch), (its, where) =>
        work(its, where, subtask, branch.knows),
      )
      reports.set(branch.id, result.report)
      return result
    })
    const previous = before
    const merged = orStop(async () => {
      const { tip, report } = await done
      await previous
      return mergeBranch(here, workshop, { subtask, tip, report, others: othersOf(branch), reports })
    })
    tips.set(branch.id, done)
    merges.set(branch.id, merged)
    before = merged
  }
  await Promise.allSettled([...tips.values(), ...merges.values()])
  if (first !== null) throw errorOf(first)

  /** Those of this stage that were merged before. */
  function othersOf({ id }: Branch): readonly Subtask[] {
    return branches
      .slice(
        0,
        branches.findIndex((one) => one.id === id),
      )
      .map((one) => subtaskOf(one.id))
  }
}

function errorOf({ error }: { readonly error: unknown }): unknown {
  return error
}

function known<T>(all: ReadonlyMap<string, T>, id: string): T {
  const found = all.get(id)
  if (found === undefined) throw new Error(`The schedule has ${id} begin with what comes after it`)
  return found
}

/** Read from the log where it was done before: no place is taken, and no sandbox opened. */
async function doInBranch(
  run: Run,
  { id, role, title }: Subtask,
  from: CommitId,
  work: (its: Run, where: Workshop) => Promise<AgentReport>,
): Promise<Done> {
  const key = `subtask/${id}`
  const journal = run.journal.on(id, run.signal)
  const inPlace: Run = { ...run, journal, agents: HELD_SLOT }
  async function inSandbox(): Promise<{ readonly output: AgentReport; readonly commit: CommitId }> {
    const workshop = await openBranch(inPlace, id, from)
    let report: AgentReport
    try {
      report = await work(inPlace, workshop)
    } catch (error) {
      await workshop.close('its work stopped').catch((second: unknown) => {
        run.telemetry.log('error', 'A sandbox could not be closed', { task_id: run.task.id, error: String(second) })
      })
      throw error
    }
    await workshop.close('its work is done')
    return { output: report, commit: workshop.newest() }
  }
  const report = await journal.step(key, { agent: role, title }, () => run.agents.use(run.signal, inSandbox))
  return { tip: journal.lastCommit() ?? from, report }
}
