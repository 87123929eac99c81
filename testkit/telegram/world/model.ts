// What the world is made of: accounts, chats, messages with every version they ever had, and what can happen to them.
import type {
  BotCommand,
  CallbackQuery,
  Chat as WireChat,
  ChatMember,
  ForceReply,
  InlineKeyboardMarkup,
  MenuButton,
  Message,
  ReactionType,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
  TextQuote,
  Update,
  User,
} from '@grammyjs/types'

export type UpdateKind = Exclude<keyof Update, 'update_id'>

/** One bot. Everything a method may set is mutable; the identity is not. */
export type BotAccount = {
  readonly id: number
  /** Changes with replaceManagedBotToken: go through `world.replaceToken`, which keeps the index. */
  token: string
  user: User & { readonly is_bot: true; readonly username: string }
  readonly canJoinGroups: boolean
  readonly canReadAllGroupMessages: boolean
  readonly canManageBots: boolean
  readonly hasTopicsEnabled: boolean
  readonly allowsUsersToCreateTopics: boolean
  /** Of a managed bot: the bot that manages it and the user who owns it. */
  readonly managerId?: number
  readonly ownerId?: number
  /** Keys: `<scope>|<language>`, see api/commands.ts. */
  readonly commands: Map<string, readonly BotCommand[]>
  /** Texts by language code; the empty code is the default. */
  readonly names: Map<string, string>
  readonly descriptions: Map<string, string>
  readonly shortDescriptions: Map<string, string>
  /** By user id; 0 is the default button. */
  readonly menuButtons: Map<number, MenuButton>
  /** Users who blocked this bot. */
  readonly blockedBy: Set<number>
  /** After logOut: virtual milliseconds until when every call is refused. */
  loggedOutUntil?: number
  /** Last message id in private chats: a bot counts across all of them. */
  lastMessageId: number
}

export type NewBot = {
  readonly username?: string
  readonly name?: string
  readonly canJoinGroups?: boolean
  readonly canReadAllGroupMessages?: boolean
  readonly canManageBots?: boolean
  readonly hasTopicsEnabled?: boolean
  readonly allowsUsersToCreateTopics?: boolean
  readonly managerId?: number
  readonly ownerId?: number
}

export type UserAccount = {
  readonly id: number
  readonly user: User
  /** A deleted account: sends to it fail with "user is deactivated". */
  deactivated: boolean
}

export type NewUser = {
  readonly firstName: string
  readonly lastName?: string
  readonly username?: string
  readonly languageCode?: string
}

export type Topic = {
  /** The message_thread_id; 1 is General of a forum, which is never stored here. */
  readonly id: number
  name: string
  iconColor: number
  iconCustomEmojiId?: string
  closed: boolean
  hidden: boolean
}

/** A draft that is shown now; api/drafts.ts writes these. `until` is in virtual milliseconds. */
export type Draft = {
  readonly bot: BotAccount
  readonly chat: Chat
  readonly id: number
  readonly threadId?: number
  readonly content: MessageContent
  readonly canStop: boolean
  readonly keepOnStop: boolean
  readonly until: number
}

/** One place where messages are. A private chat belongs to one bot and one user; its wire id is the user's id. */
export type Chat = {
  /** `p<bot>:<user>` or `g<chat id>`: unique in the world, unlike the wire id of private chats. */
  readonly key: string
  readonly id: number
  /** As methods and updates show it. Replaced, never changed in place. */
  wire: WireChat
  /** Only of private chats. */
  readonly bot?: BotAccount
  readonly userId?: number
  /** By account id, bots and users alike; left and banned ones stay with their status. */
  readonly members: Map<number, ChatMember>
  /** Ids of bots among the current members. */
  readonly bots: Set<number>
  /** Every message ever, deleted ones too (see `deletedAt`), in the order of sending. */
  readonly messages: Map<number, StoredMessage>
  readonly topics: Map<number, Topic>
  /** Message ids, the latest pinned one last. */
  readonly pinned: number[]
  /** By `<bot>:<draft id>`. */
  readonly drafts: Map<string, Draft>
  /** Chat actions that are shown now, by `<bot>:<thread>`. */
  readonly actions: Map<string, ShownAction>
  /** Of chats that count for themselves, which private chats do not. */
  lastMessageId: number
  /** After a group became a supergroup: the new chat's id. */
  migratedTo?: number
  /** The keyboard under the input field now. */
  keyboard?: ReplyMarkup
  /** The bot that wrote last: it sees commands without a name. */
  lastBotId?: number
}

export type ShownAction = {
  readonly bot: BotAccount
  readonly action: string
  readonly threadId?: number
  /** Virtual milliseconds. */
  readonly until: number
}

/** The part of a wire message that says something, as opposed to where, when and by whom. */
export type MessageContent = Partial<
  Omit<
    Message,
    | 'message_id'
    | 'message_thread_id'
    | 'is_topic_message'
    | 'from'
    | 'sender_chat'
    | 'date'
    | 'edit_date'
    | 'chat'
    | 'reply_to_message'
    | 'reply_markup'
    | 'quote'
    | 'via_bot'
  >
>

export type ReplyMarkup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply

export type MessageVersion = {
  /** Virtual milliseconds. */
  readonly at: number
  readonly kind: 'sent' | 'edited' | 'deleted'
  /** Who did it. */
  readonly byId: number
  readonly content: MessageContent
  readonly inlineKeyboard?: InlineKeyboardMarkup
}

export type StoredMessage = {
  readonly chat: Chat
  readonly id: number
  readonly fromId: number
  /** Unix seconds. */
  readonly date: number
  readonly threadId?: number
  /** The id in the same chat. */
  readonly replyToId?: number
  readonly quote?: TextQuote
  readonly silent: boolean
  /** Replaced by edits, never changed in place. */
  content: MessageContent
  inlineKeyboard?: InlineKeyboardMarkup
  /** What a send did to the keyboard under the input field. Not part of later versions. */
  readonly keyboard?: ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply
  editDate?: number
  /** Virtual milliseconds. */
  deletedAt?: number
  /** Everything that ever happened to it, oldest first: proves that something was said exactly once. */
  readonly versions: MessageVersion[]
  /** By account id. */
  readonly reactions: Map<number, readonly ReactionType[]>
}

/** What a sender may add to the content. */
export type SendOptions = {
  readonly threadId?: number
  readonly replyToId?: number
  readonly quote?: TextQuote
  readonly silent?: boolean
  readonly replyMarkup?: ReplyMarkup
}

/** A pressed button. `answer` is set by the one answerCallbackQuery that counts. */
export type PressedButton = {
  readonly id: string
  readonly bot: BotAccount
  readonly user: UserAccount
  readonly message: StoredMessage
  readonly query: CallbackQuery
  /** Virtual milliseconds; later answers are refused. */
  readonly expiresAt: number
  answer?: CallbackAnswer
  /** Resolves with the answer, or 'expired'. Never rejects. */
  readonly answered: Promise<CallbackAnswer | 'expired'>
}

export type CallbackAnswer = { readonly text?: string; readonly showAlert: boolean; readonly url?: string }

/** One Bot API request, for transcripts. `answer` is what went out, or how the connection ended. */
export type ApiCallRecord = {
  /** Virtual milliseconds. */
  readonly at: number
  readonly botId: number
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly outcome: { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string }
}

/** Everything a user could see happen, and each API call. Listeners are called at once, in order. */
export type WorldEvent =
  | { readonly type: 'message'; readonly message: StoredMessage }
  | { readonly type: 'edit'; readonly message: StoredMessage; readonly version: MessageVersion }
  | { readonly type: 'delete'; readonly message: StoredMessage }
  | {
      readonly type: 'reaction'
      readonly message: StoredMessage
      readonly byId: number
      readonly old: readonly ReactionType[]
      readonly now: readonly ReactionType[]
    }
  | { readonly type: 'action'; readonly chat: Chat; readonly shown: ShownAction }
  /** `draft` is missing when it vanished (`why`). */
  | {
      readonly type: 'draft'
      readonly chat: Chat
      readonly botId: number
      readonly draftId: number
      readonly draft?: Draft
      readonly why: 'shown' | 'stopped' | 'expired' | 'replaced'
    }
  | { readonly type: 'pressed'; readonly pressed: PressedButton }
  | { readonly type: 'answered'; readonly pressed: PressedButton }
  | { readonly type: 'pin'; readonly chat: Chat; readonly messageId?: number; readonly pinned: boolean }
  | { readonly type: 'member'; readonly chat: Chat; readonly old: ChatMember; readonly now: ChatMember }
  | { readonly type: 'topic'; readonly chat: Chat; readonly topic: Topic; readonly change: string }
  | { readonly type: 'chat'; readonly chat: Chat }
  | { readonly type: 'call'; readonly call: ApiCallRecord }
