// Tells a person's own words from what they pasted: logs, code, diffs and letters are no requests, whatever they say.

type OwnWords = {
  /** What the person says, at most 2,000 characters; empty when all of it was pasted. */
  readonly words: string
  /** Something was pasted along. */
  readonly pasted: boolean
}

const MOST = 2_000
/** From here on a text is looked at as a paste with an instruction before or behind it. */
const LONG = 900
const MANY_LINES = 14
const INSTRUCTION = 600
/** Lines as programs print them and people do not write. */
const PRINTED =
  /^(?:\s{4,}\S|\t|\d{4}-\d\d-\d\d|\[\d|\d\d:\d\d:\d\d|(?:INFO|WARN|WARNING|ERROR|DEBUG|FATAL|TRACE)\b|[+-]{3} |@@ |diff --git |[+-](?:\s|\S*[({;])|at \S+ ?\(|Traceback|File "|\w*(?:Error|Exception)\b:|npm ERR|import |from \S+ import|const |let |var |function |class |def |return\b|#include|<[!/a-z][^>\n]*>|[{}\])]+[;,]?$|\$ |>)/

/** Linear in the text. Fenced code and quoted lines are always taken for pasted. */
export function ownWordsIn(text: string): OwnWords {
  const lines = text.split('\n')
  const kept: string[] = []
  let fenced = false
  let pasted = false
  const lone = lines.filter((line) => line.trimStart().startsWith('```')).length
  for (const line of lines) {
    const isFence = line.trimStart().startsWith('```')
    // A command given as code is an order and no paste; so is a fence that is never closed.
    if (isFence && lone > 1) {
      fenced = !fenced
      pasted = true
    } else if (fenced || /^\s?>/.test(line)) pasted = true
    else kept.push(line)
  }
  const words = kept.join('\n').trim()
  if (words === '' || isRunOf(text)) return { words: text.trim().slice(0, 32_000), pasted: false }
  if (words.length <= LONG && kept.length <= MANY_LINES && !looksPrinted(kept))
    return { words: words.slice(0, MOST), pasted }
  const around = instructionsAround(kept)
  return around === null || around === '' ? { words: words.slice(0, MOST), pasted } : { words: around, pasted: true }
}

/** A literal command may be long and have many lines. */
function isRunOf(text: string): boolean {
  return /^\s*(?:please )?(?:run|execute)(?: the command| this)?:?\s*```/i.test(text) || /^\s*\$ \S/.test(text)
}

function looksPrinted(lines: readonly string[]): boolean {
  const full = lines.filter((line) => line.trim() !== '')
  return full.length >= 4 && full.filter((line) => PRINTED.test(line)).length >= full.length / 2
}

/** The paragraph before and the one behind what was pasted; null when the text is all in a person's words. */
function instructionsAround(lines: readonly string[]): string | null {
  const full = lines.filter((line) => line.trim() !== '')
  const printed = full.filter((line) => PRINTED.test(line)).length
  if (printed < Math.max(2, full.length / 8) && lines.join('\n').length <= MOST) return null
  const head = leading(full)
  const tail = leading(full.toReversed()).toReversed()
  if (head.length === full.length) return null
  return [head, tail]
    .map((part) => part.join('\n').slice(0, INSTRUCTION).trim())
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The first lines up to three, as long as a person would write them. */
function leading(lines: readonly string[]): readonly string[] {
  const found: string[] = []
  for (const line of lines) {
    if (found.length === 3 || PRINTED.test(line) || line.length > INSTRUCTION) break
    found.push(line)
    if (/[:?.!]\s*$/.test(line)) break
  }
  return found
}
