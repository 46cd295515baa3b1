/** A plugin of the engine. Hooks are added to this type as the engine learns to call them. */
export interface Plugin {
  /** `tool:part`, shown in every diagnostic that the plugin raises. */
  name: string
  enforce?: 'pre' | 'post'
}
