// Bytes that are too big for a row: artifacts, patches, uploads. Implemented by adapters/objects.
export interface ObjectStore {
  /** Durable when it resolves. Writing the same key again replaces it as a whole: a reader sees the old or the new bytes. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Null when there is none. */
  get(key: string): Promise<Uint8Array | null>
  /** Deleting what is not there changes nothing. */
  delete(key: string): Promise<void>
}
