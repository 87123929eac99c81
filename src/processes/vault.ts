// The vault and the scanner of one process: which key seals, what may never be shown, and whose work may use which secret.
import { join } from 'node:path'
import { createKeyFile } from '../adapters/secrets/key-file.ts'
import { findKeySource } from '../adapters/secrets/key-source.ts'
import { createSealer } from '../adapters/secrets/sealer.ts'
import { createSecretScanner } from '../adapters/secrets/secret-scanner.ts'
import type { Config } from '../config.ts'
import type { AuditRecorder } from '../core/ports/audit-log.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { IdentityStore } from '../core/ports/identity-store.ts'
import type { SecretStore } from '../core/ports/secret-store.ts'
import type { Telemetry } from '../core/ports/telemetry.ts'
import { createVault } from '../core/secrets/vault.ts'
import type { UsableSecret } from '../core/secrets/vault.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import { readPolicy } from './policy-file.ts'
import { signingKeyFile } from './secrets.ts'

export type VaultParts = {
  readonly config: Config
  readonly secrets: SecretStore
  readonly identities: Pick<IdentityStore, 'idsOf'>
  readonly recorder: AuditRecorder
  readonly clock: Clock
  readonly log: Telemetry['log']
}

const HOUR_MS = 3_600_000

/** No key is made before something is to be sealed. */
export async function openVault({ config, secrets, identities, recorder, clock, log }: VaultParts) {
  const keySource = await findKeySource(keySourceOf(config))
  const sealer = createSealer(keySource)
  const policy = async () => (await readPolicy(config.dataDir)).secrets
  const overlapMs = config.VAULT_OVERLAP_HOURS * HOUR_MS
  const vault = createVault({ secrets, sealer, clock, recorder, policy, overlapMs })
  const scanner = createSecretScanner({
    known: async () => [
      ...config.secrets,
      ...passwordsIn(config),
      ...(await ownKeys(config)),
      ...(await vault.values()),
    ],
    log,
  })
  // What leaves by a log line before the first look would be in no list yet.
  await scanner.learn()
  return {
    keySource,
    sealer,
    scanner,
    vault,
    secretPolicy: policy,
    /** Those that are everybody's, and the person's own, under whichever of their names they asked. */
    secretsFor: async (userId: UserId): Promise<readonly UsableSecret[]> => {
      const usable = await vault.usableBy(await identities.idsOf(userId))
      if (usable.length > 0) await scanner.learn()
      return usable
    },
  }
}

function keySourceOf(config: Config) {
  return {
    credentials: config.CREDENTIALS_DIRECTORY ?? null,
    command: config.VAULT_KEY_COMMAND ?? null,
    file: vaultKeyPath(config),
  }
}

function vaultKeyPath({ dataDir }: Config): string {
  return join(dataDir, 'secrets', 'vault')
}

async function ownKeys(config: Config): Promise<readonly string[]> {
  const files = [createKeyFile(vaultKeyPath(config)), signingKeyFile(config)]
  const keys = await Promise.all(files.map(async (file) => (await file?.look()) ?? []))
  return keys.flat().map(({ text }) => text)
}

/** Of the database's address its password alone says enough. */
function passwordsIn({ DATABASE_URL: address }: Config): readonly string[] {
  if (address === undefined || !URL.canParse(address)) return []
  return [decodeURIComponent(new URL(address).password)].filter((password) => password !== '')
}
