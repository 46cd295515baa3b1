// What pages use without showing it: the reader's own app.
declare const Bun: { build(options: object): Promise<{ success: boolean; logs: { message: string }[] }> }
