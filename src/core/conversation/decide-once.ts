// What a person's words meant when they first arrived ("the newest task", "everything that runs"), written down before it is acted on:
// delivered again after a crash, they must act on the same and not on what is the newest by then.
import type { Ids } from '../ports/ids.ts'
import { keepJson, keptJson } from '../ports/object-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ChatMessage } from '../vocabulary/chat-message.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { placeKey } from '../vocabulary/place.ts'

type OnceDeps = { readonly objects: ObjectStore; readonly ids: Ids }

/** Decides once for a message and purpose; durable when it resolves. Calls for one message must not overlap. */
export function decideOnce<Decision extends JsonValue>(
  deps: OnceDeps,
  { place, ref }: Pick<ChatMessage, 'place' | 'ref'>,
  purpose: string,
  decide: () => Promise<Decision>,
): Promise<Decision> {
  return decideOnceFor(deps, `${placeKey(place)}/${ref}/${purpose}`, decide)
}

/** The same for whatever has a name. */
export async function decideOnceFor<Decision extends JsonValue>(
  deps: OnceDeps,
  name: string,
  decide: () => Promise<Decision>,
): Promise<Decision> {
  const known = await decidedFor<Decision>(deps, name)
  if (known !== null) return known.decision
  const decision = await decide()
  await keepJson(deps.objects, decisionKey(deps.ids, name), decision)
  return decision
}

/** What was decided before under that name; null where nothing was. */
export async function decidedFor<Decision extends JsonValue>(
  deps: OnceDeps,
  name: string,
): Promise<{ readonly decision: Decision } | null> {
  const decision = await keptJson<Decision>(deps.objects, decisionKey(deps.ids, name))
  return decision === undefined ? null : { decision }
}

/** Under which a decision is kept. */
export function decisionKey(ids: Pick<Ids, 'digest'>, name: string): string {
  return `decisions/${ids.digest(name)}`
}
