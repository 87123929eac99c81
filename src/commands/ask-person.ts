// Asks whoever sits at the terminal, where somebody does.
import { createInterface } from 'node:readline/promises'

/** What they typed, trimmed; null where nobody is there to ask, or they closed the input. */
export async function askPerson(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const closed = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
  try {
    const said = await Promise.race([terminal.question(question), closed])
    return said === null ? null : said.trim()
  } finally {
    terminal.close()
  }
}
