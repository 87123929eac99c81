// A vault over memory, with a key that the test knows and a clock of its choice.
import { createMemorySecretStore } from '../../src/adapters/memory/secret-store.ts'
import type { SecretKeeper } from '../../src/adapters/http/deps.ts'
import type { KeySource } from '../../src/adapters/secrets/key-source.ts'
import { createSealer } from '../../src/adapters/secrets/sealer.ts'
import type { AuditRecorder } from '../../src/core/ports/audit-log.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { SecretStore } from '../../src/core/ports/secret-store.ts'
import { ageOf } from '../../src/core/secrets/age.ts'
import { createVault } from '../../src/core/secrets/vault.ts'
import type { Vault, VaultDeps } from '../../src/core/secrets/vault.ts'
import type { SecretPolicy } from '../../src/core/vocabulary/policy.ts'

export const SECRET_POLICY: SecretPolicy = { warnDays: 80, maxDays: 90, atMax: 'refuse' }
const NOT_RECORDED: AuditRecorder = { record: async () => undefined }

/** Keys in memory, the newest first. */
export function keysInMemory(first = 1): Pick<KeySource, 'keys' | 'kind'> & { readonly add: () => void } {
  const keys = [keyOf(first)]
  return {
    kind: 'file',
    keys: async () => {
      const [newest, ...older] = keys
      if (newest === undefined) throw new Error('There is no key')
      return [newest, ...older]
    },
    add: () => void keys.unshift(keyOf(first + keys.length)),
  }
}

function keyOf(number: number) {
  return { id: `key-${number}`, bytes: new Uint8Array(32).fill(number), madeAt: new Date(0) }
}

export type MemoryVault = { readonly vault: Vault; readonly secrets: SecretStore; readonly keeper: SecretKeeper }

export function createMemoryVault(clock: Pick<Clock, 'now'>, changes: Partial<VaultDeps> = {}): MemoryVault {
  const secrets = changes.secrets ?? createMemorySecretStore()
  const vault = createVault({
    sealer: createSealer(keysInMemory()),
    recorder: NOT_RECORDED,
    policy: async () => SECRET_POLICY,
    overlapMs: 3_600_000,
    ...changes,
    clock: { now: () => clock.now(), sleep: async () => undefined },
    secrets,
  })
  const keeper: SecretKeeper = {
    list: async () => (await vault.list()).map((secret) => ({ ...secret, source: 'vault' })),
    set: async (given, by) => {
      const kept = await vault.set(given, by)
      if (kept.type === 'refused') return kept
      const age = ageOf(kept.secret.rotatedAt, SECRET_POLICY, clock.now())
      return { type: 'kept', created: kept.created, entry: { ...kept.secret, age, source: 'vault' } }
    },
    remove: vault.remove,
  }
  return { vault, secrets, keeper }
}
