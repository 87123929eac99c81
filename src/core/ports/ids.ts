// Fresh names. Randomness as a dependency, so that a simulation can be replayed from its seed.

export interface Ids {
  /** A new UUIDv7 (RFC 9562), increasing within one process. The caller brands it. */
  next<Id extends string>(): Id
  /** 128 random bits, base32, lower case: safe in a URL and a host name. */
  unguessable<Id extends string>(): Id
  /** SHA-256 of the text in UTF-8, or of the bytes; hex. */
  digest(of: string | Uint8Array): string
}
