// A chat in one of its contexts, as threads are named: `<chat>#<number>`. A conversation that has one context alone may lack the number.

const NUMBERED = /^([\s\S]*)#(\d{1,9})$/

export type ChatInContext = {
  readonly chat: string
  /** Null where the name has none. */
  readonly context: number | null
}

export function threadChatOf(chat: string, context: number): string {
  return `${chat}#${context}`
}

/** The reverse; a name without a number is the chat itself. */
export function chatInContext(threadChat: string): ChatInContext {
  const [, chat = threadChat, number] = NUMBERED.exec(threadChat) ?? []
  return { chat, context: number === undefined ? null : Number(number) }
}
