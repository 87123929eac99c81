// What operators see: structured logs and counted, timed events. Never throws; never holds secrets.
import type { JsonObject } from '../vocabulary/json.ts'

export interface Telemetry {
  /** `fields` carries `task_id` wherever there is one. */
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: JsonObject): void
  /** Adds to a counter, e.g. `tasks_finished_total {status}`. Label values come from small fixed sets. */
  count(name: MetricName, labels?: Readonly<Record<string, string>>, by?: number): void
  /** Records a duration in seconds in a histogram. */
  time(name: DurationName, seconds: number, labels?: Readonly<Record<string, string>>): void
}

export type MetricName =
  | 'tasks_accepted_total'
  | 'tasks_finished_total'
  | 'claims_total'
  | 'leases_lost_total'
  | 'model_tokens_total'
  | 'checks_total'
  | 'prompt_cache_total'
  | 'sandbox_escapes_total'
  | 'chat_updates_total'
  | 'deliveries_total'
export type DurationName =
  | 'task_seconds'
  | 'delivery_seconds'
  | 'model_call_seconds'
  | 'tool_call_seconds'
  | 'http_request_seconds'
