// The notes, in SQLite: one file, no server.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Carried out once each, in this order: append, never change one that has been out. */
const MIGRATIONS = ['create table notes (id integer primary key, text text not null, created_at text not null) strict']

/** Opens the file, or makes it. `:memory:` keeps nothing. */
export function openNotes(file) {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal')
  const { user_version: done } = database.prepare('pragma user_version').get()
  for (const [index, statement] of MIGRATIONS.entries()) {
    if (index >= done) database.exec(`begin; ${statement}; pragma user_version = ${index + 1}; commit`)
  }
  const newest = database.prepare('select id, text, created_at from notes order by id desc limit ?')
  const insert = database.prepare('insert into notes (text, created_at) values (?, ?)')
  const remove = database.prepare('delete from notes where id = ?')
  return {
    /** Newest first. */
    list: (limit = 100) => newest.all(limit),
    add: (text, at = new Date()) => Number(insert.run(text, at.toISOString()).lastInsertRowid),
    /** False when there was none. */
    remove: (id) => remove.run(id).changes > 0,
    close: () => database.close(),
  }
}
