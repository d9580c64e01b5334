/** As long as Android takes to offer its own menu. */
const LONG_MS = 450
/** A thumb that rests moves less than this, in CSS pixels. */
const REST_PX = 10

/** A finger that stays on a button does something else than one that taps it. */
export function held(does: () => void): (node: HTMLElement) => () => void {
  return (node) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let from = { x: 0, y: 0 }
    let long = false
    const stop = (): void => clearTimeout(timer)
    const gone = new AbortController()
    const { signal } = gone
    const down = (event: PointerEvent): void => {
      long = false
      stop()
      if (event.button !== 0) return
      from = { x: event.clientX, y: event.clientY }
      timer = setTimeout(() => {
        long = true
        navigator.vibrate?.(12)
        does()
      }, LONG_MS)
    }
    node.addEventListener('pointerdown', down, { signal })
    node.addEventListener('pointermove', (event) => Math.hypot(event.clientX - from.x, event.clientY - from.y) > REST_PX && stop(), { signal })
    for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) node.addEventListener(end, stop, { signal })
    // The click that ends a long press is no tap.
    const click = (event: Event): void => {
      if (!long) return
      long = false
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    node.addEventListener('click', click, { signal, capture: true })
    node.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
    return () => {
      stop()
      gone.abort()
    }
  }
}
