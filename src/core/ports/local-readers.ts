// What a machine can read of files by itself, without a model: text of documents, letters in images, words in speech.
// Implemented by adapters/readers. Files come from anybody: a reader works apart from us, with limits on time and memory.
export type LocalReading =
  /** `text` is what the file says; `about` is what it is, e.g. pages, sheets, entries of an archive. */
  | {
      readonly type: 'read'
      readonly text: string
      readonly about: Readonly<Record<string, string | number>>
      readonly by: string
      /** The text goes on. */
      readonly truncated: boolean
    }
  /** Nothing here reads files of this kind; `hint` says what would. */
  | { readonly type: 'unsupported'; readonly hint: string }
  /** One sentence for a person. */
  | { readonly type: 'failed'; readonly reason: string }

export type LocalFile = { readonly bytes: Uint8Array; readonly name: string; readonly mediaType: string }

export interface LocalReaders {
  /** PDF, Office documents, code and other text; of an archive the list of what is in it. Never throws for what a file holds. */
  documentText(file: LocalFile, signal: AbortSignal): Promise<LocalReading>
  /** Letters in an image. */
  imageText(file: LocalFile, signal: AbortSignal): Promise<LocalReading>
  /** Words in speech. */
  speechText(file: LocalFile, signal: AbortSignal): Promise<LocalReading>
}
