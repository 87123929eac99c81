// Seals small values by AES-256-GCM, each for what it is sealed for and under a nonce of its own.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Sealer } from '../../core/ports/sealer.ts'
import type { KeySource, VaultKey } from './key-source.ts'

/** 96 bits at random: one key would have to seal billions of values until two share a nonce. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Tells this layout from later ones. */
const VERSION = 1
const FILE_KEPT_MS = 5_000
/** Asking for a key that others keep may cost a call to them, and theirs change seldom. */
const GIVEN_KEPT_MS = 600_000

export type OwnSealer = Sealer & {
  /** A fingerprint of something that is not kept: worth nothing without the vault's key. Hex, for each key, the newest first. */
  readonly fingerprints: (text: string) => Promise<readonly string[]>
}

/** Keys are asked for again after a while, or when one is missed. */
export function createSealer(source: Pick<KeySource, 'keys' | 'kind'>): OwnSealer {
  const isOwn = source.kind === 'file'
  let kept: { readonly until: number; readonly keys: Promise<readonly [VaultKey, ...VaultKey[]]> } | null = null

  function keys(fresh: boolean): Promise<readonly [VaultKey, ...VaultKey[]]> {
    if (!fresh && kept !== null && kept.until > performance.now()) return kept.keys
    const asked = { until: performance.now() + (isOwn ? FILE_KEPT_MS : GIVEN_KEPT_MS), keys: source.keys() }
    kept = asked
    asked.keys.catch(() => {
      if (kept === asked) kept = null
    })
    return asked.keys
  }

  async function keyOf(id: string): Promise<VaultKey> {
    for (const fresh of [false, true]) {
      const found = (await keys(fresh)).find((key) => key.id === id)
      if (found !== undefined) return found
    }
    throw new Error(`The key ${id} of the vault is gone: what was sealed with it can't be opened without it.`)
  }

  return {
    keyId: async () => (await keys(isOwn))[0].id,
    seal: async (value, about) => {
      const [key] = await keys(false)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(about))
      const sealed = Buffer.concat([
        Buffer.of(VERSION),
        nonce,
        cipher.update(value),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return { sealed: new Uint8Array(sealed), keyId: key.id }
    },
    open: async (sealed, keyId, about) => {
      const key = await keyOf(keyId)
      const bytes = Buffer.from(sealed)
      const end = bytes.length - TAG_BYTES
      if (bytes[0] !== VERSION || end < 1 + NONCE_BYTES) throw new Error(NOT_WHAT_WAS_SEALED)
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(about))
      decipher.setAuthTag(bytes.subarray(end))
      try {
        return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES, end)), decipher.final()]))
      } catch (error) {
        throw new Error(NOT_WHAT_WAS_SEALED, { cause: error })
      }
    },
    fingerprints: async (text) =>
      (await keys(false)).map((key) =>
        createHmac('sha256', key.bytes).update('fingerprint\n').update(text).digest('hex'),
      ),
  }
}

const NOT_WHAT_WAS_SEALED =
  'A value of the vault is not what was sealed there: it was changed, or moved from elsewhere.'
