// Seals and opens small values with keys that no database holds: a file, a credential of the system, a hook.
export interface Sealer {
  /** The key that new values are sealed with. */
  readonly keyId: () => Promise<string>
  /** `about` is sealed along: a value opens only for what it was sealed for. */
  seal(value: Uint8Array, about: string): Promise<{ readonly sealed: Uint8Array; readonly keyId: string }>
  /** Throws an Error with one clear sentence when the key is not there, or the value is not what was sealed. */
  open(sealed: Uint8Array, keyId: string, about: string): Promise<Uint8Array>
}
