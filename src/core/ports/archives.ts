// Reads .zip files that somebody sent. Implemented by adapters/archives. What is in them is hostile: sizes are held to, names are names alone.

export type ArchiveLimits = {
  readonly entries: number
  /** Of one file unpacked. */
  readonly fileBytes: number
  /** Of all together unpacked. */
  readonly bytes: number
}

export type ArchivedFile = {
  /** As it stands there, with `/` between its parts; may be absolute, lead out, or be said twice. Null where it is no text. */
  readonly name: string | null
  /** A link is no file: its `bytes` would be where it leads. */
  readonly type: 'file' | 'folder' | 'link'
  readonly executable: boolean
  /** As the archive has it. */
  readonly size: number
  /** Unpacks it, and not one byte more than `size`. Throws an Error with one sentence where it is broken. */
  readonly bytes: () => Promise<Uint8Array>
}

export type OpenedArchive =
  | { readonly type: 'opened'; readonly files: readonly ArchivedFile[] }
  /** `problem` is one sentence for the person. */
  | { readonly type: 'refused'; readonly problem: string }

export interface Archives {
  /** Looks at the list alone. Never throws, whatever the bytes. */
  openZip(bytes: Uint8Array, limits: ArchiveLimits): OpenedArchive
}
