// A task as the API speaks of it: the one place where its shape is written down.
import { z } from 'zod'

const title = z.string().trim().min(1).max(200)

export const taskSchema = z.object({
  id: z.int().positive(),
  title,
  done: z.boolean(),
  created_at: z.iso.datetime(),
})
export const newTaskSchema = z.strictObject({ title })
export const taskChangeSchema = z.strictObject({ title: title.optional(), done: z.boolean().optional() })
export const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.coerce.number().int().positive().optional(),
})

export type Task = z.infer<typeof taskSchema>
export type TaskChange = z.infer<typeof taskChangeSchema>
