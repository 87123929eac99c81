// The keys that sign tokens: the operator's, or a ring of our own, made at the first start and renewed with an overlap.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createKeyFile, OpenToOthers } from '../adapters/secrets/key-file.ts'
import type { StoredKey } from '../adapters/secrets/key-file.ts'
import type { Config } from '../config.ts'
import { ConfigError } from '../config.ts'

/** `id` goes into a token's header as `kid`; it tells nothing of the secret that its holder could not find out anyway. */
export type SigningKey = { readonly id: string; readonly secret: string }
export type SigningKeys = {
  /** What new tokens are signed with. */
  readonly current: SigningKey
  /** What a token may be signed with, `current` among them. A token without `kid` may be of any. */
  readonly accepted: readonly SigningKey[]
}

const KEPT_MS = 5_000
const DAY_MS = 86_400_000
/** The longest that a token holds: after that nothing can depend on a key that was replaced. */
export const SIGNING_OVERLAP_MS = 366 * DAY_MS

/** One folder for each process as a rule: the files are not read again for each request. */
const kept = new Map<string, { readonly until: number; readonly keys: Promise<SigningKeys> }>()

/**
 * Cheap enough to be asked at each request: the files are looked at every five seconds at most, or at once where `fresh` is said, which is
 * for a token whose `kid` is unknown. Of several processes that start at once, all get the same. Throws ConfigError when others can read
 * a key file.
 */
export async function signingKeys(config: Config, { fresh = false } = {}): Promise<SigningKeys> {
  if (config.JWT_SECRET !== undefined) {
    const given = [config.JWT_SECRET, ...(config.JWT_SECRET_PREVIOUS === undefined ? [] : [config.JWT_SECRET_PREVIOUS])]
    return ringOf(given.map(keyOf))
  }
  const path = jwtPath(config)
  const known = kept.get(path)
  if (!fresh && known !== undefined && known.until > performance.now()) return known.keys
  const keys = readRing(path)
  kept.set(path, { until: performance.now() + KEPT_MS, keys })
  keys.catch(() => kept.delete(path))
  return keys
}

/** The files behind it, oldest key last; null where the operator gives the secret. */
export function signingKeyFile(config: Config) {
  return config.JWT_SECRET === undefined ? createKeyFile(jwtPath(config)) : null
}

function jwtPath({ dataDir }: Config): string {
  return join(dataDir, 'secrets', 'jwt')
}

async function readRing(path: string): Promise<SigningKeys> {
  try {
    const keys: readonly StoredKey[] = await createKeyFile(path).read()
    return ringOf(keys.map(({ text }) => keyOf(text)))
  } catch (error) {
    if (error instanceof OpenToOthers) throw new ConfigError(error.message, { cause: error })
    throw error
  }
}

function ringOf(keys: readonly SigningKey[]): SigningKeys {
  const [current] = keys
  if (current === undefined) throw new Error('There is no key to sign with')
  return { current, accepted: keys }
}

function keyOf(secret: string): SigningKey {
  const id = createHash('sha256').update(`factotum signing key\n${secret}`).digest('hex').slice(0, 16)
  return { id, secret }
}
