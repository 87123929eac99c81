// The people of a simulated installation: they ask, ask twice when no answer comes, approve, reject, abort, fork, and pause the
// platform, all at random moments.
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import type { Request } from '../../src/core/task/accept-request.ts'
import { applyCommand } from '../../src/core/task/apply-command.ts'
import type { TaskCommand } from '../../src/core/task/decide.ts'
import { forkTask } from '../../src/core/task/fork.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { TaskType } from '../../src/core/vocabulary/task.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export type Acknowledged = { readonly externalId: string; readonly taskId: TaskId; readonly created: boolean }

export type Users = {
  readonly acknowledged: readonly Acknowledged[]
  /** Everybody has what they came for, or has given up. */
  readonly isQuiet: () => boolean
}

const ada = 'ada' as UserId
const KINDS = ['dev', 'dev', 'dev', 'dev', 'question', 'run', 'refuse'] as const
const TYPES: readonly [TaskType | null, ...(TaskType | null)[]] = [
  null,
  null,
  'dev_pipeline',
  'question',
  'shell_command',
]

/** An OK mostly; a no, with a word or without, and words that are none. */
const ANSWERS = [
  ['approve', 'go'],
  ['approve', 'go'],
  ['approve', 'go'],
  ['approve', 'go'],
  ['approve', 'go'],
  ['approve', 'go'],
  ['reject', 'no'],
  ['supersede', 'something else'],
] as const

export function createUsers(world: World, random: Random, requests: number): Users {
  const { scheduler, acceptDeps, office } = world
  const acknowledged: Acknowledged[] = []
  let busy = 0

  /** Repeats what broke, as people and their programs do. */
  async function insist<T>(act: () => Promise<T>, patience: number): Promise<T | null> {
    for (let attempt = 0; attempt < patience; attempt += 1) {
      try {
        return await act()
      } catch (error) {
        if (!String(error).includes('simulated')) world.violations.push(`somebody outside got: ${String(error)}`)
        await office.pass(random.spread(200))
      }
    }
    return null
  }

  async function keepBusy(work: () => Promise<void>): Promise<void> {
    busy += 1
    try {
      await work()
    } catch (error) {
      world.violations.push(`a person's act broke: ${error instanceof Error ? error.stack : String(error)}`)
    } finally {
      busy -= 1
    }
  }

  async function ask(request: Request): Promise<void> {
    const accepted = await insist(() => acceptRequest(acceptDeps, request), 20)
    if (accepted === null) return
    if ('type' in accepted) {
      world.violations.push(`a good request was refused: ${accepted.type}`)
      return
    }
    acknowledged.push({ externalId: request.externalId, taskId: accepted.task.id, created: accepted.created })
    for (let act = random.between(0, 2); act > 0; act -= 1) void keepBusy(() => meddle(accepted.task.id))
    if (random.chance(0.8)) void keepBusy(() => answer(accepted.task.id))
  }

  /** Looks now and then whether something waits for an answer, and gives one. */
  async function answer(taskId: TaskId): Promise<void> {
    for (let look = 0; look < 10; look += 1) {
      await office.pass(random.spread(10_000))
      const task = await insist(() => acceptDeps.store.get(taskId), 1)
      if (task?.status !== 'needs_approval') continue
      const [type, comment] = random.pick(ANSWERS)
      if (type === 'supersede') await command(taskId, { type, by: ada, comment })
      else await command(taskId, { type, approvalId: task.approval?.id ?? null, by: ada, comment })
    }
  }

  async function meddle(taskId: TaskId): Promise<void> {
    await office.pass(random.spread(30_000))
    const kind = random.next()
    if (kind < 0.5) await command(taskId, { type: 'abort', by: ada, reason: 'enough' })
    else if (kind < 0.8) await command(taskId, { type: 'approve', approvalId: null, by: ada, comment: null })
    else if (kind < 0.9) await command(taskId, { type: 'reject', approvalId: null, by: ada, comment: 'no' })
    else await fork(taskId)
  }

  async function command(taskId: TaskId, what: TaskCommand): Promise<void> {
    const outcome = await insist(() => applyCommand(acceptDeps, taskId, what), random.between(1, 3))
    if (outcome !== null && 'type' in outcome && outcome.type === 'not_found')
      world.violations.push(`${taskId} was acknowledged and is not there`)
  }

  async function fork(taskId: TaskId): Promise<void> {
    const task = await insist(() => acceptDeps.store.get(taskId), 3)
    if (task === null) return
    const externalId = `fork-${taskId}`
    const request = { interface: 'http', chat: 'c', externalId, author: ada, raw: {}, taskId } as const
    const forked = await insist(() => forkTask(acceptDeps, { ...request, seq: random.between(1, task.lastSeq) }), 5)
    if (forked === null || 'type' in forked) return
    acknowledged.push({ externalId, taskId: forked.task.id, created: forked.created })
  }

  async function panic(): Promise<void> {
    await world.stop.on(ada)
    await office.pass(random.spread(20_000))
    await insist(() => world.stop.off(ada), 100)
  }

  for (let index = 0; index < requests; index += 1) {
    const taskType = random.pick(TYPES)
    const request: Request = {
      interface: 'http',
      chat: `chat-${random.between(1, 2)}`,
      externalId: `message-${index}`,
      author: ada,
      text: `please ${random.pick(KINDS)} something`,
      raw: {},
      taskType,
      source: { type: 'empty' },
      // Words in a conversation, or an order.
      confirm: taskType === null && random.chance(0.6),
    }
    const literal = { ...request, text: request.taskType === 'shell_command' ? `change l${index}` : request.text }
    const copies = random.chance(0.3) ? random.between(2, 3) : 1
    const when = random.spread(15_000)
    for (let copy = 0; copy < copies; copy += 1) {
      busy += 1
      scheduler.after(when + (copy === 0 ? 0 : random.spread(500)), () => {
        busy -= 1
        void keepBusy(() => ask(literal))
      })
    }
  }
  if (random.chance(0.2)) scheduler.after(random.spread(20_000), () => void keepBusy(panic))

  return { acknowledged, isQuiet: () => busy === 0 }
}
