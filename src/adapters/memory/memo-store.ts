// Small named texts in memory: for tests.
import type { MemoStore } from '../../core/ports/memo-store.ts'

export function createMemoryMemoStore(): MemoStore {
  const memos = new Map<string, string>()
  return {
    get: async (name) => memos.get(name) ?? null,
    set: async (name, text) => void memos.set(name, text),
  }
}
