// What a tap on a button does. Stored behind the button's id; nothing of it travels through the chat.
import type { ApprovalId, FactId, TaskId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'

export type ActionDoes =
  | { readonly type: 'approve_once'; readonly task_id: TaskId; readonly approval_id: ApprovalId }
  /** Shows the rule that would hold from now on; nothing is approved yet. */
  | { readonly type: 'propose_always'; readonly task_id: TaskId; readonly approval_id: ApprovalId }
  | { readonly type: 'approve_always'; readonly task_id: TaskId; readonly approval_id: ApprovalId }
  /** Back from the proposal to the question. */
  | { readonly type: 'ask_again'; readonly task_id: TaskId; readonly approval_id: ApprovalId }
  | { readonly type: 'deny'; readonly task_id: TaskId; readonly approval_id: ApprovalId }
  | { readonly type: 'abort'; readonly task_id: TaskId }
  | { readonly type: 'status'; readonly task_id: TaskId }
  | { readonly type: 'details'; readonly task_id: TaskId }
  | { readonly type: 'accept'; readonly task_id: TaskId }
  /** Asks that the work goes to the repository that it began with. */
  | { readonly type: 'deliver'; readonly task_id: TaskId }
  /** Asks what should be different; the reply becomes a task that goes on from this one's files. */
  | { readonly type: 'fix'; readonly task_id: TaskId }
  /** Sends what may not have arrived. */
  | { readonly type: 'show_again'; readonly key: string }
  | { readonly type: 'run_held' }
  | { readonly type: 'drop_held' }
  | { readonly type: 'let_in'; readonly code: string }
  | { readonly type: 'refuse_pairing'; readonly code: string }
  /** An edited message of a task that had begun: stops it and starts with the new text. */
  | { readonly type: 'start_again'; readonly task_id: TaskId; readonly text: string }
  /** Keeps or drops what is remembered; what stands under `key` is then written again, at that page of it. */
  | { readonly type: 'keep_fact'; readonly fact_id: FactId; readonly key: string; readonly page: number }
  | { readonly type: 'drop_fact'; readonly fact_id: FactId; readonly key: string; readonly page: number }
  | { readonly type: 'memory_page'; readonly key: string; readonly page: number }

/** `label`: what the button says. */
export function actionToJson(does: ActionDoes, label: string): JsonObject {
  return { ...does, label }
}

/** What the button said; null where that was not written down. */
export function labelOf({ does }: { readonly does: JsonObject }): string | null {
  const label = does['label']
  return typeof label === 'string' ? label : null
}

/** Only we write what is stored there. */
export function jsonToAction(json: JsonObject): ActionDoes {
  return json as ActionDoes
}
