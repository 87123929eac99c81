import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import type { TaskEventBody } from '../../core/vocabulary/event.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { Routing, TaskResult, WorkspaceSource } from '../../core/vocabulary/task.ts'
import { eventBodySchema } from './event-schemas.ts'
import type { EventBodyOnTheWire, routingSchema, taskResultSchema, workspaceSourceSchema } from './event-schemas.ts'

/** A type without its brands: what a schema of plain strings can be compared with. */
type Unbranded<T> = JsonValue extends T
  ? T
  : T extends string & { readonly brand: string }
    ? string
    : T extends string | number | boolean | null | undefined
      ? T
      : { readonly [Key in keyof T]: Unbranded<T[Key]> }
/** Identity, not mutual assignability: an optional field that only one side has makes a difference. */
type Same<Left, Right> =
  (<T>() => T extends Unbranded<Left> ? 1 : 2) extends <T>() => T extends Unbranded<Right> ? 1 : 2 ? true : false

test('the schemas and the vocabulary say the same', () => {
  // The compiler does the comparing: where they differ, `true` is not assignable.
  const events: Same<TaskEventBody, EventBodyOnTheWire> = true
  const result: Same<TaskResult, z.output<typeof taskResultSchema>> = true
  const routing: Same<Routing, z.output<typeof routingSchema>> = true
  const source: Same<WorkspaceSource, z.output<typeof workspaceSourceSchema>> = true
  assert.deepEqual([events, result, routing, source], [true, true, true, true])
})

test('an event that the vocabulary does not know is refused', () => {
  const sent = { type: 'step.progress', data: { step: 's', agent: 'coder', message: 'm' } }
  assert.equal(eventBodySchema.safeParse(sent).success, true)
  assert.equal(eventBodySchema.safeParse({ ...sent, type: 'step.skipped' }).success, false)
  assert.equal(eventBodySchema.safeParse({ ...sent, data: { ...sent.data, agent: 'Nobody at all' } }).success, false)
})
