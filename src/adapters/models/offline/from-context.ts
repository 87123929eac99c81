// Reads the context that comes with a prompt: the rules, what is remembered, what was looked up, the work before, what was said.

export type Material = {
  /** As an answer names it, e.g. `[1]`; null for what is no part of the knowledge. */
  readonly mark: string | null
  readonly from: string
  readonly part: string
  readonly text: string
}

export type EarlierWork = {
  readonly type: string
  readonly status: string
  /** One line, in the person's words. */
  readonly request: string
  /** Empty where nothing is told. */
  readonly outcome: string
  readonly files: readonly string[]
}

export type Said = {
  readonly by: 'us' | 'them'
  readonly name: string
  readonly text: string
}

export type Told = {
  readonly rules: readonly string[]
  readonly facts: readonly string[]
  /** Of the knowledge first, then what came with messages. */
  readonly material: readonly Material[]
  /** What was read in the files that came with the request; among `material` too. */
  readonly attached: readonly Material[]
  /** Newest first. */
  readonly work: readonly EarlierWork[]
  /** Oldest first. */
  readonly said: readonly Said[]
}

const SAID = /^\[\d{4}-\d\d-\d\d \d\d:\d\d UTC\] ([^:\n]{1,200}): ?(.*)$/
const WORK = /^\S{1,60} \(([^(),\n]{1,40}), ([a-z_]{1,20})\): (.*)$/

/** What `prompt` tells beside the request. Linear; whatever does not have the form of a context is passed over. */
export function toldIn(prompt: string): Told {
  const context = outsideOfRequest(prompt)
  const attachments = sectionOf(context, 'attachments') ?? ''
  const conversation = sectionOf(context, 'conversation') ?? ''
  return {
    rules: bulletsOf(sectionOf(context, 'rules') ?? ''),
    facts: bulletsOf(sectionOf(context, 'facts') ?? ''),
    material: ['knowledge', 'memory', 'soul']
      .flatMap((name) => materialIn(sectionOf(context, name) ?? ''))
      .concat(materialIn(attachments), materialIn(conversation)),
    attached: materialIn(attachments),
    work: workIn(sectionOf(context, 'work') ?? ''),
    said: saidIn(conversation),
  }
}

/** Gives back the tags that were made harmless in a quotation. */
export function unmarked(text: string): string {
  return text.replaceAll(/<\\(?=\s*\/?[a-z])/gi, '<')
}

function outsideOfRequest(prompt: string): string {
  const start = prompt.indexOf('<request>')
  if (start < 0) return prompt
  const end = prompt.indexOf('</request>', start)
  return end < 0 ? prompt.slice(0, start) : prompt.slice(0, start) + prompt.slice(end)
}

function sectionOf(text: string, name: string): string | null {
  const start = text.indexOf(`<${name}>\n`)
  if (start < 0) return null
  const from = start + name.length + 3
  const end = text.indexOf(`\n</${name}>`, from)
  return end < 0 ? text.slice(from) : text.slice(from, end)
}

function bulletsOf(section: string): readonly string[] {
  return section.split('\n').flatMap((line) => (line.startsWith('- ') ? [unmarked(line.slice(2)).trim()] : []))
}

function materialIn(section: string): readonly Material[] {
  const found: Material[] = []
  let at = section.indexOf('<material')
  while (at >= 0) {
    const open = section.indexOf('>\n', at)
    const close = open < 0 ? -1 : section.indexOf('\n</material>', open)
    if (open < 0 || close < 0) break
    const attribute = (name: string) => new RegExp(` ${name}="([^"]{0,300})"`).exec(section.slice(at, open))?.[1] ?? ''
    const text = unmarked(section.slice(open + 2, close))
    const mark = attribute('mark')
    found.push({ mark: mark === '' ? null : mark, from: attribute('from'), part: attribute('part'), text })
    at = section.indexOf('<material', close)
  }
  return found
}

function workIn(section: string): readonly EarlierWork[] {
  const found: { type: string; status: string; request: string; outcome: string; files: readonly string[] }[] = []
  for (const line of section.split('\n')) {
    const head = WORK.exec(line)
    const last = found.at(-1)
    if (head !== null) {
      const [, type = '', status = '', request = ''] = head
      found.push({ type, status, request: unmarked(request), outcome: '', files: [] })
    } else if (last !== undefined && line.startsWith('  came of it: ')) last.outcome = unmarked(line.slice(14))
    else if (last !== undefined && line.startsWith('  files: ')) last.files = line.slice(9).split(', ')
  }
  return found.toReversed()
}

function saidIn(section: string): readonly Said[] {
  const found: { by: Said['by']; name: string; lines: string[] }[] = []
  let inMaterial = false
  for (const line of section.split('\n')) {
    if (line.startsWith('<material')) inMaterial = true
    if (inMaterial) {
      if (line === '</material>') inMaterial = false
      continue
    }
    const head = SAID.exec(line)
    if (head !== null)
      found.push({ by: head[1] === 'you' ? 'us' : 'them', name: head[1] ?? '', lines: [head[2] ?? ''] })
    // Further lines of a message stand further in.
    else found.at(-1)?.lines.push(line.replace(/^ {2}/, ''))
  }
  return found.map(({ by, name, lines }) => ({ by, name, text: unmarked(lines.join('\n')).trim() }))
}
