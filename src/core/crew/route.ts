// Routing: what kind of task a request is, said by the small tier in a fixed shape.
import type { Routing } from '../vocabulary/task.ts'
import { ROUTE_STEP } from '../task/evolve.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { askForObject } from './ask.ts'
import { quote } from './prompts.ts'
import type { Run } from './run.ts'
import { ROUTE_SCHEMA } from './schemas.ts'

/** Throws TaskFailure, in the router's words, when the request is one that can't be done here at all. */
export async function routeRequest(run: Run): Promise<Routing> {
  const question = {
    step: ROUTE_STEP,
    title: 'Understand the request',
    role: 'router',
    subject: 'route',
    tier: 'small',
    system: run.prompts.router,
  } as const
  const answer = await askForObject(run, question, quote('request', run.task.inputText), ROUTE_SCHEMA, 'route')
  if (answer.refusal !== null) throw new TaskFailure(answer.refusal)
  const { refusal: _, ...routing } = answer
  // Only commands wait for a person: what the others do stays in the sandbox until somebody takes it out.
  if (routing.task_type !== 'shell_command') return { ...routing, command: null, needs_confirmation: false }
  if (routing.command === null || routing.command.trim() === '') {
    throw new TaskFailure('It was not clear which command to run. Say the command itself, for example: run `ls -la`.')
  }
  return { ...routing, needs_confirmation: true }
}
