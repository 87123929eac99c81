// Finds where the code that a fix speaks of stands: exactly there, exactly once elsewhere, or nowhere that is certain.
import { reindented } from './indentation.ts'

/** From `start` to `end` in the text with line feeds alone, to be replaced by `fixed`. `moved`: it stood on another line than was said. */
export type Located = {
  readonly type: 'located'
  readonly start: number
  readonly end: number
  readonly line: number
  readonly moved: boolean
  readonly fixed: string
}
export type NotLocated = { readonly type: 'not_located'; readonly reason: string }

type Place = { readonly start: number; readonly end: number; readonly line: number }

/** `text`, `current` and `fixed` have line feeds alone; `current` is not blank. Linear but for a text that repeats itself. */
export function locateCode(text: string, lineNumber: number, current: string, fixed: string): Located | NotLocated {
  const exact = placesOf(text, current)
  const chosen = chooseOne(exact, lineNumber)
  if (chosen !== null) {
    if ('reason' in chosen) return chosen
    const moved = chosen.line !== lineNumber
    // Lines that were written without their indentation are to come back with it.
    const inset = isInset(text, chosen.start) && /\n/.test(current + fixed)
    const whole = inset ? locateForgiving(text, chosen.line, current, fixed, true) : null
    return whole?.type === 'located' ? { ...whole, moved } : { type: 'located', ...chosen, moved, fixed }
  }
  return locateForgiving(text, lineNumber, current, fixed)
}

/** The one at the line; else the only one. Null where there is none at all. */
function chooseOne(places: readonly Place[], lineNumber: number): Place | NotLocated | null {
  if (places.length === 0) return null
  const there = places.filter(({ line }) => line === lineNumber)
  const [first] = there.length > 0 ? there : places
  const many = there.length > 0 ? there.length : places.length
  if (first !== undefined && many === 1) return first
  const where = there.length > 0 ? `${there.length} times on line ${lineNumber}` : `in ${places.length} other places`
  return { type: 'not_located', reason: `the expected code stands ${where}: it is not clear which is meant` }
}

/** Every place of the code that does not begin or end within a word. */
function placesOf(text: string, code: string): readonly Place[] {
  const places: Place[] = []
  let line = 1
  let counted = 0
  for (let at = text.indexOf(code); at !== -1 && places.length < 100; at = text.indexOf(code, at + 1)) {
    for (let feed = text.indexOf('\n', counted); feed !== -1 && feed < at; feed = text.indexOf('\n', feed + 1)) {
      line += 1
      counted = feed + 1
    }
    const end = at + code.length
    if (!isWithinWord(text, at) && !isWithinWord(text, end)) places.push({ start: at, end, line })
  }
  return places
}

function isWithinWord(text: string, at: number): boolean {
  return /[\w$]/.test(text.charAt(at - 1)) && /[\w$]/.test(text.charAt(at))
}

/** Blanks alone stand before it on its line, and some do. */
function isInset(text: string, at: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return before !== '' && before.trim() === ''
}

/** Whole lines that differ in their indentation or in blanks at their end alone; only where there is one such place, or it is known to be at the line. */
function locateForgiving(
  text: string,
  lineNumber: number,
  current: string,
  fixed: string,
  isThere = false,
): Located | NotLocated {
  const nowhere: NotLocated = {
    type: 'not_located',
    reason: `the expected code does not stand at line ${lineNumber}, nor elsewhere in the file`,
  }
  const wanted = current.replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '').split('\n')
  const lines = text.split('\n')
  const matches: number[] = []
  for (let at = 0; at + wanted.length <= lines.length; at += 1)
    if (wanted.every((line, index) => line.trim() === lines[at + index]?.trim())) matches.push(at)
  const [first] = matches
  const only = isThere && matches.includes(lineNumber - 1) ? lineNumber - 1 : first
  if (only === undefined) return nowhere
  if (matches.length > 1 && !isThere)
    return {
      type: 'not_located',
      reason: `but for blanks the expected code stands in ${matches.length} places: it is not clear which is meant`,
    }
  const found = lines.slice(only, only + wanted.length)
  const replaced = reindented(fixed.replace(/^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g, '').split('\n'), wanted, found)
  if (replaced === null)
    return {
      type: 'not_located',
      reason: 'the expected code stands there with other indentation, which can not be told',
    }
  const start = lines.slice(0, only).reduce((sum, line) => sum + line.length + 1, 0)
  const end = start + found.join('\n').length
  return { type: 'located', start, end, line: only + 1, moved: only + 1 !== lineNumber, fixed: replaced.join('\n') }
}
