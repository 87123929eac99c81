// Looks after secrets by itself: keys of ours are replaced in time, values that were replaced are let go of, owners hear of old ones.
import { watchAges } from '../core/secrets/watch-ages.ts'
import { PLATFORM } from '../core/task/decide.ts'
import { messageOf } from '../core/vocabulary/thrown.ts'
import type { Platform } from './platform.ts'
import { forgetSigningKeys, rotateSigningKey, rotateVaultKey } from './rotate-keys.ts'
import { listSecrets } from './secret-list.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Runs until `signal` aborts. Several at once do no harm. */
export async function keepSecrets(platform: Platform, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const round of [replaceOldKeys, forgetReplaced, watch]) {
      try {
        await round(platform)
      } catch (error) {
        platform.telemetry.log('error', 'Secrets could not be looked after', { error: messageOf(error) })
      }
    }
    await platform.clock.sleep(HOUR_MS, signal)
  }
}

type Keys = Pick<Platform, 'config' | 'vault' | 'keySource' | 'clock' | 'recorder' | 'secretPolicy'> & {
  readonly telemetry: Pick<Platform['telemetry'], 'log'>
}

/** A key of ours gets no older than a secret may. What an earlier round could not finish is finished. */
export async function replaceOldKeys(platform: Keys): Promise<void> {
  const { maxDays } = await platform.secretPolicy()
  const olderThan = new Date(platform.clock.now().getTime() - maxDays * DAY_MS)
  const signing = await rotateSigningKey(platform, PLATFORM, olderThan)
  if (signing)
    platform.telemetry.log('info', 'The key that signs tokens was replaced; the one before is accepted still')
  const vault = await rotateVaultKey(platform, PLATFORM, olderThan)
  if (vault.renewed) platform.telemetry.log('info', "The vault's key was replaced", { resealed: vault.resealed })
  if (vault.failed.length > 0)
    platform.telemetry.log('error', 'Secrets do not open with any key that is there', { names: [...vault.failed] })
}

async function forgetReplaced(platform: Platform): Promise<void> {
  await forgetSigningKeys(platform)
  const forgotten = await platform.vault.forgetReplaced()
  if (forgotten > 0) platform.telemetry.log('info', 'Replaced values of secrets were let go of', { forgotten })
}

async function watch(platform: Platform): Promise<void> {
  const ages = await watchAges({
    list: () => listSecrets(platform),
    policy: platform.secretPolicy,
    tell: platform.tellOwners,
    telemetry: platform.telemetry,
  })
  platform.telemetry.gauge('secrets_old', ages.due, { state: 'due' })
  platform.telemetry.gauge('secrets_old', ages.overdue, { state: 'overdue' })
}
