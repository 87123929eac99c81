// Sealed secrets in memory: for tests.
import type { SecretStore } from '../../core/ports/secret-store.ts'
import type { SealedSecret } from '../../core/vocabulary/secret.ts'

const VERSIONS = 2

export type MemoryOfSecrets = {
  /** Of each name, the newest first. */
  readonly kept: Map<string, readonly SealedSecret[]>
  readonly uses: Map<string, Date>
}

export function createMemorySecretStore(
  { kept, uses }: MemoryOfSecrets = { kept: new Map(), uses: new Map() },
): SecretStore {
  const withUse = (secret: SealedSecret): SealedSecret => ({ ...secret, lastUsedAt: uses.get(secret.name) ?? null })
  return {
    put: async (secret) => {
      const versions = kept.get(secret.name) ?? []
      if (secret.version !== (versions[0]?.version ?? 0) + 1) return false
      kept.set(secret.name, [secret, ...versions].slice(0, VERSIONS))
      return true
    },
    find: async (name, version) => {
      const versions = kept.get(name) ?? []
      const found = version === null ? versions[0] : versions.find((secret) => secret.version === version)
      return found === undefined ? null : withUse(found)
    },
    list: async () =>
      [...kept.values()]
        .flatMap((versions) => versions.slice(0, 1))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((secret) => {
          const { sealed: _, keyId: __, ...info } = withUse(secret)
          return info
        }),
    all: async () => [...kept.values()].flat().map(withUse),
    reseal: async (secret, from) => {
      const versions = kept.get(secret.name) ?? []
      const isThere = versions.some((old) => old.version === secret.version && isSame(old, secret, from))
      if (!isThere) return false
      const { sealed, keyId } = secret
      kept.set(
        secret.name,
        versions.map((old) => (old.version === secret.version ? { ...old, sealed, keyId } : old)),
      )
      return true
    },
    forgetBefore: async (name, version) => {
      const versions = kept.get(name) ?? []
      const left = versions.filter((secret) => secret.version >= version)
      if (left.length === 0) kept.delete(name)
      else kept.set(name, left)
      return versions.length - left.length
    },
    remove: async (name) => {
      uses.delete(name)
      return kept.delete(name)
    },
    used: async (name, at) => {
      const before = uses.get(name)
      if (kept.has(name) && (before === undefined || before < at)) uses.set(name, at)
    },
  }
}

function isSame(old: SealedSecret, given: SealedSecret, from: string): boolean {
  return old.keyId === from && old.rotatedAt.getTime() === given.rotatedAt.getTime()
}
