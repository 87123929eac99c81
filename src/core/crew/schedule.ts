// Which subtasks of a plan are done one after the other in the task's own files, and which side by side in branches of them. Pure.
import type { Plan, RoleName } from '../vocabulary/plan.ts'
import { orderSubtasks } from './plan-order.ts'

/**
 * What a branch begins with. `begin`: the task's own files as they were when its stage began; `tip`: the work of one other branch;
 * `merged`: the task's own files after that branch was merged, and with it every one before it.
 */
export type BranchBase =
  | { readonly type: 'begin' }
  | { readonly type: 'tip'; readonly of: string }
  | { readonly type: 'merged'; readonly after: string }

export type Branch = {
  /** Of the subtask. */
  readonly id: string
  readonly base: BranchBase
  /** The subtasks whose work it begins with. */
  readonly knows: readonly string[]
}

/** `branches` are merged into the task's own files in this order, each as soon as it and all before it are done. */
export type Stage =
  | { readonly type: 'own'; readonly id: string; readonly knows: readonly string[] }
  | { readonly type: 'side_by_side'; readonly branches: readonly Branch[] }

/**
 * Each subtask stands in exactly one stage, and stages follow each other. What every other subtask waits for or is waited for by is done in
 * the task's own files; so is what an exclusive role does, beside whom nobody works. Null where the dependencies go in a circle.
 */
export function scheduleSubtasks(plan: Plan, isExclusive: (role: RoleName) => boolean): readonly Stage[] | null {
  const order = orderSubtasks(plan)
  if (order === null) return null
  const ids = order.map(({ id }) => id)
  const before = new Map<string, ReadonlySet<string>>()
  const exclusive = new Set<string>()
  for (const { id, role, depends_on } of order) {
    const direct = isExclusive(role) ? [...before.keys()] : [...depends_on, ...exclusive]
    before.set(id, new Set(direct.flatMap((one) => [one, ...(before.get(one) ?? [])])))
    if (isExclusive(role)) exclusive.add(id)
  }
  const waitsFor = (id: string, other: string): boolean => before.get(id)?.has(other) === true
  const stages: Stage[] = []
  let group: string[] = []
  for (const [index, id] of ids.entries()) {
    const isAlone = ids.every((other) => other === id || waitsFor(id, other) || waitsFor(other, id))
    if (!isAlone) group.push(id)
    if (group.length > 0 && (isAlone || index === ids.length - 1)) {
      stages.push({ type: 'side_by_side', branches: branchesOf(group, ids, waitsFor) })
      group = []
    }
    if (isAlone) stages.push({ type: 'own', id, knows: ids.slice(0, index) })
  }
  return stages
}

/** One after the other, in the task's own files. Null where the dependencies go in a circle. */
export function inOneLine(plan: Plan): readonly Stage[] | null {
  const order = orderSubtasks(plan)
  if (order === null) return null
  const ids = order.map(({ id }) => id)
  return ids.map((id, index) => ({ type: 'own', id, knows: ids.slice(0, index) }))
}

export function isInOneLine(stages: readonly Stage[]): boolean {
  return stages.every(({ type }) => type === 'own')
}

function branchesOf(
  group: readonly string[],
  ids: readonly string[],
  waitsFor: (id: string, other: string) => boolean,
): readonly Branch[] {
  const [first = ''] = group
  const earlier = ids.slice(0, ids.indexOf(first))
  return group.map((id) => {
    const needed = group.filter((other) => waitsFor(id, other))
    // What one of them brings along anyway need not be waited for apart.
    const nearest = needed.filter((one) => !needed.some((other) => waitsFor(other, one)))
    const last = nearest.at(-1)
    if (last === undefined) return { id, base: { type: 'begin' }, knows: earlier }
    if (nearest.length === 1) return { id, base: { type: 'tip', of: last }, knows: [...earlier, ...needed] }
    const merged = group.slice(0, group.indexOf(last) + 1)
    return { id, base: { type: 'merged', after: last }, knows: [...earlier, ...merged] }
  })
}
