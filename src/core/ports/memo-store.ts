// Small texts that outlive a process, by name: what was told to an outside service last, for instance.
export interface MemoStore {
  /** Null when there is none. */
  get(name: string): Promise<string | null>
  /** Durable when it resolves; replaces what was there. */
  set(name: string, text: string): Promise<void>
}
