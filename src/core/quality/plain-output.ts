// What a hostile program prints, as plain text of bounded length.
import type { CommandResult } from '../ports/sandbox.ts'

const OUTPUT_CHARACTERS = 16_000

/** What a command printed, the end of it, as a person would see it: escape sequences are left out. */
export function outputOf(result: Pick<CommandResult, 'stdout' | 'stderr'>, limit = OUTPUT_CHARACTERS): string {
  const text = [result.stdout, result.stderr].filter((part) => part !== '').join('\n')
  return stripEscapes(text).slice(-limit).toWellFormed()
}

/** Without ANSI escape sequences and control characters other than tab and line feed (ECMA-48). */
export function stripEscapes(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
