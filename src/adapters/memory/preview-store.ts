// Open previews in memory.
import type { PreviewRecord, PreviewStore } from '../../core/ports/preview-store.ts'

export function createMemoryPreviewStore(): PreviewStore {
  let records: readonly PreviewRecord[] = []
  return {
    save: async (record) => {
      records = [...records.filter(({ taskId, port }) => taskId !== record.taskId || port !== record.port), record]
    },
    find: async (id, now) => records.find((record) => record.id === id && record.expiresAt > now) ?? null,
    takeOfTask: async (taskId) => {
      const taken = records.filter((record) => record.taskId === taskId)
      records = records.filter((record) => record.taskId !== taskId)
      return taken
    },
    all: async () => records,
  }
}
