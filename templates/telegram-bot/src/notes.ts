// The notes of each chat, in SQLite: one file, no server.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Carried out once each, in this order: append, never change one that has been out. */
const MIGRATIONS = [
  'create table notes (id integer primary key, chat integer not null, text text not null) strict',
  'create index notes_of_chat on notes (chat, id)',
]

export type Note = { readonly id: number; readonly text: string }

export type Notes = {
  /** Oldest first. */
  list(chat: number): readonly Note[]
  add(chat: number, text: string): void
  /** Null when the chat has no such note. */
  finish(chat: number, id: number): Note | null
  close(): void
}

/** Opens the file, or makes it. `:memory:` keeps nothing. */
export function openNotes(file: string): Notes {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal')
  const done = Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
  for (const [index, statement] of MIGRATIONS.entries()) {
    if (index >= done) database.exec(`begin; ${statement}; pragma user_version = ${index + 1}; commit`)
  }
  const ofChat = database.prepare('select id, text from notes where chat = ? order by id')
  const insert = database.prepare('insert into notes (chat, text) values (?, ?)')
  const remove = database.prepare('delete from notes where chat = ? and id = ? returning id, text')
  const rowToNote = (row: Record<string, unknown>): Note => ({ id: Number(row['id']), text: String(row['text']) })

  return {
    list: (chat) => ofChat.all(chat).map(rowToNote),
    add: (chat, text) => void insert.run(chat, text),
    finish: (chat, id) => {
      const row = remove.get(chat, id)
      return row === undefined ? null : rowToNote(row)
    },
    close: () => database.close(),
  }
}
