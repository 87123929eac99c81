// Routing: what a request is, said by the small tier in a fixed shape, and what follows from it: further tasks, facts to remember, a
// question back, the work that it goes on from.
import type { TaskId } from '../vocabulary/ids.ts'
import type { Routing, WorkspaceSource } from '../vocabulary/task.ts'
import { ROUTE_STEP } from '../task/evolve.ts'
import { messageOf, TaskFailure } from '../task/task-failure.ts'
import { askForObject } from './ask.ts'
import { questionBefore } from './clarify.ts'
import { taskPackOf } from './context.ts'
import type { Run } from './run.ts'
import { ROUTE_SCHEMA } from './schemas.ts'
import type { Route } from './schemas.ts'
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
  await splitOff(run, route)
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

/** The parts of a request that are tasks of their own: recorded, so that nobody works on them twice. */
export function splitParts(run: Pick<Run, 'journal'>): readonly string[] {
  const step = run.journal.completed().find(({ data }) => data.step === SPLIT_STEP)
  return step === undefined ? [] : (step.data.output as Split).parts
}

const SPLIT_STEP = 'split'
type Split = { readonly parts: readonly string[]; readonly task_ids: readonly TaskId[] }

function askRouter(run: Run): Promise<Route> {
  const question = {
    step: ROUTE_STEP,
    title: 'Understand the request',
    role: 'router',
    subject: 'route',
    tier: 'small',
    system: run.promptPack.systems.router,
  } as const
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

/** Of plain words alone: an order is one thing, however many parts it has. What was split off is not split again. */
async function splitOff(run: Run, { others }: Route): Promise<void> {
  const { task, journal, gather } = run
  if (others.length === 0 || !task.confirm) return
  const about = { agent: 'platform', title: 'Make tasks of the further requests' } as const
  await journal.step<Split>(SPLIT_STEP, about, async () => {
    const [thread, message] = await Promise.all([
      gather.conversations.thread(task.threadId),
      gather.conversations.ofTask(task.id),
    ])
    const nothing: Split = { parts: [], task_ids: [] }
    if (thread === null || message === null || !message.inContext) return { output: nothing }
    const made: { readonly part: string; readonly id: TaskId }[] = []
    for (const [index, part] of others.entries()) {
      const accepted = await run.accept({
        interface: thread.interface,
        chat: thread.chat,
        externalId: `${task.id}/also/${index + 1}`,
        author: task.userId,
        authorName: message.authorName,
        direct: thread.direct,
        text: part,
        raw: {},
        // The words stand in the conversation already, in the message that they were part of.
        inContext: false,
        taskType: null,
        source: task.source,
        confirm: true,
      })
      if ('type' in accepted)
        run.telemetry.log('warn', 'A further request was refused', { task_id: task.id, reason: accepted.type })
      else made.push({ part, id: accepted.task.id })
    }
    const output: Split = { parts: made.map(({ part }) => part), task_ids: made.map(({ id }) => id) }
    return made.length === 0
      ? { output }
      : { output, events: [{ type: 'task.split', data: { task_ids: output.task_ids } }] }
  })
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
  if (!route.continues || task.source.type !== 'empty' || context.finished === null) return null
  return { type: 'task', ...context.finished }
}

function waitsForOk({ task, confirmWork }: Run, route: Route): boolean {
  if (!task.confirm || confirmWork === 'never') return false
  return confirmWork === 'always' || route.needs_confirmation || route.confidence < SURE
}
