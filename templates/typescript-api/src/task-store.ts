// The tasks, in SQLite: one file, no server.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Task, TaskChange } from './task.ts'

/** Carried out once each, in this order: append, never change one that has been out. */
const MIGRATIONS = [
  'create table tasks (id integer primary key, title text not null, done integer not null default 0, created_at text not null) strict',
]

export type TaskStore = {
  /** Newest first; those older than `before` where it is given. */
  list: (limit: number, before?: number) => readonly Task[]
  readonly get: (id: number) => Task | null
  readonly add: (title: string) => Task
  /** Null when there is none. */
  readonly change: (id: number, change: TaskChange) => Task | null
  /** False when there was none. */
  readonly remove: (id: number) => boolean
  readonly close: () => void
}

/** Opens the file, or makes it. `:memory:` keeps nothing. */
export function openTaskStore(file: string, now: () => Date = () => new Date()): TaskStore {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal')
  const done = Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
  for (const [index, statement] of MIGRATIONS.entries()) {
    if (index >= done) database.exec(`begin; ${statement}; pragma user_version = ${index + 1}; commit`)
  }
  const page = database.prepare('select * from tasks where id < ? order by id desc limit ?')
  const one = database.prepare('select * from tasks where id = ?')
  const insert = database.prepare('insert into tasks (title, created_at) values (?, ?) returning *')
  const update = database.prepare(
    'update tasks set title = coalesce(?, title), done = coalesce(?, done) where id = ? returning *',
  )
  const remove = database.prepare('delete from tasks where id = ?')

  return {
    list: (limit, before = Number.MAX_SAFE_INTEGER) => page.all(before, limit).map(rowToTask),
    get: (id) => taskOrNull(one.get(id)),
    add: (title) => rowToTask(insert.get(title, now().toISOString()) ?? {}),
    change: (id, { title, done: isDone }) =>
      taskOrNull(update.get(title ?? null, isDone === undefined ? null : Number(isDone), id)),
    remove: (id) => remove.run(id).changes > 0,
    close: () => database.close(),
  }
}

type Row = Record<string, unknown>

function taskOrNull(row: Row | undefined): Task | null {
  return row === undefined ? null : rowToTask(row)
}

function rowToTask(row: Row): Task {
  const { id, title, done, created_at: at } = row
  return { id: Number(id), title: String(title), done: done === 1, created_at: String(at) }
}
