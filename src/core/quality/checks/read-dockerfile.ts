// The instructions of a Dockerfile: lines joined where they go on, heredocs left out, for rules that look at one instruction at a time.

export type Instruction = {
  /** In capitals. */
  readonly keyword: string
  readonly flags: readonly string[]
  readonly words: readonly string[]
  readonly text: string
  /** From 1. */
  readonly line: number
}

/** Never throws, whatever it is given; what is no instruction is given as if it was one. */
export function readDockerfile(text: string): readonly Instruction[] {
  const lines = text.split(/\r?\n/)
  const escape = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 3).join('\n')) ? '`' : '\\'
  const instructions: Instruction[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const start = at
    let whole = (lines[at] ?? '').trim()
    if (whole === '' || whole.startsWith('#')) continue
    while (whole.endsWith(escape) && at + 1 < lines.length) {
      at += 1
      const next = (lines[at] ?? '').trim()
      whole = next.startsWith('#') || next === '' ? whole : `${whole.slice(0, -1)} ${next}`
    }
    const [keyword = '', ...rest] = whole.split(/\s+/)
    const marker = /^(?:RUN|COPY|ADD)$/i.test(keyword) ? /<<-?["']?(\w+)["']?/.exec(whole)?.[1] : undefined
    if (marker !== undefined) {
      const end = lines.findIndex((line, index) => index > at && line.trim() === marker)
      if (end !== -1) at = end
    }
    const flags = rest.filter(
      (word, index) => word.startsWith('--') && rest.slice(0, index).every((one) => one.startsWith('--')),
    )
    const words = rest.slice(flags.length).filter((word) => word !== '')
    instructions.push({ keyword: keyword.toUpperCase(), flags, words: wordsOf(words), text: whole, line: start + 1 })
  }
  return instructions
}

/** In brackets they are JSON. */
function wordsOf(words: readonly string[]): readonly string[] {
  if (words[0]?.startsWith('[') !== true) return words
  try {
    const parsed: unknown = JSON.parse(words.join(' '))
    return Array.isArray(parsed) ? parsed.filter((word): word is string => typeof word === 'string') : words
  } catch {
    return words
  }
}
