// The shapes on the wire: snake_case JSON, instants as ISO 8601 in UTC.
import { z } from 'zod'
import { APPROVAL_KINDS, APPROVAL_STATUSES } from '../../core/vocabulary/approval.ts'
import type { Approval } from '../../core/vocabulary/approval.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import { TASK_STATUSES, TASK_TYPES } from '../../core/vocabulary/task.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import type { TaskPage } from '../../core/ports/task-store.ts'
import {
  approvalBindingSchema,
  approvalPolicySchema,
  estimateSchema,
  name,
  routingSchema,
  taskResultSchema,
  workspaceSourceSchema,
} from './event-schemas.ts'

const instant = z.iso.datetime()

const approvalSchema = name(
  'Approval',
  z.object({
    id: z.string(),
    status: z.enum(APPROVAL_STATUSES),
    kind: z.enum(APPROVAL_KINDS),
    subject: z.string(),
    digest: z.string(),
    reason: z.string(),
    binding: approvalBindingSchema.nullable(),
    policy: approvalPolicySchema.nullable(),
    seconded_by: z.array(z.string()).readonly(),
    estimate: estimateSchema.nullable(),
    expires_at: instant,
    resolved_by: z.string().nullable(),
    comment: z.string().nullable(),
  }),
)

export const taskSchema = name(
  'Task',
  z.object({
    id: z.string(),
    user_id: z.string(),
    thread_id: z.string(),
    input_text: z.string(),
    task_type: z.enum(TASK_TYPES).nullable(),
    status: z.enum(TASK_STATUSES),
    confirm: z.boolean().meta({ description: 'Asked for in plain words: work starts only after an OK.' }),
    source: workspaceSourceSchema,
    routing: routingSchema.nullable(),
    approval: approvalSchema.nullable(),
    result: taskResultSchema.nullable(),
    error: z.string().nullable(),
    last_seq: z.int(),
    created_at: instant,
    updated_at: instant,
  }),
)

export const eventSchema = name(
  'TaskEvent',
  z.object({
    task_id: z.string(),
    seq: z.int(),
    type: z.string().meta({ description: 'See events.schema.json for every type and its data.' }),
    at: instant,
    data: z.record(z.string(), z.unknown()),
  }),
)

export const artifactSchema = name(
  'Artifact',
  z.object({
    id: z.string(),
    task_id: z.string().nullable(),
    message_id: z.string().nullable(),
    kind: z.enum(['file', 'tool_result', 'file_meta', 'voice_transcript', 'image_json', 'ocr_text']),
    name: z.string(),
    media_type: z.string(),
    bytes: z.int(),
    content: z
      .looseObject({ text: z.string(), by: z.string() })
      .nullable()
      .meta({ description: 'What was read from a file, and by whom; null for a file itself.' }),
    created_at: instant,
  }),
)

export const hintSchema = name(
  'TaskHint',
  z.object({ task_id: z.string(), last_seq: z.int(), status: z.enum(TASK_STATUSES) }),
)

export function listOf<Item extends z.ZodType>(id: string, item: Item) {
  return name(id, z.object({ items: z.array(item), next_cursor: z.string().nullable() }))
}

export function taskToWire(task: Task): z.output<typeof taskSchema> {
  return {
    id: task.id,
    user_id: task.userId,
    thread_id: task.threadId,
    input_text: task.inputText,
    task_type: task.taskType,
    status: task.status,
    confirm: task.confirm,
    source: task.source,
    routing: task.routing,
    approval: task.approval === null ? null : approvalToWire(task.approval),
    result: task.result === null ? null : task.result,
    error: task.error,
    last_seq: task.lastSeq,
    created_at: task.createdAt.toISOString(),
    updated_at: task.updatedAt.toISOString(),
  }
}

function approvalToWire(approval: Approval): z.output<typeof approvalSchema> {
  return {
    id: approval.id,
    status: approval.status,
    kind: approval.kind,
    subject: approval.subject,
    digest: approval.digest,
    reason: approval.reason,
    binding: approval.binding,
    policy: approval.policy,
    seconded_by: approval.secondedBy,
    estimate: approval.estimate,
    expires_at: approval.expiresAt.toISOString(),
    resolved_by: approval.resolvedBy,
    comment: approval.comment,
  }
}

export function taskPageToWire(page: TaskPage) {
  return { items: page.items.map(taskToWire), next_cursor: page.nextCursor }
}

export function eventToWire(event: TaskEvent): z.output<typeof eventSchema> {
  const { task_id, seq, type, at, data } = event
  return { task_id, seq, type, at: at.toISOString(), data }
}

export function hintToWire(task: Task): z.output<typeof hintSchema> {
  return { task_id: task.id, last_seq: task.lastSeq, status: task.status }
}

export function artifactToWire(artifact: Artifact): z.output<typeof artifactSchema> {
  return {
    id: artifact.id,
    task_id: artifact.taskId,
    message_id: artifact.messageId,
    kind: artifact.kind,
    name: artifact.name,
    media_type: artifact.mediaType,
    bytes: artifact.bytes,
    content: artifact.content,
    created_at: artifact.createdAt.toISOString(),
  }
}
