// How large a picture is, read from its first bytes: a photo that is no picture is refused.
export type Dimensions = { readonly width: number; readonly height: number }

/** JPEG, PNG, GIF, WebP and BMP; undefined for anything else, and for what is cut off before it says its size. */
export function imageSize(bytes: Uint8Array): Dimensions | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const starts = (...signature: number[]) => signature.every((byte, index) => bytes[index] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47) && bytes.length >= 24) {
    return { width: view.getUint32(16), height: view.getUint32(20) }
  }
  if (starts(0x47, 0x49, 0x46, 0x38) && bytes.length >= 10) {
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  }
  if (starts(0x42, 0x4d) && bytes.length >= 26) {
    return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
  }
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes.length >= 30) return webpSize(view)
  return starts(0xff, 0xd8) ? jpegSize(view) : undefined
}

function webpSize(view: DataView): Dimensions | undefined {
  const format = String.fromCharCode(view.getUint8(12), view.getUint8(13), view.getUint8(14), view.getUint8(15))
  if (format === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  if (format === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  }
  const threeBytes = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
  return format === 'VP8X' ? { width: threeBytes(24) + 1, height: threeBytes(27) + 1 } : undefined
}

/** Walks from marker to marker until a frame header says the size. */
function jpegSize(view: DataView): Dimensions | undefined {
  let at = 2
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}
