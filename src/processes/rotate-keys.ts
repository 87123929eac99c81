// Replaces the keys that are ours: the vault's, with everything sealed anew, and the one that signs tokens, with an overlap.
import { SIGNING_OVERLAP_MS, signingKeyFile, signingKeys } from './secrets.ts'
import type { Platform } from './platform.ts'

type Rotating = Pick<Platform, 'config' | 'vault' | 'keySource' | 'clock' | 'recorder'>

export type RotatedKeys = {
  /** A new key seals; false where it is somebody else's to replace. */
  readonly renewed: boolean
  readonly resealed: number
  /** Secrets that no key opens; as long as there are any, no key is let go of. */
  readonly failed: readonly string[]
  readonly forgotten: number
}

/**
 * Crash-safe: both keys are kept until nothing is sealed with the old one. Called again, it finishes what was cut off. `olderThan`: only
 * a key that was made before is replaced.
 */
export async function rotateVaultKey(
  { vault, keySource, clock, recorder }: Rotating,
  by: Parameters<Rotating['recorder']['record']>[0],
  olderThan: Date,
): Promise<RotatedKeys> {
  const [newest] = await keySource.keys()
  const isOurs = keySource.kind === 'file'
  const renewed = isOurs && newest.madeAt !== null && newest.madeAt < olderThan
  if (renewed) {
    await recorder.record(by, 'secret.changed', 'vault key', { change: 'rotated', place: keySource.place })
    await keySource.renew(newest.id, clock.now())
  }
  const { keyId, resealed, failed } = await vault.reseal()
  const forgotten = failed.length === 0 ? await keySource.forgetOlder(keyId) : 0
  return { renewed, resealed, failed, forgotten }
}

/** Tokens under the key before go on being good until the longest of them would have ended. Whether it was replaced; null where the secret is the operator's. */
export async function rotateSigningKey(
  { config, clock, recorder }: Rotating,
  by: Parameters<Rotating['recorder']['record']>[0],
  olderThan: Date,
): Promise<boolean | null> {
  const file = signingKeyFile(config)
  if (file === null) return null
  const [newest] = await file.read()
  if (newest.madeAt >= olderThan) return false
  await recorder.record(by, 'secret.changed', 'signing key', { change: 'rotated' })
  await file.follow(newest, clock.now())
  await signingKeys(config, { fresh: true })
  return true
}

/** Lets go of signing keys that were replaced `overlapMs` ago: no token under them can still hold. Returns how many. */
export async function forgetSigningKeys(
  { config, clock }: Pick<Rotating, 'config' | 'clock'>,
  overlapMs = SIGNING_OVERLAP_MS,
): Promise<number> {
  const file = signingKeyFile(config)
  const keys = (await file?.look()) ?? []
  const over = keys.filter((_, index) => {
    const successor = keys[index - 1]
    return successor !== undefined && clock.now().getTime() - successor.madeAt.getTime() >= overlapMs
  })
  for (const key of over) await file?.forget(key)
  return over.length
}
