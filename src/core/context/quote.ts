// Marks where a person's or a file's words begin and end, so that no model takes them for instructions of the platform.

/** Every tag that the platform's prompts use: inside a quotation none of them may be closed or opened. */
const TAGS = [
  'attachments',
  'context',
  'conversation',
  'diff',
  'done',
  'elsewhere',
  'facts',
  'file',
  'files',
  'findings',
  'index',
  'knowledge',
  'material',
  'memory',
  'output',
  'plan',
  'proposal',
  'request',
  'rules',
  'side',
  'soul',
  'subtask',
  'templates',
  'work',
  'workspace',
]
/** What does not show: around and within the letters of a tag. */
const UNSEEN = String.raw`[\p{Cf}\p{DI}]*`
const BLANKS = String.raw`[\s\p{Cf}\p{DI}]*`
const NAMES = TAGS.map((tag) => Array.from(tag).join(UNSEEN)).join('|')
/** Models read tags in any case, past blanks and signs that cannot be seen, and in the wide signs of other scripts. */
const MARK = new RegExp(
  String.raw`[<＜﹤](?=${BLANKS}(?:[/／]${BLANKS})?(?:${NAMES})(?!${UNSEEN}[\p{L}\p{N}_-]))`,
  'giu',
)

/** `tag` with the text inside, of which nothing can end the quotation early or open another. */
export function quote(tag: string, text: string, about: Readonly<Record<string, string>> = {}): string {
  return `<${tag}${attributes(about)}>\n${withoutTags(text)}\n</${tag}>`
}

/** A tag that tells of something and quotes nothing. */
export function mention(tag: string, about: Readonly<Record<string, string>>): string {
  return `<${tag}${attributes(about)}/>`
}

/** Quotations within a quotation: the parts were quoted by themselves. */
export function enclose(tag: string, parts: readonly string[]): string {
  return `<${tag}>\n${parts.join('\n')}\n</${tag}>`
}

/** Words that stand within a quotation beside others: none of them may end it or open another. `<\` stands for `<` in what comes back. */
export function withoutTags(text: string): string {
  return text.replace(MARK, '$&\\')
}

function attributes(about: Readonly<Record<string, string>>): string {
  return Object.entries(about)
    .map(([name, value]) => ` ${name}="${attribute(value)}"`)
    .join('')
}

/** One line without signs that could end it. */
function attribute(value: string): string {
  return value
    .replaceAll(/[\s"<>&＜＞﹤﹥\p{Cc}\p{Cf}\p{DI}]+/gu, ' ')
    .trim()
    .slice(0, 200)
}
