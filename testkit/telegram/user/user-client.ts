// A person with a Telegram app, for tests: does what people do, sees what people see, and waits for what bots answer.
import type { UserAccount } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { createActions } from './actions.ts'
import { createExpectations } from './expectations.ts'
import { createPerson } from './person.ts'
import type { At, Expectation, Place, SendOptions, TapOutcome, UserFile, Where, Within } from './options.ts'
import type { SeenChat, SeenDraft, SeenMessage } from './seen.ts'

export interface UserClient {
  readonly id: number
  readonly firstName: string
  readonly username: string | undefined

  /** As an app does: over 4,096 UTF-16 units it goes out as several messages at once; the last is returned. */
  send(text: string, options?: SendOptions): Promise<SeenMessage>
  /** The same, with every message that it was split into. */
  sendAll(text: string, options?: SendOptions): Promise<readonly SeenMessage[]>
  sendVoice(file: UserFile & { readonly seconds?: number }, options?: SendOptions): Promise<SeenMessage>
  sendPhoto(
    file: UserFile & { readonly width?: number; readonly height?: number },
    options?: SendOptions,
  ): Promise<SeenMessage>
  sendFile(file: UserFile, options?: SendOptions): Promise<SeenMessage>
  /** Photos and files as one album: one message each, with one `media_group_id`, at the same moment. */
  sendAlbum(
    files: readonly (UserFile & { readonly type: 'photo' | 'document' })[],
    options?: SendOptions,
  ): Promise<readonly SeenMessage[]>
  /** Forwards a message that this person can see. */
  forward(message: SeenMessage, options?: At): Promise<SeenMessage>
  edit(message: SeenMessage, text: string): Promise<SeenMessage>
  deleteMessage(message: SeenMessage): Promise<void>
  /** One emoji replaces the person's earlier one; null takes it back. */
  react(message: SeenMessage, emoji: string | null): Promise<void>

  /**
   * Presses the inline button with this label or callback data, on the message as it is now, and waits for the answer
   * (default 15 s, then `expired`). Fails when there is no such button or it is disabled.
   */
  tap(message: SeenMessage, labelOrData: string, options?: Within): Promise<TapOutcome>
  /** Presses a key of the reply keyboard: sends its label, or makes a managed bot where the key asks for one. */
  press(label: string, options?: At): Promise<SeenMessage>
  /** The Stop of a bot's draft. Fails when no draft that can be stopped is on the screen. */
  stopDraft(options?: At): Promise<void>
  /** As with the link `t.me/newbot/<manager>/<username>`: confirmed, the manager gets its `managed_bot` update. */
  createManagedBot(options: {
    readonly manager: Place
    readonly name: string
    readonly username: string
    /** Of the keyboard button that asked, where one did. */
    readonly requestId?: number
  }): Promise<{ readonly id: number; readonly username: string }>
  /** Gives the topic's id. `implicit`: the app found the name, as it does where somebody just writes in a new topic. */
  createTopic(name: string, options?: At & { readonly implicit?: boolean }): Promise<number>
  closeTopic(topic: number, options?: At): Promise<void>
  blockBot(bot: Place): Promise<void>
  unblockBot(bot: Place): Promise<void>
  /** The person's side of a chat, emptied and left; a bot learns of it by what it can't do any more. */
  deleteChat(chat: Place): Promise<void>
  /** Turns a basic group into a supergroup and gives the new id. */
  migrateGroup(chat: Place): Promise<number>

  /**
   * The oldest message of someone else that matches and that no earlier expectation of this client returned; waits for
   * it if need be. With `to`, only there; with `topic`, only in that topic.
   */
  expectReply(options?: Expectation): Promise<SeenMessage>
  /** The first version of the message later than the given one that matches. */
  expectEdit(message: SeenMessage, options?: Within & { readonly where?: Where }): Promise<SeenMessage>
  expectDelete(message: SeenMessage, options?: Within): Promise<void>
  /** A reaction by someone else; without `emoji`, any. */
  expectReaction(message: SeenMessage, options?: Within & { readonly emoji?: string }): Promise<string>
  /** A chat action shown now or from now on; without `action`, any. Gives its name. */
  expectAction(options?: At & Within & { readonly action?: string }): Promise<string>
  expectDraft(options?: At & Within & { readonly where?: (draft: SeenDraft) => boolean }): Promise<SeenDraft>
  /**
   * Nothing that matches and was not returned by an expectation is there, and nothing comes for so many milliseconds of
   * real time. `edits` extends it to edits made in that time.
   */
  expectNoMore(options: {
    readonly for: number
    readonly to?: Place
    readonly topic?: number
    readonly where?: Where
    readonly edits?: boolean
  }): Promise<void>
  /** Waits until the question about the chat is answered with true. */
  expectChat(until: (chat: SeenChat) => boolean, options?: At & Within): Promise<SeenChat>

  /** The chat as the screen shows it now. */
  chat(place?: Place): SeenChat
  /** A message as it is now, deleted or not. Undefined: never seen. */
  look(message: SeenMessage): SeenMessage | undefined
  /** Everything that this person saw and did, one line each, with times from the start of the world. */
  transcript(place?: Place): string
  /** The bytes of a message's media. */
  download(message: SeenMessage): Promise<Uint8Array>
}

/** `close` ends its listening; a client that is not closed costs as much as the world lives. */
export function createUserClient(world: World, account: UserAccount): UserClient & { readonly close: () => void } {
  const person = createPerson(world, account)
  return {
    id: account.id,
    firstName: account.user.first_name,
    username: account.user.username,
    ...createActions(person),
    ...createExpectations(person),
    chat: (place) => person.view(place),
    look: (message) => person.look(message),
    transcript: (place) => person.transcript(place === undefined ? undefined : person.placeOf(place)),
    close: () => person.close(),
  }
}
