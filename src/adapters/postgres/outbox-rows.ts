// Rows of the outbox table as the port's words, and back.
import type { EntryChange, EntryState, OutboxEntry } from '../../core/ports/outbox.ts'
import type { MessageRef } from '../../core/vocabulary/place.ts'
import type { Post } from '../../core/vocabulary/post.ts'
import { canonicalJson } from './canonical-json.ts'
import { placeToColumns, rowToPlace } from './places.ts'
import type { PlaceRow } from './places.ts'
import { storableText } from './storable-text.ts'

export const ENTRY_COLUMNS = `o.bot, o.key, o.interface, o.chat, o.topic, o.lane, o.posting, o.version, o.state, o.refs,
  o.shown, o.attempts, o.not_before, o.error, o.created_at, o.updated_at`

export type EntryRow = PlaceRow & {
  readonly key: string
  readonly lane: Post['lane']
  readonly posting: Post['posting']
  readonly version: number
  readonly state: EntryState
  readonly refs: readonly MessageRef[]
  readonly shown: number
  readonly attempts: number
  readonly not_before: Date
  readonly error: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** What `postToColumns` gives, in the order of the statement. */
export const POST_COLUMNS = ['bot', 'key', 'interface', 'chat', 'topic', 'lane', 'posting'] as const

export function postToColumns({ key, place, lane, posting }: Post) {
  return { ...placeToColumns(place), key: storableText(key), lane, posting: canonicalJson(posting) }
}

/** What `changeToColumns` gives, in the order of the statement. */
export const CHANGE_COLUMNS = [
  'bot',
  'key',
  'version',
  'state',
  'refs',
  'shown',
  'attempts',
  'not_before',
  'error',
  'interface',
  'chat',
  'topic',
] as const

export function changeToColumns(change: EntryChange) {
  return {
    ...placeToColumns(change.place),
    bot: storableText(change.bot),
    key: storableText(change.key),
    version: change.version,
    state: change.state,
    // Lists of different lengths make no array of arrays.
    refs: canonicalJson(change.refs),
    shown: change.shown,
    attempts: change.attempts,
    not_before: change.notBefore.toISOString(),
    error: change.error === null ? null : storableText(change.error),
  }
}

export function rowToEntry(row: EntryRow): OutboxEntry {
  return {
    key: row.key,
    place: rowToPlace(row),
    lane: row.lane,
    posting: row.posting,
    version: row.version,
    state: row.state,
    refs: row.refs,
    shown: row.shown,
    attempts: row.attempts,
    notBefore: row.not_before,
    error: row.error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
