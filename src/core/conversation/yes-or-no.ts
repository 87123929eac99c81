// Whether plain words are a yes or a no to a question.
const YES = /^(?:yes|y|yep|yeah|ok|okay|approve|approved|go|go ahead|do it|👍)[.! ]*$/iu
const NO = /^(?:no|n|nope|deny|denied|reject|stop|don'?t|👎)(?:[.! ]*$|[,.:;!\n]\s*([\s\S]+)$)/iu

export type TypedAnswer = { readonly yes: boolean; readonly comment: string | null }

/** What a reply to a question says; null when it is neither a yes nor a no. Only a no takes a reason. */
export function typedAnswer(text: string): TypedAnswer | null {
  const said = text.trim()
  if (YES.test(said)) return { yes: true, comment: null }
  const no = NO.exec(said)
  return no === null ? null : { yes: false, comment: no[1]?.trim() ?? null }
}
