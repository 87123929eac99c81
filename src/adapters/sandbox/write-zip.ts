// Writes zip files that depend on nothing but what is in them: one fixed time, permissions by kind, the order as given.
import { crc32, deflateRawSync } from 'node:zlib'
import type { RecordedFile } from '../../core/ports/packing.ts'

/** Beyond it the format needs extensions that not every program reads. */
const MOST_FILES = 65_000
const MOST_BYTES = 2 ** 31
const VERSION = 20
const FROM_UNIX = 3
const NAMES_ARE_UTF8 = 0x0800
const DEFLATED = 8
/** 1980-01-01 00:00, the first moment that a zip file knows. */
const DATE = 0x0021
const MODES: Readonly<Record<RecordedFile['type'], number>> = { file: 0o100644, executable: 0o100755, link: 0o120777 }

/** Throws where there is more than a zip file holds. */
export function writeZip(files: readonly RecordedFile[]): Uint8Array {
  if (files.length > MOST_FILES) throw new Error(`a zip file holds ${MOST_FILES} files, not ${files.length}`)
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.path, 'utf8')
    const packed = deflateRawSync(file.bytes, { level: 9 })
    const about = Buffer.alloc(26)
    about.writeUInt16LE(VERSION, 0)
    about.writeUInt16LE(NAMES_ARE_UTF8, 2)
    about.writeUInt16LE(DEFLATED, 4)
    about.writeUInt16LE(DATE, 8)
    about.writeUInt32LE(crc32(file.bytes), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(file.bytes.length, 18)
    about.writeUInt16LE(name.length, 22)
    parts.push(signature(0x04034b50), about, name, packed)
    const made = Buffer.from([VERSION, FROM_UNIX])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((MODES[file.type] << 16) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    directory.push(signature(0x02014b50), made, about, rest, name)
    offset += 30 + name.length + packed.length
    if (offset > MOST_BYTES) throw new Error(`a zip file holds ${MOST_BYTES} bytes`)
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listed, signature(0x06054b50), end])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
