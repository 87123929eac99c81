// One-time links into the console.
import { createLoginToken } from '../adapters/http/tokens.ts'
import type { AccessStore } from '../core/ports/access-store.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'

const VALID_MS = 60 * 60_000

/** Signs a browser in as the owner, once, within the hour. */
export async function createLoginUrl(
  deps: { readonly access: AccessStore; readonly ids: Ids; readonly clock: Clock },
  base: string,
): Promise<string> {
  return `${base.replace(/\/$/, '')}/login?token=${await createLoginToken(deps, OWNER, VALID_MS)}`
}
