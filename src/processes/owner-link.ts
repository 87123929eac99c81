// One-time codes that make the person who brings one to a bot its owner.
import type { AccessStore } from '../core/ports/access-store.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'

type Deps = { readonly access: AccessStore; readonly ids: Ids; readonly clock: Clock }
type TakingDeps = Deps & {
  /** Whether somebody owns the bots by now. */
  readonly isOwned: () => Promise<boolean>
}

const VALID_MS = 60 * 60_000

/** Holds once, within the hour. Only its hash is kept. */
export async function createOwnerCode({ access, ids, clock }: Deps): Promise<string> {
  const code = ids.unguessable<string>()
  await access.addLoginToken(hashOf(ids, code), OWNER, new Date(clock.now().getTime() + VALID_MS))
  return code
}

/**
 * True exactly once for a code that holds. Every start and every bot shows a code of its own: once there is an owner, none of them
 * makes another.
 */
export async function takeOwnerCode({ access, ids, clock, isOwned }: TakingDeps, code: string): Promise<boolean> {
  if (await isOwned()) return false
  return (await access.takeLoginToken(hashOf(ids, code), clock.now())) !== null
}

/** Another hash than a console login's: neither opens what the other is for. */
function hashOf(ids: Ids, code: string): string {
  return ids.digest(`owner of a bot\n${code}`)
}
