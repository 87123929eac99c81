// What models answered lately, kept for the very same call of the very same person.
import type { UserId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'

/** Shared by all processes. What it loses costs a call and nothing else. */
export interface PromptCache {
  /** Null where there is none, or its time is up. Another person's key finds nothing, though it were the same. */
  get(userId: UserId, key: string): Promise<JsonValue | null>
  /** Replaces what was kept under this key. `forMs` from now on. */
  put(userId: UserId, key: string, answer: JsonValue, forMs: number): Promise<void>
  /** Everything of these people. */
  forget(userIds: readonly UserId[]): Promise<void>
}
