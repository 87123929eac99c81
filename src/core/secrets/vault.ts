// The vault: values that go in and come out again only on their way to the hosts that they are for.
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { Sealer } from '../ports/sealer.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { SecretPolicy } from '../vocabulary/policy.ts'
import { isSecretName } from '../vocabulary/secret.ts'
import type { SealedSecret, SecretInfo } from '../vocabulary/secret.ts'
import { ageOf, mayUse } from './age.ts'
import type { SecretAge, SecretUse } from './age.ts'
import { hostsOf } from './hosts.ts'

export type GivenSecret = {
  readonly name: string
  readonly value: string
  /** Left out, they stay as they are. */
  readonly hosts?: readonly string[]
  /** Whose work may use it; left out, it stays as it is, and is everybody's where there was none. */
  readonly owner?: UserId | null
}

export type ListedSecret = SecretInfo & { readonly age: SecretAge }

/** A secret as work may use it. */
export type UsableSecret = {
  readonly name: string
  /** As in an EgressRule. */
  readonly hosts: readonly string[]
  /** What the policy says of its age now. */
  readonly use: SecretUse
  /**
   * The newest value, now: null where it is gone, or where the policy does not let it be used. `asked`: a person said yes to its use
   * although it is overdue. Notes the use.
   */
  readonly value: (options?: { readonly asked: boolean }) => Promise<string | null>
}

/** `created` tells a new name from a new value. */
export type Kept = { readonly type: 'kept'; readonly created: boolean; readonly secret: SecretInfo }
export type SecretRefusal = {
  readonly type: 'refused'
  /** What is wrong; `missing` where there is none to be replaced. */
  readonly about: 'name' | 'value' | 'hosts' | 'missing'
  /** One sentence, which repeats nothing of the value. */
  readonly problem: string
}

export type Resealed = { readonly keyId: string; readonly resealed: number; readonly failed: readonly string[] }

export type VaultDeps = {
  readonly secrets: SecretStore
  readonly sealer: Sealer
  readonly clock: Clock
  readonly recorder: AuditRecorder
  readonly policy: () => Promise<SecretPolicy>
  /** How long the value before the newest stays readable. */
  readonly overlapMs: number
}

export type Vault = {
  /** Keeps a new value under a name, new or not. Of two at once both are kept, one after the other. */
  readonly set: (given: GivenSecret, by: UserId) => Promise<Kept | SecretRefusal>
  /** As `set`, for a name that is there. */
  readonly rotate: (name: string, value: string, by: UserId) => Promise<Kept | SecretRefusal>
  /** All its values. False where there is none. */
  readonly remove: (name: string, by: UserId) => Promise<boolean>
  readonly list: () => Promise<readonly ListedSecret[]>
  /** The newest value; or that of a version, as long as it is readable. Null otherwise. Not for interfaces: see `usableBy`. */
  readonly valueOf: (name: string, of?: { readonly version: number }) => Promise<string | null>
  /** What the work of a person may use who is known by these ids. */
  readonly usableBy: (userIds: readonly UserId[]) => Promise<readonly UsableSecret[]>
  /** Every readable value, for what has to keep them from being shown. One that does not open is left out. */
  readonly values: () => Promise<readonly string[]>
  /**
   * Seals everything with the newest key, `keyId`, and names what does not open with any key that is there. Safe to be cut off anywhere
   * and to be called again, also by several processes. Once it returned without a failure, keys older than that one seal nothing.
   */
  readonly reseal: () => Promise<Resealed>
  /** Lets go of values whose overlap is over; returns how many. */
  readonly forgetReplaced: () => Promise<number>
}

const MOST_BYTES = 64 * 1024
const ROUNDS = 20

export function createVault(deps: VaultDeps): Vault {
  const { secrets, sealer, clock, recorder } = deps

  async function keep(given: GivenSecret, by: UserId, isNew: boolean): Promise<Kept | SecretRefusal> {
    if (!isSecretName(given.name)) return refused('name', NAME_PROBLEM)
    const problem = problemOfValue(given.value)
    if (problem !== null) return refused('value', problem)
    const value = new TextEncoder().encode(given.value)
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await secrets.find(given.name, null)
      if (before === null && !isNew) return refused('missing', missing(given.name))
      const hosts = hostsOf(given.hosts ?? before?.hosts ?? [])
      if ('problem' in hosts) return refused('hosts', hosts.problem)
      const now = clock.now()
      const info: SecretInfo = {
        name: given.name,
        owner: given.owner === undefined ? (before?.owner ?? null) : given.owner,
        hosts,
        version: (before?.version ?? 0) + 1,
        createdBy: before?.createdBy ?? by,
        createdAt: before?.createdAt ?? now,
        rotatedAt: now,
        lastUsedAt: before?.lastUsedAt ?? null,
      }
      const kept: SealedSecret = { ...info, ...(await sealer.seal(value, aboutOf(info))) }
      await record(by, before === null ? 'set' : 'rotated', info)
      if (!(await secrets.put(kept))) continue
      await sealAgainIfReplaced(kept, value)
      return { type: 'kept', created: before === null, secret: info }
    }
    throw new Error(`The secret ${given.name} could not be kept: others change it at the same time.`)
  }

  /** A key may be replaced, and forgotten, between the sealing and the writing: then nobody else would seal this one anew. */
  async function sealAgainIfReplaced(kept: SealedSecret, value: Uint8Array): Promise<void> {
    if ((await sealer.keyId()) === kept.keyId) return
    await secrets.reseal({ ...kept, ...(await sealer.seal(value, aboutOf(kept))) }, kept.keyId)
  }

  async function sealWith(keyId: string, secret: SealedSecret, value: Uint8Array): Promise<boolean> {
    const sealed = await sealer.seal(value, aboutOf(secret))
    if (sealed.keyId !== keyId) throw new Error("The vault's key was replaced meanwhile: run it again.")
    return secrets.reseal({ ...secret, ...sealed }, secret.keyId)
  }

  async function record(by: UserId, change: string, { name, version, hosts, owner }: Changed): Promise<void> {
    await recorder.record(by, 'secret.changed', name, { change, version, hosts: [...hosts], owner })
  }

  async function open(secret: SealedSecret): Promise<string> {
    return new TextDecoder().decode(await sealer.open(secret.sealed, secret.keyId, aboutOf(secret)))
  }

  async function valueOf(name: string, of?: { readonly version: number }): Promise<string | null> {
    const newest = await secrets.find(name, null)
    if (newest === null) return null
    if (of === undefined || of.version === newest.version) return open(newest)
    if (isOver(newest)) return null
    const older = await secrets.find(name, of.version)
    return older === null ? null : open(older)
  }

  function isOver(newest: SecretInfo): boolean {
    return clock.now().getTime() - newest.rotatedAt.getTime() >= deps.overlapMs
  }

  return {
    set: (given, by) => keep(given, by, true),
    rotate: (name, value, by) => keep({ name, value }, by, false),
    remove: async (name, by) => {
      const secret = await secrets.find(name, null)
      if (secret === null) return false
      await record(by, 'removed', secret)
      return secrets.remove(name)
    },
    list: async () => {
      const [all, policy] = await Promise.all([secrets.list(), deps.policy()])
      return all.map((info) => ({ ...info, age: ageOf(info.rotatedAt, policy, clock.now()) }))
    },
    valueOf,
    usableBy: async (userIds) => {
      const [all, policy] = await Promise.all([secrets.list(), deps.policy()])
      const theirs = all.filter(({ owner }) => owner === null || userIds.includes(owner))
      return theirs.map((info) => ({
        name: info.name,
        hosts: info.hosts,
        use: mayUse(info, policy, clock.now()),
        value: async ({ asked } = { asked: false }) => {
          // What was handed out once is looked at again: it may be older, somebody else's, or for other hosts by now.
          const newest = await secrets.find(info.name, null)
          if (newest === null || !(newest.owner === null || userIds.includes(newest.owner))) return null
          if (newest.hosts.join() !== info.hosts.join()) return null
          const use = mayUse(newest, await deps.policy(), clock.now())
          if (use.type === 'refuse' || (use.type === 'ask' && !asked)) return null
          const value = await open(newest)
          await secrets.used(info.name, clock.now())
          return value
        },
      }))
    },
    values: async () => {
      const opened = await Promise.allSettled((await secrets.all()).map(open))
      return opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    },
    reseal: async () => {
      const keyId = await sealer.keyId()
      const failed = new Set<string>()
      let resealed = 0
      for (;;) {
        // Looked at again until nothing is left: another process may have sealed with a key that came between.
        const left = (await secrets.all()).filter((secret) => secret.keyId !== keyId && !failed.has(secret.name))
        if (left.length === 0) return { keyId, resealed, failed: [...failed] }
        for (const secret of left) {
          const about = aboutOf(secret)
          const value = await sealer.open(secret.sealed, secret.keyId, about).catch(() => null)
          if (value === null) failed.add(secret.name)
          else if (await sealWith(keyId, secret, value)) resealed += 1
        }
      }
    },
    forgetReplaced: async () => {
      let count = 0
      for (const newest of await secrets.list()) {
        if (newest.version > 1 && isOver(newest)) count += await secrets.forgetBefore(newest.name, newest.version)
      }
      return count
    },
  }
}

type Changed = Pick<SecretInfo, 'name' | 'version' | 'hosts' | 'owner'>

/** Whoever can write to the database can't pass one value off as another, nor send it to another host, nor give it to another person. */
function aboutOf({ name, version, owner, hosts }: Changed): string {
  return JSON.stringify(['secret', name, version, owner, hosts])
}

const NAME_PROBLEM =
  'A secret is named as a variable is: a letter, then up to 63 letters, digits and underscores, such as GITHUB_TOKEN.'

function missing(name: string): string {
  return `There is no secret ${name}. \`factotum secret list\` shows what there is.`
}

function problemOfValue(value: string): string | null {
  if (value.trim() === '') return 'The value is empty.'
  if (!value.isWellFormed()) return 'The value is no text.'
  if (new TextEncoder().encode(value).length > MOST_BYTES) return 'The value is larger than 64 kB.'
  return value.includes('\0') ? 'The value has a zero byte in it, which no header and no variable can carry.' : null
}

function refused(about: SecretRefusal['about'], problem: string): SecretRefusal {
  return { type: 'refused', about, problem }
}
