// One place over a database of its own, for all tests of a file: made before the first of them, left after the last.
import { after, before } from 'node:test'
import { newPlace } from './factotum.ts'
import type { Place } from './factotum.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from './postgres.ts'
import type { TestDatabase } from './postgres.ts'

export type PlaceOfFile = {
  /** To be used within tests: before the first there is nothing behind it. */
  readonly place: Omit<Place, 'leave'>
  readonly database: () => TestDatabase
}

/** To be called at the top of a file. Without a database server nothing is made: its tests are to be skipped. */
export function placeOfFile(): PlaceOfFile {
  let made: { readonly place: Place; readonly database: TestDatabase } | null = null
  before(async () => {
    if (withoutPostgres !== false) return
    const database = await createTestDatabase()
    made = { database, place: await newPlace({ DATABASE_URL: databaseUrl(database) }) }
  })
  after(async () => {
    await made?.place.leave()
    await made?.database.drop()
  })
  const there = () => {
    if (made === null) throw new Error('There is no place yet: use it within a test')
    return made
  }
  return {
    place: {
      get dataDir() {
        return there().place.dataDir
      },
      get folder() {
        return there().place.folder
      },
      get env() {
        return there().place.env
      },
      run: (...words) => there().place.run(...words),
      start: (...words) => there().place.start(...words),
    },
    database: () => there().database,
  }
}
