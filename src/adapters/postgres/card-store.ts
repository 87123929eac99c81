// Which task is shown where, in PostgreSQL. Cards that are opened at the same time go together (group commit).
import type { Card, CardStore } from '../../core/ports/card-store.ts'
import type { TaskId, UserId } from '../../core/vocabulary/ids.ts'
import type { MessageRef } from '../../core/vocabulary/place.ts'
import { createGroupCommit } from './group-commit.ts'
import { createGroupRead } from './group-read.ts'
import { placeToColumns, rowToPlace } from './places.ts'
import type { PlaceRow } from './places.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { columns, isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'task_id, interface, bot, chat, topic, request, author, direct, opened_at, finished'
const NAMES = [
  'task_id',
  'interface',
  'bot',
  'chat',
  'topic',
  'request',
  'author',
  'direct',
  'opened_at',
  'finished',
] as const
const OPEN: Statement = {
  name: 'open_cards',
  text: `
insert into cards (${COLUMNS})
select * from unnest(
  $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::timestamptz[],
  $10::boolean[]
) as c (${COLUMNS})
order by c.task_id
on conflict (task_id) do nothing
returning ${COLUMNS}`,
}
const GET: Statement = { name: 'get_cards', text: `select ${COLUMNS} from cards where task_id = any ($1::uuid[])` }
const OF_REQUEST: Statement = {
  name: 'card_of_request',
  text: `
select ${COLUMNS} from cards where bot = $1 and chat = $2 and topic = $3 and request = $4
order by opened_at desc, task_id desc limit 1`,
}
const UNFINISHED: Statement = {
  name: 'unfinished_cards',
  text: `select ${COLUMNS} from cards where bot = $1 and not finished order by opened_at, task_id`,
}
const OF_PLACE: Statement = {
  name: 'cards_of_place',
  text: `
select ${COLUMNS} from cards where bot = $1 and chat = $2 and topic = $3
order by opened_at desc, task_id desc limit $4`,
}
const FINISH: Statement = {
  name: 'finish_cards',
  text: `
with locked as materialized (
  select c.task_id from cards c where c.task_id = any ($1::uuid[]) and not c.finished order by c.task_id for update
)
update cards c set finished = true from locked l where c.task_id = l.task_id`,
}
const MOVE: Statement = {
  name: 'move_cards',
  text: `
with locked as materialized (select task_id from cards where bot = $1 and chat = $2 order by task_id for update)
update cards c set chat = $3, request = null from locked l where c.task_id = l.task_id`,
}

type Row = PlaceRow & {
  readonly task_id: TaskId
  readonly request: MessageRef | null
  readonly author: UserId
  readonly direct: boolean
  readonly opened_at: Date
  readonly finished: boolean
}

const LANES = 2
const MAX_BATCH = 250

export function createPostgresCardStore({ database }: { readonly database: Database }): CardStore {
  const grouped = {
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault: (error: unknown) => error instanceof DatabaseFailure && error.refused,
  }
  const open = createGroupCommit<Card, Card>({
    write: (batch) => openAll(database, batch),
    keyOf: (card) => card.taskId,
    ...grouped,
  })
  const finish = createGroupCommit<TaskId, null>({
    write: async (batch) => {
      await database.run(FINISH, [batch])
      return batch.map(() => null)
    },
    keyOf: (taskId) => taskId,
    ...grouped,
  })
  const get = createGroupRead<TaskId, Card | null>(async (batch) => {
    const cards = new Map((await database.run<Row>(GET, [batch])).map((row) => [row.task_id, rowToCard(row)]))
    return batch.map((taskId) => cards.get(taskId) ?? null)
  })
  return {
    open,
    get: async (taskId) => (isUuid(taskId) ? get(taskId) : null),
    ofRequest: async (place, request) => {
      const { bot, chat, topic } = placeToColumns(place)
      const [row] = await database.run<Row>(OF_REQUEST, [bot, chat, topic, storableText(request)])
      return row === undefined ? null : rowToCard(row)
    },
    unfinished: async (bot) => (await database.run<Row>(UNFINISHED, [storableText(bot)])).map(rowToCard),
    ofPlace: async (place, limit) => {
      const { bot, chat, topic } = placeToColumns(place)
      return (await database.run<Row>(OF_PLACE, [bot, chat, topic, Math.max(0, limit)])).map(rowToCard)
    },
    finish: async (taskId) => {
      if (isUuid(taskId)) await finish(taskId)
    },
    moveChat: async (bot, from, to) => {
      if (from !== to) await database.run(MOVE, [bot, from, to].map(storableText))
    },
  }
}

async function openAll(database: Database, batch: readonly Card[]): Promise<readonly Card[]> {
  const opened = await database.run<Row>(OPEN, columns(batch.map(cardToColumns), NAMES))
  const cards = new Map(opened.map((row) => [row.task_id, rowToCard(row)]))
  const known = batch.map((card) => card.taskId).filter((taskId) => !cards.has(taskId))
  if (known.length > 0) {
    for (const row of await database.run<Row>(GET, [known])) cards.set(row.task_id, rowToCard(row))
  }
  return batch.map((card) => cards.get(card.taskId) ?? card)
}

function cardToColumns(card: Card) {
  return {
    ...placeToColumns(card.place),
    task_id: card.taskId,
    request: card.request === null ? null : storableText(card.request),
    author: storableText(card.by),
    direct: card.direct,
    opened_at: card.openedAt.toISOString(),
    finished: card.finished,
  }
}

function rowToCard(row: Row): Card {
  return {
    taskId: row.task_id,
    place: rowToPlace(row),
    request: row.request,
    by: row.author,
    direct: row.direct,
    openedAt: row.opened_at,
    finished: row.finished,
  }
}
