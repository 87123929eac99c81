// One-time links into the console: a random token whose hash alone is stored.
import type { AccessStore } from '../core/ports/access-store.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'

const VALID_MS = 60 * 60_000

export async function createLoginUrl(
  deps: { readonly access: AccessStore; readonly ids: Ids; readonly clock: Clock },
  base: string,
): Promise<string> {
  const token = deps.ids.unguessable()
  await deps.access.addLoginToken(deps.ids.digest(token), OWNER, new Date(deps.clock.now().getTime() + VALID_MS))
  return `${base.replace(/\/$/, '')}/login?token=${token}`
}
