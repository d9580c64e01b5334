/** Can this browser draw with WebGL 2? Asked before the heavy chunk is fetched. */
export function hasWebGl(): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2')
    // The probe's context counts against the browser's small number of them.
    context?.getExtension('WEBGL_lose_context')?.loseContext()
    return context !== null
  } catch {
    return false
  }
}
