// Bytes that are too big for a row: artifacts, patches, uploads. Implemented by adapters/objects.
export interface ObjectStore {
  /** Durable when it resolves. Writing the same key again replaces it as a whole: a reader sees the old or the new bytes. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** Null when there is none. */
  get(key: string): Promise<Uint8Array | null>
  /** Deleting what is not there changes nothing. */
  delete(key: string): Promise<void>
}

/** What was kept as JSON under the key, as whoever kept it knows it to be; undefined when there is none. */
export async function keptJson<T>(objects: Pick<ObjectStore, 'get'>, key: string): Promise<T | undefined> {
  const bytes = await objects.get(key)
  return bytes === null ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as T)
}

/** Durable when it resolves. For small things of our own that are looked up by one key and listed by nobody. */
export function keepJson(objects: Pick<ObjectStore, 'put'>, key: string, value: unknown): Promise<void> {
  return objects.put(key, new TextEncoder().encode(JSON.stringify(value)))
}
