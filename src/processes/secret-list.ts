// Every secret of this installation with its age: those of the vault, those of the environment, and our own keys.
import { signingKeyFile } from './secrets.ts'
import type { Platform } from './platform.ts'
import { ageOf } from '../core/secrets/age.ts'
import { sinceWhen } from '../core/secrets/outside-ages.ts'
import type { GivenSecret, SecretRefusal } from '../core/secrets/vault.ts'
import type { SecretEntry, SecretSource } from '../core/secrets/watch-ages.ts'
import { PLATFORM } from '../core/task/decide.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import type { SecretInfo } from '../core/vocabulary/secret.ts'

type Listing = Pick<
  Platform,
  'config' | 'vault' | 'secretPolicy' | 'sealer' | 'keySource' | 'memos' | 'clock' | 'telemetry'
>

/** What an interface may do with secrets: look at what is known of them, put values in, and forget them. */
export function secretKeeper(platform: Listing & Pick<Platform, 'scanner'>) {
  const { vault, scanner } = platform
  return {
    list: () => listSecrets(platform),
    set: async (given: GivenSecret, by: UserId): Promise<KeptEntry | SecretRefusal> => {
      const kept = await vault.set(given, by)
      if (kept.type === 'refused') return kept
      await scanner.learn()
      return { type: 'kept', created: kept.created, entry: await entryOf(platform, kept.secret) }
    },
    remove: (name: string, by: UserId): Promise<boolean> => vault.remove(name, by),
  }
}

type KeptEntry = { readonly type: 'kept'; readonly created: boolean; readonly entry: SecretEntry }

export async function entryOf(
  { secretPolicy, clock }: Pick<Listing, 'secretPolicy' | 'clock'>,
  secret: SecretInfo,
): Promise<SecretEntry> {
  return { ...secret, age: ageOf(secret.rotatedAt, await secretPolicy(), clock.now()), source: 'vault' }
}

/** By source, then by name. Values and fingerprints are in none of it. */
export async function listSecrets(platform: Listing): Promise<readonly SecretEntry[]> {
  const { config, vault, clock, memos, sealer } = platform
  const policy = await platform.secretPolicy()
  const outside = (name: string, source: SecretSource, since: Date): SecretEntry => ({
    name,
    owner: null,
    hosts: [],
    version: 1,
    createdBy: PLATFORM,
    createdAt: since,
    rotatedAt: since,
    lastUsedAt: null,
    age: ageOf(since, policy, clock.now()),
    source,
  })
  const [kept, given, keys] = await Promise.all([
    vault.list(),
    sinceWhen({ memos, clock, fingerprints: sealer.fingerprints }, config.secretVariables),
    ownKeys(platform),
  ])
  return [
    ...kept.map((secret): SecretEntry => ({ ...secret, source: 'vault' })),
    ...[...given].map(([name, since]) => outside(name, 'environment', since)),
    ...keys.map(({ name, since }) => outside(name, 'platform', since)),
  ]
}

/** The vault's key where it is given counts from when it was seen first, like everything that is given. */
async function ownKeys({ config, keySource, memos, clock, sealer }: Listing) {
  const [newest] = await keySource.keys()
  const given = { name: 'vault key', value: newest.id }
  const since =
    newest.madeAt ?? (await sinceWhen({ memos, clock, fingerprints: sealer.fingerprints }, [given])).get(given.name)
  const [signing] = (await signingKeyFile(config)?.look()) ?? []
  return [
    { name: 'vault key', since: since ?? clock.now() },
    ...(signing === undefined ? [] : [{ name: 'signing key', since: signing.madeAt }]),
  ]
}
