// Where sealed secrets are kept. Values are sealed before they come here (see Sealer): whoever reads the store learns none.
import type { SealedSecret, SecretInfo } from '../vocabulary/secret.ts'

export interface SecretStore {
  /**
   * Writes a version if it is the next one of its name (1 for a new name); false when somebody else was faster. The version before
   * stays readable until the next one is written.
   */
  put(secret: SealedSecret): Promise<boolean>
  /** The newest version, or this one; null when there is none. */
  find(name: string, version: number | null): Promise<SealedSecret | null>
  /** The newest version of each, by name. */
  list(): Promise<readonly SecretInfo[]>
  /** Every version that is kept: for sealing all of them anew. */
  all(): Promise<readonly SealedSecret[]>
  /**
   * Replaces the sealed bytes of a version that is there, as they were sealed with `from` and put at `rotatedAt`; false where they were
   * not: somebody else put another value there since.
   */
  reseal(secret: SealedSecret, from: string): Promise<boolean>
  /** Lets go of the versions before this one; returns how many there were. */
  forgetBefore(name: string, version: number): Promise<number>
  /** All versions. False when there was none. */
  remove(name: string): Promise<boolean>
  /** Notes a use; later ones within a minute may be left out. */
  used(name: string, at: Date): Promise<void>
}
