// JSON as a type: what may stand in an event, a stored column or a wire message.
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }
