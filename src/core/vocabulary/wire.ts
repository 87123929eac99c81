// Tasks and events as every interface writes them: snake_case JSON, times in RFC 3339.
import type { JsonObject, JsonValue } from './json.ts'
import type { TaskEvent } from './event.ts'
import type { Task } from './task.ts'

export function taskToWire(task: Task): JsonObject {
  return {
    id: task.id,
    user_id: task.userId,
    thread_id: task.threadId,
    input_text: task.inputText,
    task_type: task.taskType,
    status: task.status,
    source: task.source,
    routing: task.routing,
    approval:
      task.approval === null
        ? null
        : {
            id: task.approval.id,
            status: task.approval.status,
            kind: task.approval.kind,
            subject: task.approval.subject,
            digest: task.approval.digest,
            reason: task.approval.reason,
            expires_at: task.approval.expiresAt.toISOString(),
            resolved_by: task.approval.resolvedBy,
            comment: task.approval.comment,
          },
    result: task.result,
    error: task.error,
    last_seq: task.lastSeq,
    created_at: task.createdAt.toISOString(),
    updated_at: task.updatedAt.toISOString(),
  }
}

export function eventToWire(event: TaskEvent): JsonObject {
  // An event's data is JSON as it stands (see event.ts); its optional keys are what keeps the compiler from seeing it.
  const data = event.data as JsonValue
  return { task_id: event.task_id, seq: event.seq, type: event.type, at: event.at.toISOString(), data }
}
