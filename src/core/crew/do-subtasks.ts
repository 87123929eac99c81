// The subtasks of a plan, each done by its role: one after the other in the task's own files, or side by side where they do not wait for
// each other.
import { quote } from '../context/quote.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { Plan, Subtask } from '../vocabulary/plan.ts'
import { shorten } from '../vocabulary/short-text.ts'
import { runAgent } from './agent.ts'
import type { AgentReport } from './agent.ts'
import { briefOf } from './brief.ts'
import { doSideBySide } from './do-side-by-side.ts'
import type { SubtaskWork } from './do-side-by-side.ts'
import type { Run } from './run.ts'
import { inOneLine, isInOneLine, scheduleSubtasks } from './schedule.ts'
import type { Stage } from './schedule.ts'
import type { Workshop } from './workshop.ts'

const SCHEDULE_STEP = 'schedule'
/** Of what one earlier subtask reported, and of all of them. */
const REPORT_CHARACTERS = 1_500
const REPORTS_CHARACTERS = 12_000

/** The reports in the order of the work. Throws TaskFailure where the plan can't be done. */
export async function doSubtasks(run: Run, workshop: Workshop, plan: Plan): Promise<readonly AgentReport[]> {
  const stages = await stagesOf(run, plan)
  const subtasks = new Map(plan.subtasks.map((subtask) => [subtask.id, subtask]))
  const reports = new Map<string, AgentReport>()

  function subtaskOf(id: string): Subtask {
    const found = subtasks.get(id)
    if (found === undefined) throw new Error(`The schedule names a subtask that the plan has not: ${id}`)
    return found
  }

  const work: SubtaskWork = async (its, where, { id, title, role, instructions, acceptance }, knows) => {
    const key = `subtask/${id}`
    const wanted = [instructions, 'It is done when:', ...acceptance.map((line) => `- ${line}`)].join('\n')
    const parts = [...doneBefore(knows, subtaskOf, reports), quote('subtask', `${title}\n${wanted}`)]
    const brief = await briefOf(its, where, key, role, parts.join('\n\n'))
    return runAgent(its, where, { key, subject: id, title, role, brief, kind: plan.kind ?? null })
  }

  for (const [index, stage] of stages.entries()) {
    if (stage.type === 'own') {
      const subtask = subtaskOf(stage.id)
      reports.set(stage.id, await doHere(run, subtask, () => work(run, workshop, subtask, stage.knows)))
      continue
    }
    const step = `stage/${index + 1}`
    await doSideBySide(run, workshop, { step, branches: stage.branches, subtaskOf, work, reports })
  }
  return stages
    .flatMap((stage) => (stage.type === 'own' ? [stage.id] : stage.branches.map(({ id }) => id)))
    .flatMap((id) => reports.get(id) ?? [])
}

/** Recorded where it is not one line: whatever the crew's roles are when the task is resumed, it goes on as it began. */
async function stagesOf(run: Run, plan: Plan): Promise<readonly Stage[]> {
  const line = inOneLine(plan)
  if (line === null) throw new TaskFailure('The plan goes in circles: its subtasks wait for each other.')
  const hasBegun = plan.subtasks.some(({ id }) => run.journal.has(`subtask/${id}/brief`))
  if (!run.journal.has(SCHEDULE_STEP)) {
    if (hasBegun) return line
    const stages = scheduleSubtasks(plan, (role) => run.crew.role(role).tools.includes('serve'))
    if (stages === null || isInOneLine(stages)) return line
  }
  const info = { agent: 'platform', title: 'Decide what is done side by side' } as const
  const { stages } = await run.journal.step(SCHEDULE_STEP, info, async () => {
    const problem = await run.worktrees.problem()
    if (problem !== null) {
      run.telemetry.log('warn', 'Subtasks are done one after the other', { task_id: run.task.id, problem })
      run.writer.note({ type: 'step.progress', data: { step: SCHEDULE_STEP, agent: 'platform', message: problem } })
      return { output: { stages: line } }
    }
    return { output: { stages: scheduleSubtasks(plan, (role) => run.crew.role(role).tools.includes('serve')) ?? line } }
  })
  return stages
}

function doHere(run: Run, subtask: Subtask, work: () => Promise<AgentReport>): Promise<AgentReport> {
  return run.journal.step(`subtask/${subtask.id}`, { agent: subtask.role, title: subtask.title }, async () => ({
    output: await work(),
  }))
}

/** What the others reported whose work an agent begins with: all that it knows of them, apart from the files. */
function doneBefore(
  knows: readonly string[],
  subtaskOf: (id: string) => Subtask,
  reports: ReadonlyMap<string, AgentReport>,
): readonly string[] {
  const lines = knows.flatMap((id) => {
    const report = reports.get(id)
    const { title, role } = subtaskOf(id)
    return report === undefined ? [] : [`- ${title} (${role}): ${shorten(report.summary, REPORT_CHARACTERS)}`]
  })
  return lines.length === 0 ? [] : [quote('done', shorten(lines.join('\n'), REPORTS_CHARACTERS))]
}
