// The shapes in which models must answer; everything a model says is checked against them before it is believed.
import { z } from 'zod'
import { SUBTASK_ROLES } from '../vocabulary/plan.ts'
import { TASK_TYPES } from '../vocabulary/task.ts'

const sentence = z.string().max(1_000)

export const ROUTE_SCHEMA = z.object({
  task_type: z.enum(TASK_TYPES),
  confidence: z.number().min(0).max(1),
  summary: sentence.describe('One sentence: what was understood'),
  plan: sentence.describe('One sentence: what will be done'),
  needs_confirmation: z.boolean(),
  command: z.string().max(4_000).nullable().describe('For shell_command: the exact command line for /bin/sh'),
  refusal: sentence.nullable().describe('Why this can not be done at all, or null'),
})

export const PLAN_SCHEMA = z
  .object({
    summary: sentence,
    subtasks: z
      .array(
        z.object({
          id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/),
          title: z.string().min(1).max(200),
          role: z.enum(SUBTASK_ROLES),
          instructions: z.string().min(1).max(8_000),
          acceptance: z.array(sentence).max(20),
          depends_on: z.array(z.string()).max(20),
        }),
      )
      .min(1)
      .max(20),
  })
  .refine((plan) => new Set(plan.subtasks.map((subtask) => subtask.id)).size === plan.subtasks.length, {
    message: 'Subtask ids must be unique',
  })
  .refine(
    (plan) =>
      plan.subtasks.every((subtask) =>
        subtask.depends_on.every((id) => plan.subtasks.some((other) => other.id === id)),
      ),
    {
      message: 'depends_on must name subtasks of this plan',
    },
  )

export const REVIEW_SCHEMA = z.object({
  approved: z.boolean(),
  summary: sentence,
  findings: z
    .array(
      z.object({ file: z.string().max(500).nullable(), problem: z.string().min(1).max(2_000), blocking: z.boolean() }),
    )
    .max(50),
})
