// The subtasks of a plan, each done by its role.
import { quote } from '../context/quote.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { Plan, Subtask } from '../vocabulary/plan.ts'
import { runAgent } from './agent.ts'
import type { AgentReport } from './agent.ts'
import { briefOf } from './brief.ts'
import { orderSubtasks } from './plan-order.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** The reports in the order of the work. Throws TaskFailure where the plan can't be done. */
export async function doSubtasks(run: Run, workshop: Workshop, plan: Plan): Promise<readonly AgentReport[]> {
  const order = orderSubtasks(plan)
  if (order === null) throw new TaskFailure('The plan goes in circles: its subtasks wait for each other.')
  const reports: AgentReport[] = []
  for (const subtask of order) reports.push(await doSubtask(run, workshop, subtask))
  return reports
}

function doSubtask(run: Run, workshop: Workshop, subtask: Subtask): Promise<AgentReport> {
  const key = `subtask/${subtask.id}`
  return run.journal.step(key, { agent: subtask.role, title: subtask.title }, async () => {
    const wanted = [subtask.instructions, 'It is done when:', ...subtask.acceptance.map((line) => `- ${line}`)].join(
      '\n',
    )
    const { id: subject, title, role } = subtask
    const brief = await briefOf(run, workshop, key, role, quote('subtask', `${title}\n${wanted}`))
    return { output: await runAgent(run, workshop, { key, subject, title, role, brief }) }
  })
}
