// Objects in memory. Copied in and out, as bytes that are written somewhere are.
import type { ObjectStore } from '../../core/ports/object-store.ts'

export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>()
  return {
    put: async (key, bytes) => {
      objects.set(key, Uint8Array.from(bytes))
    },
    get: async (key) => {
      const bytes = objects.get(key)
      return bytes === undefined ? null : Uint8Array.from(bytes)
    },
    delete: async (key) => {
      objects.delete(key)
    },
  }
}
