// The buttons under a task's card, and what stands behind them.
import type { ActionId, TaskId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Button } from '../vocabulary/post.ts'
import type { ActionStore } from '../ports/action-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import { actionToJson } from './action.ts'
import { isOver } from './card-view.ts'
import type { CardView } from './card-view.ts'

type ButtonDeps = { readonly actions: ActionStore; readonly ids: Ids; readonly clock: Clock }

type CardButton = 'abort' | 'status' | 'details' | 'accept' | 'fix' | 'deliver'

const LABELS: Readonly<Record<CardButton, readonly [label: string, style: Button['style']]>> = {
  abort: ['Stop', 'danger'],
  status: ['Status', 'plain'],
  details: ['Details', 'plain'],
  accept: ['Accept', 'good'],
  fix: ['Fix', 'plain'],
  deliver: ['Deliver', 'plain'],
}
const WHILE_IT_RUNS = ['abort', 'status', 'details'] as const
const LIFE_MS = 30 * 86_400_000

/** The names of the buttons that fit, in order. What was accepted needs no other verdict. */
export function cardButtons(view: CardView, accepted: boolean): readonly CardButton[] {
  if (view.status === 'aborting') return ['status', 'details']
  if (!isOver(view)) return WHILE_IT_RUNS
  if (view.status === 'aborted' || view.taskType === 'question' || view.taskType === 'delivery') return ['details']
  const delivers = view.status === 'completed' && view.repository ? (['deliver'] as const) : []
  if (view.status === 'failed' || view.taskType === 'shell_command' || accepted) return ['fix', ...delivers, 'details']
  return ['accept', 'fix', ...delivers, 'details']
}

/**
 * Rows of buttons that work. Asking again gives the same ones, except for those that were used meanwhile, which are new. Each is
 * a group of its own: looking at the details does not use up the Stop.
 */
export async function offerCardButtons(
  deps: ButtonDeps,
  place: Place,
  taskId: TaskId,
  names: readonly CardButton[],
): Promise<readonly Button[]> {
  const expiresAt = new Date(deps.clock.now().getTime() + LIFE_MS)
  const standing = await deps.actions.offer(
    names.map((name) => ({
      id: deps.ids.unguessable<ActionId>(),
      group: groupOf(taskId, name),
      name,
      place,
      onlyFor: null,
      does: actionToJson({ type: name, task_id: taskId }, LABELS[name][0]),
      expiresAt,
    })),
  )
  return names.flatMap((name, index): Button[] => {
    const [label, style] = LABELS[name]
    const action = standing[index]
    return action === undefined ? [] : [{ label, style, does: { type: 'act', action: action.id } }]
  })
}

/** Kills the buttons that make no sense once a task is over. */
export async function withdrawStop(deps: ButtonDeps, place: Place, taskId: TaskId): Promise<void> {
  await Promise.all(
    (['abort', 'status'] as const).map((name) => deps.actions.withdraw(place.bot, groupOf(taskId, name))),
  )
}

function groupOf(taskId: TaskId, name: string): string {
  return `card:${taskId}/${name}`
}
