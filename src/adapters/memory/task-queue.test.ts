import { taskQueueContract } from '../../../test/contract/task-queue.ts'
import { createTaskRecords } from './task-records.ts'
import { createMemoryTaskQueue } from './task-queue.ts'
import { createMemoryTaskStore } from './task-store.ts'

taskQueueContract('memory', async () => {
  const records = createTaskRecords()
  let now = Date.now()
  const clock = { now: () => new Date(now), sleep: async () => undefined }
  return {
    store: createMemoryTaskStore(records, clock),
    queue: createMemoryTaskQueue(records, clock),
    pass: async (ms) => {
      now += ms
    },
    close: async () => undefined,
  }
})
