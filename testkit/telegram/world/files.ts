// Bytes that were uploaded by bots or users, by file_id.
import { createHash, randomBytes } from 'node:crypto'

export type StoredFile = {
  readonly fileId: string
  readonly fileUniqueId: string
  /** The `file_path` of getFile, such as `documents/file_3.txt`. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly name: string
  readonly mimeType: string
}

export type NewFile = {
  readonly bytes: Uint8Array
  readonly name: string
  readonly mimeType: string
  /** The folder in `path`, such as `photos`. */
  readonly folder: string
}

export type FileStore = {
  readonly add: (file: NewFile) => StoredFile
  readonly byId: (fileId: string) => StoredFile | undefined
  readonly byPath: (path: string) => StoredFile | undefined
}

export function createFileStore(): FileStore {
  const byId = new Map<string, StoredFile>()
  const byPath = new Map<string, StoredFile>()
  let count = 0
  return {
    add: ({ bytes, name, mimeType, folder }) => {
      count += 1
      const dot = name.lastIndexOf('.')
      const path = `${folder}/file_${count}${dot > 0 ? name.slice(dot) : ''}`
      const fileUniqueId = createHash('sha256').update(`${count}`).update(bytes).digest('base64url').slice(0, 16)
      const fileId = `Ag${fileUniqueId}${randomBytes(30).toString('base64url')}`
      const stored = { fileId, fileUniqueId, path, bytes, name, mimeType }
      byId.set(fileId, stored)
      byPath.set(path, stored)
      return stored
    },
    byId: (fileId) => byId.get(fileId),
    byPath: (path) => byPath.get(path),
  }
}
