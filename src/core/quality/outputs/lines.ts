// Output is read line by line, and never more of it than is worth reading: hostile programs print what they like.
import type { Finding } from '../../vocabulary/check.ts'
import type { RawOutput } from '../runner.ts'

const MOST_LINES = 20_000
const LINE_CHARACTERS = 2_000
const MESSAGE_LINES = 6

export function linesOf({ stdout, stderr }: Pick<RawOutput, 'stdout' | 'stderr'>): readonly string[] {
  const text = [stdout, stderr].filter((part) => part !== '').join('\n')
  return text
    .split('\n')
    .slice(-MOST_LINES)
    .map((line) => line.slice(0, LINE_CHARACTERS))
}

/** The first few lines that say something, as one. */
export function messageOfLines(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, MESSAGE_LINES)
    .join(' ')
}

/** The lines that the test `is` holds for, each with those behind it up to the next such line. */
export function blocksOf(lines: readonly string[], is: (line: string) => boolean): readonly (readonly string[])[] {
  const blocks: string[][] = []
  for (const line of lines) {
    if (is(line)) blocks.push([line])
    else blocks.at(-1)?.push(line)
  }
  return blocks
}

export type Place = { readonly file: string | null; readonly line: number | null }
export const NOWHERE: Place = { file: null, line: null }

export function placeOf(file: string | undefined, line: string | undefined): Place {
  return file === undefined || file === '' ? NOWHERE : { file, line: line === undefined ? null : Number(line) }
}

const FRAME = /(?:^\s*at |\()(?:async )?(?:[^()\s]* )?\(?((?:file:\/\/)?[^()\s:]+):(\d+):\d+\)?$/

/** Where a JavaScript stack first comes through the project's own code. */
export function placeInStack(lines: readonly string[]): Place {
  for (const line of lines) {
    const [, file, number] = FRAME.exec(line.trimEnd()) ?? []
    if (file === undefined || file === 'node' || file.includes('node_modules/') || file.startsWith('internal/'))
      continue
    return placeOf(file, number)
  }
  return NOWHERE
}

export function errorAt(place: Place, rule: string | null, message: string): Finding {
  return { ...place, rule, message, severity: 'error' }
}
