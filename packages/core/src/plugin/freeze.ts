/**
 * Freezes plain data all the way down, so that one plugin cannot change what the next one or the engine sees.
 * Maps cannot be frozen; they get methods that throw instead.
 */
export function freezeDeep<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map) {
    for (const entry of value.values()) freezeDeep(entry)
    for (const method of ['set', 'delete', 'clear'] as const) {
      Object.defineProperty(value, method, { value: refuse, configurable: false, writable: false })
    }
    return Object.freeze(value)
  }
  // Frozen before its parts: a circle then ends at the first part that is met again.
  Object.freeze(value)
  for (const part of Object.values(value)) freezeDeep(part)
  return value
}

function refuse(): never {
  throw new TypeError('what a plugin is given cannot be changed; return what should change instead')
}
