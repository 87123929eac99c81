// A rich message however it was written - Markdown, HTML or blocks - as Telegram keeps it.
import type { RichMessage, User } from '@grammyjs/types'
import { describe } from './parse-text.ts'
import { checkBlocks } from './rich-check.ts'
import type { InputMediaBlock, MediaBlock } from './rich-check.ts'
import { nodesToBlocks, referenceNames } from './rich-html.ts'
import type { InputBlock } from './rich-html.ts'
import { RichProblem } from './rich-inline.ts'
import { richMarkdownToHtml } from './rich-markdown.ts'
import { htmlToTree } from './rich-tree.ts'

export type RichInput = {
  readonly markdown?: string | undefined
  readonly html?: string | undefined
  /** As they came from outside: nothing about them is sure. */
  readonly blocks?: readonly InputBlock[] | undefined
  readonly is_rtl?: boolean | undefined
  readonly skip_entity_detection?: boolean | undefined
}

export type RichRules = {
  readonly isDraft: boolean
  readonly userById: (id: number) => User | undefined
  /** Makes media real: an address of the web, a file_id, `attach://…` or `tg://photo?id=…`. May throw. */
  readonly resolveMedia: (block: InputMediaBlock) => MediaBlock
}

/** `error` is the whole description of a Bot API answer. What `resolveMedia` throws goes through. */
export function parseRich(
  input: RichInput,
  rules: RichRules,
): { readonly rich: RichMessage } | { readonly error: string } {
  const given = [input.markdown, input.html, input.blocks].filter((one) => one !== undefined)
  if (given.length !== 1) {
    return { error: describe('Exactly one of the fields "html", "markdown", or "blocks" must be specified') }
  }
  try {
    const html = input.markdown === undefined ? input.html : richMarkdownToHtml(input.markdown)
    const blocks = html === undefined ? (input.blocks ?? []) : htmlToBlocks(html, rules.userById)
    const { isDraft, resolveMedia } = rules
    const checked = checkBlocks(blocks, { isDraft, resolveMedia, skipDetection: input.skip_entity_detection === true })
    return { rich: { blocks: checked, ...(input.is_rtl === true ? { is_rtl: true } : {}) } }
  } catch (error) {
    if (error instanceof RichProblem) return { error: describe(error.message) }
    // Thousands of quotes in each other end the stack of the Markdown parser before they are counted.
    if (error instanceof RangeError) return { error: describe('Rich message is nested too deeply') }
    throw error
  }
}

function htmlToBlocks(html: string, userById: RichRules['userById']): InputBlock[] {
  const tree = htmlToTree(html)
  if ('problem' in tree) throw new RichProblem(`Can't parse rich message: ${tree.problem}`)
  return nodesToBlocks(tree.nodes, { references: new Set(referenceNames(tree.nodes)), userById })
}
