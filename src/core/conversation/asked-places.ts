// Where a question stands: where the task was asked for, if somebody may answer there; a member's command is asked about in the
// owners' own chats instead, and what needs two yeses in the chats of the other owners, too.
import type { Card } from '../ports/card-store.ts'
import { keepJson, keptJson } from '../ports/object-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Approval } from '../vocabulary/approval.ts'
import type { ApprovalId, TaskId } from '../vocabulary/ids.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { Place } from '../vocabulary/place.ts'
import type { ConversationDeps } from './deps.ts'
import { ownersChats, roleOf } from './people.ts'

export type AskedPlace = {
  readonly key: string
  readonly place: Place
  /** Where the task was asked for. */
  readonly home: boolean
  /** Whoever may act there may answer. */
  readonly answerable: boolean
}

/** Written down before anything is asked there: who owns the platform may be another when the answer comes. */
type Asked = { readonly task_id: TaskId; readonly chats: readonly string[] }

function approvalKey(id: ApprovalId): string {
  return `approval:${id}`
}

/** Where a question that waits is to stand, home first. Safe to repeat: places are added, none is forgotten. */
export async function placesToAsk(
  deps: ConversationDeps,
  approval: Approval,
  card: Card,
): Promise<readonly AskedPlace[]> {
  const home = { ...homeOf(approval.id, card), answerable: true }
  if (!isForOwners(approval, card)) return [home]
  const known = await recordOf(deps, approval.id)
  const byOwner = (await roleOf(deps, card.by)) === 'owner'
  if (byOwner && !isForTwo(approval)) return [home, ...copies(approval.id, card, known?.chats ?? [])]
  const owners = (await ownersChats(deps, card.place))
    .map(({ chat }) => chat)
    .filter((chat) => chat !== card.place.chat)
  const chats = [...new Set([...(known?.chats ?? []), ...owners])]
  if (chats.length > (known?.chats.length ?? 0)) await remember(deps, approval.id, { task_id: card.taskId, chats })
  return [{ ...home, answerable: byOwner }, ...copies(approval.id, card, owners)]
}

/** Where it may stand, whoever was asked. */
export async function placesAsked(
  deps: ConversationDeps,
  approval: Approval,
  card: Card,
): Promise<readonly AskedPlace[]> {
  const known = isForOwners(approval, card) ? await recordOf(deps, approval.id) : null
  return [{ ...homeOf(approval.id, card), answerable: true }, ...copies(approval.id, card, known?.chats ?? [])]
}

/** The place of a question in which somebody taps. */
export function placeOfTap(id: ApprovalId, card: Card, place: Place): AskedPlace {
  if (placeKey(place) === placeKey(card.place)) return { ...homeOf(id, card), answerable: true }
  return copyAt(id, place)
}

/** The task of a question that owners were asked in their own chats; null for every other. */
export async function taskAskedAbout(deps: { readonly objects: ObjectStore }, id: ApprovalId): Promise<TaskId | null> {
  return (await recordOf(deps, id))?.task_id ?? null
}

/** Whether the question of this task stands in that chat of an owner. */
export async function isAskedAt(
  deps: { readonly objects: ObjectStore },
  id: ApprovalId,
  place: Place,
): Promise<boolean> {
  return (await recordOf(deps, id))?.chats.includes(place.chat) ?? false
}

/** A plan may also be answered by whoever asked for the work; in a group there may be owners, but not always two. */
function isForOwners(approval: Approval, card: Card): boolean {
  return (card.direct && approval.kind !== 'plan') || isForTwo(approval)
}

function isForTwo({ policy }: Approval): boolean {
  return policy?.people === 2
}

function homeOf(id: ApprovalId, { place }: Card): Omit<AskedPlace, 'answerable'> {
  return { key: approvalKey(id), place, home: true }
}

function copies(id: ApprovalId, { place }: Card, chats: readonly string[]): readonly AskedPlace[] {
  return chats.map((chat) => copyAt(id, { ...place, chat, topic: null }))
}

function copyAt(id: ApprovalId, place: Place): AskedPlace {
  return { key: `${approvalKey(id)}/${place.chat}`, place, home: false, answerable: true }
}

async function recordOf(deps: { readonly objects: ObjectStore }, id: ApprovalId): Promise<Asked | null> {
  return (await keptJson<Asked>(deps.objects, objectKey(id))) ?? null
}

async function remember(deps: { readonly objects: ObjectStore }, id: ApprovalId, asked: Asked): Promise<void> {
  await keepJson(deps.objects, objectKey(id), asked)
}

function objectKey(id: ApprovalId): string {
  return `questions/${id}`
}
