// One-time links into the console.
import { createLoginToken } from '../adapters/http/tokens.ts'
import type { Config } from '../config.ts'
import { isLoopback } from '../config.ts'
import type { AccessStore } from '../core/ports/access-store.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { OWNER } from '../core/vocabulary/principal.ts'
import { signingKeys } from './secrets.ts'

type LoginDeps = {
  readonly access: AccessStore
  readonly ids: Ids
  readonly clock: Clock
  readonly config: Config
}

const VALID_MS = 60 * 60_000
/** Of links that are sent through a chat, where others may see them. */
const BRIEF_MS = 10 * 60_000

/** Who owns the installation by configuration: whoever sits at the machine, and the people named in TG_OWNER_IDS. */
export function ownersOf(config: Pick<Config, 'telegramOwners'>): readonly UserId[] {
  return [OWNER, ...chatOwnersOf(config)]
}

/** Of these, those whom chats know. */
export function chatOwnersOf({ telegramOwners }: Pick<Config, 'telegramOwners'>): readonly UserId[] {
  return telegramOwners.map((id) => `telegram:${id}` as UserId)
}

/** Signs a browser in as that person, once, within the hour. */
export async function createLoginUrl(
  deps: LoginDeps,
  base: string,
  { userId = OWNER, validMs = VALID_MS }: { readonly userId?: UserId; readonly validMs?: number } = {},
): Promise<string> {
  const token = await createLoginToken({ ...deps, keyring: () => signingKeys(deps.config) }, userId, validMs)
  return `${base.replace(/\/$/, '')}/login?token=${token}`
}

/** For people in a chat: where the console is for them, and whether that is only on the machine it runs on. */
export function createChatLogin(deps: LoginDeps, whereItRuns: () => Promise<string | null>) {
  return async (userId: UserId): Promise<{ readonly url: string; readonly onlyHere: boolean }> => {
    const { PUBLIC_URL, HTTP_HOST, HTTP_PORT } = deps.config
    const base = PUBLIC_URL ?? (await whereItRuns()) ?? `http://${HTTP_HOST}:${HTTP_PORT}`
    const url = await createLoginUrl(deps, base, { userId, validMs: BRIEF_MS })
    return { url, onlyHere: PUBLIC_URL === undefined && isLoopback(new URL(base).hostname) }
  }
}
