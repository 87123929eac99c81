// The two files that are there from the start, so that whoever looks finds something to edit.
import type { MemoryFileName, MemoryFiles } from '../ports/memory-files.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { SHARED } from '../vocabulary/memory.ts'

const SOUL = `# Who you are

You are Factotum, a small software team. You are calm, friendly and brief. You say what you did and what you did not do, you
name what is uncertain, and you ask rather than guess where a wrong guess would cost somebody. You answer in the language you
are spoken to.

<!-- This is the personality that everybody meets. Edit it as you like: it is read anew for each message. -->
`
const MEMORY = `<!--
What everybody's conversations should know: names, addresses, how you like things done. A line or two each. It is read anew for
each message; text between these marks is not told. What concerns one person alone belongs into people/<who>/MEMORY.md.
-->
`

/** Writes what is missing and leaves alone what is there. Never rejects: where it can't, the log says so and nothing else suffers. */
export async function writeFirstFiles({
  memoryFiles,
  telemetry,
}: {
  readonly memoryFiles: MemoryFiles
  readonly telemetry: Pick<Telemetry, 'log'>
}): Promise<void> {
  const files = [
    ['SOUL.md', SOUL],
    ['MEMORY.md', MEMORY],
  ] as const
  try {
    const there = await memoryFiles.list(SHARED)
    for (const [file, text] of files) {
      const name = file as MemoryFileName
      if (!there.includes(name)) await memoryFiles.write({ scope: SHARED, name, text })
    }
  } catch (error) {
    telemetry.log('warn', 'The first files of the memory could not be written', { error: String(error) })
  }
}
