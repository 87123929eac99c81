// Writes what is handed out line by line into a file of the person's own.
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { CommandError, EXIT } from './command.ts'

/** Returns how many. Readable for its owner alone; refuses to write over a file. */
export async function writeLines<Item>(
  path: string,
  items: AsyncIterable<Item>,
  lineOf: (item: Item) => string,
): Promise<number> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  try {
    await once(file, 'open')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CommandError(
      reason === 'EEXIST' ? `${path} is there already: name a new file.` : `${path} can't be written (${reason}).`,
      EXIT.usage,
    )
  }
  let count = 0
  for await (const item of items) {
    count += 1
    if (!file.write(`${lineOf(item)}\n`)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  return count
}
