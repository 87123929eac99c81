// One simulated installation from its first request until everything is quiet, all of it decided by one number.
import { brokenPromises } from './promises.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'
import { createUsers } from './users.ts'
import { createWorld } from './world.ts'
import type { Sabotage } from './sabotage.ts'
import type { World, WorldSettings } from './world.ts'
import { isTerminal } from '../../src/core/vocabulary/task.ts'

export type SimulationOptions = {
  readonly sabotage?: Sabotage | null
  /** Fixed instead of left to the seed. */
  readonly settings?: Partial<WorldSettings>
  readonly trace?: ((line: string) => void) | null
}

export type SimulationReport = {
  readonly seed: number
  /** Task lives that were lived. */
  readonly lives: number
  readonly statuses: Readonly<Record<string, number>>
  readonly events: number
  /** Calls that began by somebody's yes, and questions that nobody said yes to. */
  readonly approved: number
  readonly refused: number
  readonly merged: number
  readonly conflicts: number
  /** One sentence for each promise that was broken; empty when all was well. */
  readonly broken: readonly string[]
}

const MINUTE = 60_000
/** Virtual time in which every task must have ended. */
const LIMIT_MS = 6 * 60 * MINUTE

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationReport> {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.branch())
  const trace = options.trace ?? null
  // Calm worlds and wild ones: each kind of trouble is left out in some, so that the others show alone.
  const some = (rate: number) => (random.chance(0.3) ? 0 : random.next() * rate)
  const world = createWorld(scheduler, random.branch(), {
    workers: random.between(1, 4),
    faults: {
      failRate: some(0.03),
      localFailRate: some(0.02),
      meanDelayMs: random.pick([2, 20, 200, 1_500]),
      wellFrom: random.pick([0, 30_000, 2 * MINUTE, 10 * MINUTE]),
    },
    modelFailRate: some(0.05),
    sandboxDeathRate: some(0.1),
    troubleMs: random.pick([2_000, 8_000, 20_000]),
    crashShare: random.pick([0, 0.6, 1]),
    signalLossRate: random.pick([0, 0.2, 1]),
    leaseMs: random.pick([3_000, 10_000, 30_000]),
    ...options.settings,
    sabotage: options.sabotage ?? null,
    trace: trace === null ? null : (line) => trace(`${String(scheduler.now()).padStart(8)} ${line}`),
  })
  const users = createUsers(world, random.branch(), random.between(1, 6))
  const crash = (error: unknown) => {
    world.violations.push(
      `something threw where nobody listens: ${error instanceof Error ? error.stack : String(error)}`,
    )
  }
  process.on('unhandledRejection', crash)
  try {
    const ended = await scheduler.runUntil(() => users.isQuiet() && allOver(world), LIMIT_MS)
    if (!ended) world.violations.push(`not everything came to its end within ${scheduler.now()} ms of virtual time`)
    await closeDown(world)
  } finally {
    process.off('unhandledRejection', crash)
  }
  const statuses: Record<string, number> = {}
  for (const { task } of world.records.tasks.values()) statuses[task.status] = (statuses[task.status] ?? 0) + 1
  const broken = brokenPromises(world, users.acknowledged)
  const log = [...world.records.tasks.values()].flatMap(({ events }) => events)
  const approved = log.filter(({ type, data }) => type === 'tool.started' && 'approval_id' in data).length
  const merged = log.filter(({ type }) => type === 'branch.merged').length
  const conflicts = log.filter((it) => it.type === 'branch.merged' && it.data.conflicts.length > 0).length
  const refused = log.filter((it) => it.type === 'approval.resolved' && it.data.status !== 'approved').length
  return {
    seed,
    lives: world.records.tasks.size,
    statuses,
    events: scheduler.events(),
    approved,
    refused,
    merged,
    conflicts,
    broken,
  }
}

function allOver(world: World): boolean {
  return [...world.records.tasks.values()].every(({ task }) => isTerminal(task.status))
}

/** Workers that are told to stop leave nothing behind. */
async function closeDown(world: World): Promise<void> {
  let stopped = 0
  world.makePeace()
  // First the crashed come back, the frozen thaw, previews run out and the caretaker has its rounds.
  const calm = Math.max(world.scheduler.now(), world.wellFrom) + 2 * MINUTE
  const isCalm = () =>
    world.previews.size === 0 &&
    world.machine.sandboxes.size === 0 &&
    world.workers.every(({ process }) => process.isAlive())
  await world.scheduler.runUntil(isCalm, calm)
  for (const { worker, process } of world.workers) {
    void worker.stop().then(
      () => {
        stopped += 1
      },
      (error: unknown) => world.violations.push(`${process.name} could not stop: ${String(error)}`),
    )
  }
  const all = world.workers.length
  if (!(await world.scheduler.runUntil(() => stopped === all, calm + 60 * MINUTE)))
    world.violations.push(`${all - stopped} workers did not stop`)
}
