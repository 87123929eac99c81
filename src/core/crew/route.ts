// Routing: what a request is, said by the small tier in a fixed shape, and what follows from it: further tasks, facts to remember, a
// question back, the work that it goes on from.
import type { Routing, WorkspaceSource } from '../vocabulary/task.ts'
import { ROUTE_STEP } from '../task/evolve.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { askForObject } from './ask.ts'
import { questionBefore } from './clarify.ts'
import { taskPackOf } from './context.ts'
import { repositoryInWords } from './repository-in-words.ts'
import type { Run } from './run.ts'
import { ROUTE_SCHEMA } from './schemas.ts'
import type { Route } from './schemas.ts'
import { splitOff } from './split-off.ts'
import { routerPrompt } from './task-pack.ts'

const COMMAND_CHARACTERS = 4_000
/** Below this, work waits for an OK also where the operator wants to be asked only when needed. */
const SURE = 0.7

/**
 * Safe to repeat: what it makes of a message, it makes once. Throws TaskFailure, in the router's words, when the request is one that
 * can't be done here at all; what was asked for beside it goes on all the same.
 */
export async function routeRequest(run: Run): Promise<Routing> {
  const route = ROUTE_SCHEMA.parse(await askRouter(run))
  await remember(run, route)
  await splitOff(run, route.others)
  if (route.refusal !== null) throw new TaskFailure(route.refusal)
  const ask = questionBefore(route, { conversation: run.task.confirm, asked: run.context.asked })
  const { confidence, summary, plan } = route
  const shared = { confidence, summary, plan, command: null, needs_confirmation: false, source: null }
  if (ask !== null) return { ...shared, intent: route.intent, task_type: 'question', ask }
  // What a router calls a question is answered, whatever else it says: the harmless reading counts.
  if (route.intent !== 'command' || route.task_type === 'question') {
    const intent = route.intent === 'other' ? 'other' : 'question'
    return { ...shared, intent, task_type: 'question', ask: null }
  }
  const command = { ...shared, intent: 'command', ask: null } as const
  if (route.task_type === 'shell_command')
    return { ...command, task_type: 'shell_command', command: commandOf(route), needs_confirmation: true }
  const source = sourceOf(run, route)
  return { ...command, task_type: 'dev_pipeline', source, needs_confirmation: waitsForOk(run, route) }
}

function askRouter(run: Run): Promise<Route> {
  const question = {
    step: ROUTE_STEP,
    title: 'Understand the request',
    role: 'router',
    subject: 'route',
    tier: run.crew.role('router').tier,
    system: run.promptPack.system('router'),
  }
  const prompt = routerPrompt({ ...taskPackOf(run, []), context: run.context.routers })
  return askForObject(run, question, prompt, ROUTE_SCHEMA, 'route')
}

/** Asked for with no facts too: a rule that somebody states plainly need not be noticed by a model. */
async function remember(run: Run, { facts }: Route): Promise<void> {
  const { task, gather, telemetry } = run
  try {
    const [thread, message] = await Promise.all([
      gather.conversations.thread(task.threadId),
      gather.conversations.ofTask(task.id),
    ])
    // Parts that were split off are in a router's words: what the person said was looked at with the whole.
    if (thread !== null && message !== null && message.inContext) await run.remember(facts, { thread, message, task })
  } catch (error) {
    telemetry.log('warn', 'Facts could not be proposed', { task_id: task.id, error: messageOf(error) })
  }
}

function commandOf({ command }: Route): string {
  if (command === null)
    throw new TaskFailure('It was not clear which command to run. Say the command itself, for example: run `ls -la`.')
  if (command.length > COMMAND_CHARACTERS)
    throw new TaskFailure('The command is too long to be approved: put it into a file and ask for the file to be run.')
  return command
}

/** Where the sender said what to start from, that counts. */
function sourceOf({ task, context }: Run, route: Route): WorkspaceSource | null {
  if (task.source.type !== 'empty') return null
  if (!route.continues || context.finished === null) return repositoryInWords(task.inputText)
  return { type: 'task', ...context.finished }
}

function waitsForOk({ task, confirmWork }: Run, route: Route): boolean {
  if (!task.confirm || confirmWork === 'never') return false
  return confirmWork === 'always' || route.needs_confirmation || route.confidence < SURE
}
